"""Where secrets are sealed before they are stored, and unsealed to be used."""

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.core.exceptions import ImproperlyConfigured

from saleor_loyalty.conf import conf


class CannotUnseal(Exception):
    """A sealed text that none of the keys opens."""


def seal(text: str) -> str:
    """Encrypt `text` with the first of LOYALTY_TOKEN_KEYS.

    Raises ImproperlyConfigured when there is no key, or one that Fernet does not accept.
    """
    return _keys().encrypt(text.encode()).decode()


def unseal(text: str) -> str:
    """What was sealed, with whichever of LOYALTY_TOKEN_KEYS opens it. Raises CannotUnseal."""
    try:
        return _keys().decrypt(text.encode()).decode()
    except InvalidToken:
        message = (
            "A stored token cannot be decrypted with LOYALTY_TOKEN_KEYS. Put the key it was "
            "encrypted with back at the end of the list, or install the app again in the shop."
        )
        raise CannotUnseal(message) from None


def reseal(text: str) -> str:
    """What was sealed, sealed anew with the first of LOYALTY_TOKEN_KEYS. Raises CannotUnseal."""
    return seal(unseal(text))


def _keys() -> MultiFernet:
    if not conf.token_keys:
        raise ImproperlyConfigured("LOYALTY_TOKEN_KEYS is empty: tokens cannot be encrypted.")
    try:
        return MultiFernet([Fernet(key) for key in conf.token_keys])
    except ValueError:
        message = (
            "LOYALTY_TOKEN_KEYS holds something that is not a Fernet key: see manage.py check."
        )
        raise ImproperlyConfigured(message) from None
