"""What events did not tell: a walk over all that changed in Saleor since the last one.

It marks, and the workers do the rest; what became of vouchers it follows itself (voucher_walk). So
a lost event costs minutes (that of an order's expiry, a day), and a shop that could not reach us
for a day ends right.
"""

import logging
import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from django.db.models import Q
from django.utils import timezone

from saleor_loyalty.models import (
    Coupon,
    CouponStatus,
    FollowedCustomer,
    Member,
    MemberStatus,
    SettledOrder,
    Shop,
)
from saleor_loyalty.orders import inbox, voucher_walk
from saleor_loyalty.orders.due import ASKED_DAILY
from saleor_loyalty.saleor_api.client import CUSTOMERS_AT_ONCE, ORDERS_AT_ONCE, Changed, Saleor
from saleor_loyalty.saleor_api.facts import Customer
from saleor_loyalty.shop import channels

# A change is stamped before it can be read: for as long as its transaction in Saleor is open.
OVERLAP = timedelta(minutes=10)
PAUSE = 0.25  # seconds between two pages: the shop has customers to serve
LEASE = timedelta(minutes=10)  # longer than the most patient page
MEMBER_PAGES = 10  # pages of members that one walk looks up among Saleor's customers
NOT_BELIEVED = 10  # so many members absent at once, and nobody present, are a fault of the answer
LONGEST_NAME = 255
MAY_EXPIRE_FOR = timedelta(days=60)  # after an order was placed with a coupon

logger = logging.getLogger(__name__)

Watermark = Literal["orders_walked_to", "customers_walked_to"]


class Marked(NamedTuple):
    """How many orders and customers were marked, and coupons changed.

    `is_done` unless the time was used up before all that changed was seen.
    """

    orders: int
    customers: int
    coupons: int
    is_done: bool


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds between two pages, and how long each part of a walk may take."""

    pause: float
    budget: timedelta | None

    def ends(self) -> float:
        """When a part that begins now is to end, by time.monotonic."""
        return (
            time.monotonic() + self.budget.total_seconds() if self.budget is not None else math.inf
        )


@dataclass(slots=True)
class Walk:
    """The pages, each noted as done when the next is asked for, until the time is used up.

    Not before it is beyond where the last walk ended: else it would never get there.
    """

    shop: Shop
    watermark: Watermark
    pages: Iterator[list[Changed]]
    start: datetime
    pace: Pace
    is_done: bool = False  # no page is left

    def __iter__(self) -> Iterator[list[Changed]]:
        ends = self.pace.ends()
        for page in self.pages:
            yield page
            _advance(self.shop, self.watermark, page[-1].at)
            if time.monotonic() >= ends and page[-1].at > self.start + OVERLAP:
                return
            time.sleep(self.pace.pause)
        self.is_done = True


def begin(shop: Shop) -> bool:
    """Take the shop's walk for this worker; False while another has it. `end` gives it back.

    A lease that every page renews, and not a lock of the session: a pooler may lose those.
    """
    now = timezone.now()
    free = Q(walk_until=None) | Q(walk_until__lte=now)
    return Shop.objects.filter(free, pk=shop.pk).update(walk_until=now + LEASE) == 1


def end(shop: Shop) -> None:
    """Give the shop's walk back."""
    Shop.objects.filter(pk=shop.pk).update(walk_until=None)


def reconcile(
    shop: Shop,
    saleor: Saleor,
    *,
    since: datetime | None = None,
    pause: float = PAUSE,
    budget: timedelta | None = None,
    is_resumed: bool = False,
) -> Marked:
    """Mark what changed since the last walk, or since a moment; follow the names of the shop.

    Those of its channels too.

    Page by page, each noted when it is done: a walk that stops is gone on with by the next one.
    `budget` is how long each part of the walk may take before the rest is left to that. What goes
    round (members, vouchers) and the names are asked for once a walk: not when it `is_resumed`. Two
    walks at once mark the same twice, which costs Saleor. Raises SaleorUnavailable, after some
    patience, and SaleorRefused.
    """
    saleor = saleor.patiently()
    pace = Pace(pause, budget)
    if not is_resumed:
        _follow_name(shop, saleor)
        inbox.note_answer(shop)
        channels.follow(shop, saleor.channels().values())
    orders, no_more_orders = _orders(shop, saleor, since, pace)
    customers, no_more_customers = _customers(shop, saleor, since, pace)
    coupons = 0
    if not is_resumed:
        customers += sum(_in_or_out(shop, saleor, pace)) + _active_again(shop, saleor)
        coupons = sum(voucher_walk.walk(shop, saleor, pause=pause, ends=pace.ends()))
    return Marked(
        orders=orders + _orders_with_coupons(shop) + _orders_partly_returned(shop),
        customers=customers,
        coupons=coupons,
        is_done=no_more_orders and no_more_customers,
    )


def _follow_name(shop: Shop, saleor: Saleor) -> None:
    """No event tells of it."""
    name = saleor.shop_name()[:LONGEST_NAME]
    if name != shop.name:
        Shop.objects.filter(pk=shop.pk).update(name=name)
        shop.name = name


def _orders(shop: Shop, saleor: Saleor, since: datetime | None, pace: Pace) -> tuple[int, bool]:
    """How many were marked, and whether there are no more.

    Settled orders that Saleor was asked for as they are now are left out.
    """
    start = since or _start(shop, shop.orders_walked_to)
    walk = Walk(shop, "orders_walked_to", saleor.orders_changed_since(start), start, pace)
    marked = 0
    for page in walk:
        ids = _not_asked_for(shop, page)
        inbox.mark(shop=shop, order_ids=ids)
        marked += len(ids)
    return marked, walk.is_done


def _not_asked_for(shop: Shop, page: Sequence[Changed]) -> list[str]:
    """By the very stamp, be it later or earlier: hosts stamp by their own clocks."""
    settled = SettledOrder.objects.filter(shop=shop, order_id__in=[changed.id for changed in page])
    asked = set(settled.values_list("order_id", "asked_as_of"))
    return [changed.id for changed in page if changed not in asked]


def _customers(shop: Shop, saleor: Saleor, since: datetime | None, pace: Pace) -> tuple[int, bool]:
    """How many were marked, and whether there are no more."""
    start = since or _start(shop, shop.customers_walked_to)
    walk = Walk(shop, "customers_walked_to", saleor.customers_changed_since(start), start, pace)
    marked = 0
    for page in walk:
        inbox.mark(shop=shop, customer_ids=[changed.id for changed in page])
        marked += len(page)
    return marked, walk.is_done


def _orders_with_coupons(shop: Shop) -> int:
    """Mark some orders that used a coupon, each once a day.

    One that expires changes no `updatedAt`: were its event lost, its coupon would be too.
    """
    now = timezone.now()
    recent = Coupon.objects.filter(
        shop=shop, status=CouponStatus.USED, used_at__gt=now - MAY_EXPIRE_FOR
    )
    due = recent.filter(look_again_at__lte=now).order_by("look_again_at")
    keys = dict(due.values_list("pk", "used_order_id")[:ORDERS_AT_ONCE])
    Coupon.objects.filter(pk__in=keys).update(look_again_at=now + ASKED_DAILY)
    ids = set(keys.values())
    inbox.mark(shop=shop, order_ids=ids)
    return len(ids)


def _orders_partly_returned(shop: Shop) -> int:
    """Mark some orders of which more may come back, each once a day.

    Such a return changes no `updatedAt` while the order's status stays: its event alone tells.
    """
    now = timezone.now()
    due = SettledOrder.objects.filter(shop=shop, look_again_at__lte=now).order_by("look_again_at")
    keys = dict(due.values_list("pk", "order_id")[:ORDERS_AT_ONCE])
    SettledOrder.objects.filter(pk__in=keys).update(look_again_at=now + ASKED_DAILY)
    inbox.mark(shop=shop, order_ids=keys.values())
    return len(keys)


def _in_or_out(shop: Shop, saleor: Saleor, pace: Pace) -> Iterator[int]:
    """Members who are customers no more, or again: of those no event and no list tells.

    Some pages each time, going round, until the time is used up: everybody's turn comes.
    """
    ends = pace.ends()
    by_shop = Q(status=MemberStatus.ACTIVE) | Q(status=MemberStatus.CLOSED, status_by="")
    members = Member.objects.filter(by_shop, shop=shop).order_by("pk")
    for _ in range(MEMBER_PAGES):
        page = list(members.filter(pk__gt=shop.members_walked_to)[:CUSTOMERS_AT_ONCE])
        ids = _wrong(shop, saleor, page) if page else set()
        inbox.mark(shop=shop, customer_ids=ids)
        is_round_done = len(page) < CUSTOMERS_AT_ONCE
        shop.members_walked_to = 0 if is_round_done else page[-1].pk
        shop.save(update_fields=["members_walked_to"])
        yield len(ids)
        if is_round_done or time.monotonic() >= ends:
            return
        time.sleep(pace.pause)


def _wrong(shop: Shop, saleor: Saleor, page: Sequence[Member]) -> set[str]:
    """Whose member does not say whether they are there, and active: customer ids."""
    there = saleor.customers([member.customer_id for member in page])
    if not there and len(page) >= NOT_BELIEVED:
        logger.warning("Shop %s has none of the %s members asked for", shop.pk, len(page))
        return set()
    return {m.customer_id for m in page if not _is_in_step(m, there.get(m.customer_id))}


def _is_in_step(member: Member, customer: Customer | None) -> bool:
    if customer is None:
        return member.is_closed_by_shop
    return not member.is_closed_by_shop and customer.is_active == member.customer_is_active


def _active_again(shop: Shop, saleor: Saleor) -> int:
    """Mark customers who were inactive and are no more: no event and no list may tell of it.

    Some each time, by chance: those who were deleted since must not crowd out the rest.
    """
    inactive = FollowedCustomer.objects.filter(shop=shop, is_active=False).order_by("?")
    ids = list(inactive.values_list("customer_id", flat=True)[:CUSTOMERS_AT_ONCE])
    now = saleor.customers(ids) if ids else {}
    active = [customer.id for customer in now.values() if customer.is_active]
    inbox.mark(shop=shop, customer_ids=active)
    return len(active)


def _start(shop: Shop, watermark: datetime | None) -> datetime:
    return (watermark or shop.installed_at) - OVERLAP


def _advance(shop: Shop, watermark: Watermark, moment: datetime) -> None:
    """Move a watermark on, never back, and renew the lease of whoever walks."""
    this = Shop.objects.filter(pk=shop.pk)
    this.filter(walk_until__isnull=False).update(walk_until=timezone.now() + LEASE)
    behind = Q(**{watermark: None}) | Q(**{f"{watermark}__lt": moment})
    this.filter(behind).update(**{watermark: moment})
