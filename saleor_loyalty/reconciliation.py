"""What events did not tell: a walk over all that changed in Saleor since the last one.

It marks, and the workers do the rest. So a lost event costs minutes, and a shop that could not
reach us for a day ends right.
"""

import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from django.db.models import Q

from saleor_loyalty import inbox, snapshots
from saleor_loyalty.models import Member, MemberStatus, Shop
from saleor_loyalty.saleor_api.client import CUSTOMERS_AT_ONCE, Saleor

# A change is stamped before it can be read: for as long as its transaction in Saleor is open.
OVERLAP = timedelta(minutes=10)
PAUSE = 0.25  # seconds between two pages: the shop has customers to serve
MEMBER_PAGES = 10  # pages of members that one walk looks up among Saleor's customers

Watermark = Literal["orders_walked_to", "customers_walked_to"]


class Marked(NamedTuple):
    """How many orders and customers were marked."""

    orders: int
    customers: int


def reconcile(
    shop: Shop, saleor: Saleor, *, since: datetime | None = None, pause: float = PAUSE
) -> Marked:
    """Mark what changed since the last walk, or since a moment.

    Page by page, each noted when it is done: a walk that stops is gone on with by the next one. Two
    at once do the same twice and no harm. Raises SaleorUnavailable, after some patience, and
    SaleorRefused.
    """
    saleor = saleor.patiently()
    return Marked(
        orders=sum(_orders(shop, saleor, since, pause)),
        customers=sum(_customers(shop, saleor, since, pause)) + sum(_gone(shop, saleor, pause)),
    )


def _orders(shop: Shop, saleor: Saleor, since: datetime | None, pause: float) -> Iterator[int]:
    """Orders Saleor was asked about since they changed are left out; events' word is not enough."""
    start = since or _start(shop, shop.orders_walked_to)
    for page in saleor.orders_changed_since(start):
        ids = snapshots.not_asked_about(shop, page)
        inbox.mark(shop=shop, order_ids=ids)
        _advance(shop, "orders_walked_to", page[-1].at)
        yield len(ids)
        time.sleep(pause)


def _customers(shop: Shop, saleor: Saleor, since: datetime | None, pause: float) -> Iterator[int]:
    start = since or _start(shop, shop.customers_walked_to)
    for page in saleor.customers_changed_since(start):
        inbox.mark(shop=shop, customer_ids=[changed.id for changed in page])
        _advance(shop, "customers_walked_to", page[-1].at)
        yield len(page)
        time.sleep(pause)


def _gone(shop: Shop, saleor: Saleor, pause: float) -> Iterator[int]:
    """Members who are customers no more: whom staff deleted, no event and no list tells of.

    Some pages each time, going round: everybody's turn comes.
    """
    members = Member.objects.filter(shop=shop).exclude(status=MemberStatus.CLOSED)
    for _ in range(MEMBER_PAGES):
        page = members.filter(pk__gt=shop.members_walked_to).order_by("pk")
        ids = dict(page.values_list("customer_id", "pk")[:CUSTOMERS_AT_ONCE])
        gone = ids.keys() - saleor.customers(list(ids)) if ids else set()
        inbox.mark(shop=shop, customer_ids=gone)
        is_round_done = len(ids) < CUSTOMERS_AT_ONCE
        shop.members_walked_to = 0 if is_round_done else max(ids.values())
        shop.save(update_fields=["members_walked_to"])
        yield len(gone)
        if is_round_done:
            return
        time.sleep(pause)


def _start(shop: Shop, watermark: datetime | None) -> datetime:
    return (watermark or shop.installed_at) - OVERLAP


def _advance(shop: Shop, watermark: Watermark, moment: datetime) -> None:
    """Move a watermark on, never back."""
    behind = Q(**{watermark: None}) | Q(**{f"{watermark}__lt": moment})
    Shop.objects.filter(behind, pk=shop.pk).update(**{watermark: moment})
