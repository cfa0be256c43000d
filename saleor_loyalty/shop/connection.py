"""A line to a shop's Saleor: under the app token it gave us, or inside its own process."""

import logging
import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, TypeVar

from django.db.models import Model, Q, QuerySet
from django.utils import timezone

from saleor_loyalty.conf import conf
from saleor_loyalty.database import leases
from saleor_loyalty.models import Door, Shop
from saleor_loyalty.saleor_api import inside
from saleor_loyalty.saleor_api.client import Saleor
from saleor_loyalty.saleor_api.transport import (
    HttpTransport,
    SaleorForbade,
    SaleorRefused,
    SaleorUnavailable,
    Transport,
)
from saleor_loyalty.shop import vault

Row = TypeVar("Row", bound=Model)

# An app is believed to be gone when Saleor says so twice, this long apart, and not longer ago.
SEEN_AGAIN, FORGOTTEN = timedelta(minutes=3), timedelta(hours=1)

logger = logging.getLogger(__name__)


@contextmanager
def connect(shop: Shop) -> Iterator[Saleor]:
    """The shop's API for the length of a `with`, on one kept-alive connection.

    A shop that says again, after minutes, that it does not know our token is noted as one that
    removed the app.
    """
    if shop.door == Door.PLUGIN:
        yield Saleor(inside.transport())
        return
    token = vault.unseal(shop.sealed_token)
    with HttpTransport(shop.api_url, token=token, timeout=conf.http_timeout) as transport:
        yield Saleor(_Noticing(shop, transport))


def process_each(
    shop: Shop,
    rows: Sequence[Row],
    *,
    begin: Callable[[Saleor], Callable[[Row], None]],
    postpone: Callable[[Row, Exception], None],
    ends: float = math.inf,
) -> int:
    """Do with each row, over one line, what `begin` says of it; how many were taken up.

    Those that were not begun by `ends` (time.monotonic) are given back; the first always is.
    A row that Saleor refuses is postponed, and holds up no other. When it does not answer or
    forbids us all, so are all rows, done or not; then 0: it would not now.
    """
    if not rows:
        return 0
    try:
        with connect(shop) as saleor:
            work = begin(saleor)
            for place, row in enumerate(rows):
                if place and time.monotonic() >= ends:
                    leases.give_back(rows[place:])
                    break
                _try(work, row, postpone)
    except (SaleorUnavailable, SaleorRefused) as error:
        for row in rows:
            postpone(row, error)
        return 0
    return len(rows)


def _try(work: Callable[[Row], None], row: Row, postpone: Callable[[Row, Exception], None]) -> None:
    try:
        work(row)
    except SaleorForbade:
        raise
    except SaleorRefused as error:
        postpone(row, error)


class _Noticing:
    """A transport that finds out why Saleor forbids something: a permission, or the app is gone.

    Saleor tells an app nothing of its own removal (its events APP_DELETED and APP_STATUS_CHANGED
    need MANAGE_APPS), and to a token it does not know it answers as to one without permission.
    """

    def __init__(self, shop: Shop, transport: Transport) -> None:
        self._shop = shop
        self._transport = transport

    def execute(self, document: str, variables: Mapping[str, Any]) -> dict[str, Any]:
        try:
            return self._transport.execute(document, variables)
        except SaleorForbade:
            if self._is_gone():
                _note_unknown(self._shop)
            else:
                _note_known(self._shop)
            raise

    def _is_gone(self) -> bool:
        """True when Saleor says, in its own words, that it does not know whose token ours is."""
        try:
            Saleor(self._transport).app()
        except SaleorForbade:
            return True
        except (SaleorRefused, SaleorUnavailable):
            return False
        return False


def look_again(shop: Shop) -> None:
    """Wake a shop at rest whose Saleor knows our token again, whoever was wrong meanwhile."""
    with connect(shop) as saleor:
        try:
            saleor.app()
        except (SaleorRefused, SaleorUnavailable):
            return
    if _same(shop).filter(is_active=False).update(is_active=True, token_unknown_at=None):
        shop.is_active = True
        logger.info("Shop %s: the app is active again", shop.pk)


def _note_unknown(shop: Shop) -> None:
    now = timezone.now()
    active = _same(shop).filter(is_active=True)
    lately = Q(token_unknown_at__gt=now - FORGOTTEN)
    if active.filter(lately, token_unknown_at__lte=now - SEEN_AGAIN).update(is_active=False):
        logger.warning("Shop %s: the app was uninstalled or deactivated; its work rests", shop.pk)
    else:
        active.filter(Q(token_unknown_at=None) | ~lately).update(token_unknown_at=now)


def _note_known(shop: Shop) -> None:
    _same(shop).filter(token_unknown_at__isnull=False).update(token_unknown_at=None)


def _same(shop: Shop) -> QuerySet[Shop]:
    """The shop, unless it was installed anew meanwhile, with another token."""
    return Shop.objects.filter(pk=shop.pk, sealed_token=shop.sealed_token)
