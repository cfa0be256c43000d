"""Email addresses as they are compared: neither case nor `xn--` tells one domain from another."""

import unicodedata

import idna
from django.conf import settings
from django.utils.crypto import salted_hmac

SALT = "saleor_loyalty.address"


def same(address: str) -> str:
    """Equal for all ways to write one address; to be compared, not to be written to.

    What is no address stays what it is, but for its case.
    """
    local, at, domain = unicodedata.normalize("NFC", address.strip()).lower().rpartition("@")
    return f"{local}{at}{_ascii(domain)}"


def spellings(address: str) -> list[str]:
    """The ways in which a row may have an address, but for case: as `xn--` and in letters."""
    local, at, domain = same(address).rpartition("@")
    return sorted({f"{local}{at}{spelt}" for spelt in (domain, _letters(domain))})


def keys(address: str) -> list[str]:
    """What stands for an address where it must not be read: 64 hexadecimal digits.

    The first is by today's SECRET_KEY, the others by its fallbacks: look for all, write the first.
    """
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return [
        salted_hmac(SALT, same(address), secret=secret, algorithm="sha256").hexdigest()
        for secret in secrets
    ]


def _ascii(domain: str) -> str:
    """The domain as DNS has it (IDNA 2008, UTS 46); itself where there is no such domain."""
    try:
        return idna.encode(domain, uts46=True).decode()
    except UnicodeError:
        return domain


def _letters(domain: str) -> str:
    try:
        return idna.decode(domain)
    except UnicodeError:
        return domain
