"""A line to a shop's Saleor: under the app token it gave us, or inside its own process."""

import logging
import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from django.db.models import Model

from saleor_loyalty import claims, vault
from saleor_loyalty.conf import conf
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

Row = TypeVar("Row", bound=Model)

logger = logging.getLogger(__name__)


@contextmanager
def connect(shop: Shop) -> Iterator[Saleor]:
    """The shop's API for the length of a `with`, on one kept-alive connection.

    A shop that does not know our token any more is noted as one that removed the app.
    """
    if shop.door == Door.PLUGIN:
        yield Saleor(inside.transport())
        return
    token = vault.unseal(shop.sealed_token)
    with HttpTransport(shop.api_url, token=token, timeout=conf.http_timeout) as transport:
        yield Saleor(_Noticing(shop, transport))


def see_through(
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
                    claims.give_back(rows[place:])
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
                _deactivate(self._shop)
            raise

    def _is_gone(self) -> bool:
        """True when Saleor does not know whose token ours is."""
        try:
            Saleor(self._transport).app()
        except SaleorForbade:
            return True
        except (SaleorRefused, SaleorUnavailable):
            return False
        return False


def _deactivate(shop: Shop) -> None:
    # Unless it was installed anew meanwhile, with another token.
    same = Shop.objects.filter(pk=shop.pk, sealed_token=shop.sealed_token, is_active=True)
    if same.update(is_active=False):
        logger.warning("Shop %s: the app was uninstalled or deactivated; its work rests", shop.pk)
