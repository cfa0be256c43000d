"""The shops' public keys: fetched at installation, kept, and fetched again when needed."""

from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar
from urllib.parse import urljoin

import httpx
import jwt
from django.db.models import Q
from django.utils import timezone

from saleor_loyalty.conf import conf
from saleor_loyalty.doors.jwks import Jwks, UnknownKey, find
from saleor_loyalty.models import Shop
from saleor_loyalty.saleor_api.outgoing import Client

REFETCH_FLOOR = timedelta(seconds=60)

T = TypeVar("T")


class KeysUnavailable(Exception):
    """The shop does not give out its keys at the moment."""


def fetch(api_url: str) -> Jwks:
    """The key set (RFC 7517) published beside this API. Raises KeysUnavailable."""
    address = urljoin(api_url, "/.well-known/jwks.json")
    try:
        with Client(seconds=conf.http_timeout) as client:
            answer = client.get(address)
        jwks: Jwks = answer.raise_for_status().json()
        usable = [key for key in jwks["keys"] if key["kty"] == "RSA" and key.get("kid")]
    except (httpx.HTTPError, ValueError, KeyError, TypeError, RecursionError) as error:
        message = f"{address} gives no keys: {type(error).__name__}"
        raise KeysUnavailable(message) from error
    if not usable:
        message = f"{address} gives no RSA key with a `kid`, by which tokens name theirs"
        raise KeysUnavailable(message)
    return jwks


def verify(shop: Shop, kid: str | None, check: Callable[[jwt.PyJWK], T]) -> T:
    """What `check` returns for the shop's key `kid`.

    When the key is unknown or `check` raises InvalidSignatureError, once more with keys fetched
    anew: the shop may have changed them. Raises what the last try raised, or KeysUnavailable.
    """
    try:
        return check(find(shop.jwks, kid))
    except (UnknownKey, jwt.InvalidSignatureError):
        if not _renew(shop):
            raise
    return check(find(shop.jwks, kid))


def _renew(shop: Shop) -> bool:
    """Bring `shop.jwks` up to date; False when they just were. Raises KeysUnavailable.

    Whoever moves `jwks_asked_at` asks, once in REFETCH_FLOOR; nobody waits for them, and no lock is
    held meanwhile. Until their answer is there, nobody can say what keys the shop has.
    """
    if _may_ask(shop):
        jwks = fetch(shop.api_url)
        Shop.objects.filter(pk=shop.pk).update(jwks=jwks, jwks_fetched_at=timezone.now())
        shop.jwks = jwks
        return True
    known = shop.jwks
    shop.refresh_from_db(fields=["jwks", "jwks_asked_at", "jwks_fetched_at"])
    if shop.jwks != known:
        return True
    asked_at, fetched_at = shop.jwks_asked_at, shop.jwks_fetched_at
    if asked_at and (fetched_at is None or fetched_at < asked_at):
        message = f"The keys of shop {shop.pk} were asked for and have not come. Try again."
        raise KeysUnavailable(message)
    return False


def _may_ask(shop: Shop) -> bool:
    """Whether it is this caller who asks now."""
    now = timezone.now()
    is_due = Q(jwks_asked_at=None) | Q(jwks_asked_at__lt=now - REFETCH_FLOOR)
    return Shop.objects.filter(is_due, pk=shop.pk).update(jwks_asked_at=now) == 1
