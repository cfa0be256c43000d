"""The shops' public keys: fetched at installation, kept, and fetched again when needed."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar
from urllib.parse import urljoin

import httpx
import jwt
from django.db import transaction
from django.utils import timezone

from saleor_loyalty.conf import conf
from saleor_loyalty.models import Shop

ALGORITHM = "RS256"  # Saleor's only one; what a token itself says is never believed
REFETCH_FLOOR = timedelta(seconds=60)

Jwks = dict[str, Any]
T = TypeVar("T")


class KeysUnavailable(Exception):
    """The shop does not give out its keys at the moment."""


class UnknownKey(Exception):
    """A token names a key that the shop does not have."""


def fetch(api_url: str) -> Jwks:
    """The key set (RFC 7517) published beside this API. Raises KeysUnavailable."""
    address = urljoin(api_url, "/.well-known/jwks.json")
    try:
        answer = httpx.get(address, timeout=conf.http_timeout, follow_redirects=False)
        jwks: Jwks = answer.raise_for_status().json()
        usable = [key for key in jwks["keys"] if key["kty"] == "RSA"]
    except (httpx.HTTPError, ValueError, KeyError, TypeError, RecursionError) as error:
        message = f"{address} gives no keys: {type(error).__name__}"
        raise KeysUnavailable(message) from error
    if not usable:
        message = f"{address} gives no RSA key"
        raise KeysUnavailable(message)
    return jwks


def verify(shop: Shop, kid: str | None, check: Callable[[jwt.PyJWK], T]) -> T:
    """What `check` returns for the shop's key `kid`.

    When the key is unknown or `check` raises InvalidSignatureError, once more with keys fetched
    anew: the shop may have changed them. Raises what the last try raised, or KeysUnavailable.
    """
    try:
        return check(_find(shop.jwks, kid))
    except (UnknownKey, jwt.InvalidSignatureError):
        if not _renew(shop):
            raise
    return check(_find(shop.jwks, kid))


def _find(jwks: Jwks, kid: str | None) -> jwt.PyJWK:
    for key in jwks.get("keys", ()):
        if kid is not None and key.get("kid") == kid and key["kty"] == "RSA":
            return jwt.PyJWK(key, algorithm=ALGORITHM)
    raise UnknownKey


def _renew(shop: Shop) -> bool:
    """Bring `shop.jwks` up to date; False when they just were.

    The row stays locked meanwhile, so that of many requests after a change of keys one fetches
    and the others wait for its result instead of being refused.
    """
    failure = None
    with transaction.atomic():
        row = Shop.objects.select_for_update(no_key=True).get(pk=shop.pk)
        changed_meanwhile = row.jwks != shop.jwks
        if not changed_meanwhile:
            now = timezone.now()
            if row.jwks_fetched_at and now - row.jwks_fetched_at < REFETCH_FLOOR:
                return False
            row.jwks_fetched_at = now
            try:
                row.jwks = fetch(row.api_url)
            except KeysUnavailable as error:
                failure = error
            row.save(update_fields=["jwks", "jwks_fetched_at"])
    if failure:
        raise failure
    shop.jwks = row.jwks
    return True
