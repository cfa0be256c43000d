"""Orders become entries: each is looked at as it stands now, and only the difference is posted.

Paid, refunded, cancelled, recharged, edited, seen twice or late: all the same path.
"""

import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import chain
from typing import Any

from django.db import IntegrityError, OperationalError, transaction

from saleor_loyalty.database.statements import Writing
from saleor_loyalty.ledger.book import Book, Consequence, open_book
from saleor_loyalty.members import announcements, followed
from saleor_loyalty.models import Entry, Member, Shop
from saleor_loyalty.orders import due, inbox
from saleor_loyalty.orders.context import SettlementContext, read_context
from saleor_loyalty.orders.inbox import Lease
from saleor_loyalty.rewards import coupons
from saleor_loyalty.rewards.coupon_book import CouponBook
from saleor_loyalty.saleor_api.client import ORDERS_AT_ONCE, Saleor
from saleor_loyalty.saleor_api.facts import Order
from saleor_loyalty.saleor_api.transport import SaleorForbade, SaleorRefused, SaleorUnavailable
from saleor_loyalty.workers.waking import wake

logger = logging.getLogger(__name__)

# Another transaction was first with a row, or it and we waited for each other. By now it is done,
# so a second try goes through.
CONFLICTS = (IntegrityError, OperationalError)

MOST_REQUESTS = 32  # for a page of 100 orders: enough to find two that Saleor stumbles over


def settle_due(shop: Shop, saleor: Saleor) -> int:
    """Settle one batch of the shop's changed orders; how many changes were taken up.

    What cannot be settled now goes back into the inbox for a later try. 0 also when Saleor did
    not answer: it would not now, and other shops wait.
    """
    lease = inbox.lease(shop=shop, limit=ORDERS_AT_ONCE)
    if lease is None:
        return 0
    try:
        orders, failed = fetch(saleor, list(lease.marks))
    except SaleorUnavailable as error:
        logger.warning("Shop %s: orders not fetched, later again: %s", shop.pk, error)
        inbox.rest(shop, lease, error=error)
        return 0
    except SaleorForbade as error:
        logger.warning("Shop %s: orders not fetched, later again: %s", shop.pk, error)
        inbox.postpone(lease, lease.marks, error=error)
        return 0
    inbox.note_answer(shop)
    followed.note_inactive(shop, [o.customer for o in orders.values() if o.customer])
    for order_id, problem in failed.items():
        logger.error("Shop %s: order %s not fetched, later again: %s", shop.pk, order_id, problem)
        inbox.postpone(lease, [order_id], error=problem)
    _settle_leased(shop, lease, orders, lease.marks.keys() - failed)
    return len(lease.marks)


def fetch(
    saleor: Saleor, order_ids: Sequence[str]
) -> tuple[Mapping[str, Order], Mapping[str, Exception]]:
    """The orders by id, and by id why some cannot be had.

    Saleor refuses a whole page for one order it stumbles over: halving the page finds that one.
    Where it refuses everything we soon stop looking; those not looked at are among the failed.
    """
    found: dict[str, Order] = {}
    failed: dict[str, Exception] = {}
    pages = [list(order_ids)]
    refusal: SaleorRefused | None = None
    for _ in range(MOST_REQUESTS):
        if not pages:
            break
        page = pages.pop()
        try:
            orders, unreadable = saleor.orders(page)
        except SaleorForbade:
            raise
        except SaleorRefused as error:
            refusal = error
            if len(page) == 1:
                failed[page[0]] = error
            else:
                middle = len(page) // 2
                pages += [page[middle:], page[:middle]]
        else:
            found |= orders
            failed |= unreadable
    if refusal:
        failed |= dict.fromkeys(chain.from_iterable(pages), refusal)
    return found, failed


def _settle_leased(
    shop: Shop, lease: Lease, orders: Mapping[str, Order], order_ids: Iterable[str]
) -> None:
    """Settle all at once; if that fails, one by one, so that one bad order holds up no other."""
    ids = list(order_ids)
    try:
        settle(shop, lease, orders, ids)
    except Exception as error:
        if len(ids) == 1:
            logger.exception("Shop %s: order %s not settled, later again", shop.pk, ids[0])
            inbox.postpone(lease, ids, error=error)
            return
        for order_id in ids:
            _settle_leased(shop, lease, orders, [order_id])


def settle(shop: Shop, lease: Lease, orders: Mapping[str, Order], order_ids: Iterable[str]) -> None:
    """Bring the leased orders to their entitlement and take them off the inbox, or do nothing.

    One transaction. One order that is credited takes four statements, and a batch of any size as
    many. Ids without an order (drafts, orders Saleor no longer knows) are taken off.
    """
    try:
        _settle(shop, lease, orders, set(order_ids))
    except CONFLICTS:
        _settle(shop, lease, orders, set(order_ids))


@transaction.atomic
def _settle(
    shop: Shop, lease: Lease, orders: Mapping[str, Order], order_ids: Collection[str]
) -> None:
    context = read_context(shop, [orders[id_] for id_ in sorted(order_ids) if id_ in orders], lease)
    writing = Writing()
    inbox.finish(lease, [c for c in context.changes if c.subject_id in order_ids], writing)
    _settle_on(context, writing)


def bring_to_entitlement(shop: Shop, orders: Sequence[Order], *, past: bool = False) -> list[Entry]:
    """Post what is missing or too much for these orders; the orders' entries that were posted.

    Only within a transaction. With `past`, orders that were paid while the programme was off, or
    while their member took no points, are credited too, by the current rules.
    """
    return _settle_on(read_context(shop, orders), Writing(), past=past)


def _settle_on(context: SettlementContext, writing: Writing, *, past: bool = False) -> list[Entry]:
    entries = _post(context, writing, past=past)
    followed.note_waiting(context.shop, due.waiting(context), now=context.now)
    return entries


def _post(context: SettlementContext, writing: Writing, *, past: bool) -> list[Entry]:
    unsettled = due.unsettled(context, past=past)
    due.note_asked(context, writing, kept=unsettled)
    if not unsettled and not context.uses:
        writing.write()
        return []
    owners = {s.owner.customer_id: s.owner for s in unsettled if s.owner}
    newcomers = [member for member in owners.values() if member._state.adding]
    member_ids = (order_due.member_ids for order_due in unsettled)
    held = CouponBook(context.rulebook.version, coupon_ids={use.coupon_id for use in context.uses})
    with open_book(
        {use.member_id for use in context.uses}.union(*member_ids),
        newcomers=newcomers,
        version=context.rulebook.version,
        now=context.now,
        # A shop that credits its past does not want all its customers greeted.
        consequences=[held] if past else [held, Welcome(newcomers)],
        reversing=Entry.objects.filter(
            order__in=[each.row.pk for each in unsettled if each.takes_back], points__gt=0
        ),
        writing=writing,
    ) as book:
        coupons.follow(held, context.uses)
        entries = due.post(unsettled, book)
        due.keep(unsettled, writing, now=book.now)
        return entries


class Welcome(Consequence):
    """Have those welcomed whom this book has enrolled, and no other transaction meanwhile."""

    def __init__(self, newcomers: Sequence[Member]) -> None:
        self._newcomers = newcomers

    def begin(self, book: Book, *rows: Sequence[Any]) -> None:
        members = [book.member(newcomer.pk) for newcomer in self._newcomers]
        self._joined = [member for member in members if member.joined_at == book.now]

    def along(self, writing: Writing) -> None:
        writing.insert(announcements.of_new_members(self._joined))
        if self._joined:
            wake("send_messages")
