"""Orders become entries: each is looked at as it stands now, and only the difference is posted.

Paid, refunded, cancelled, recharged, edited, seen twice or late: all the same path. An order that
earned once stays with the program version that first credited it.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from saleor_loyalty import coupons, inbox, ledger, members, programs
from saleor_loyalty.inbox import Claim
from saleor_loyalty.ledger import Posting
from saleor_loyalty.models import EntryKind, SettledOrder, Shop
from saleor_loyalty.programs import Rulebook
from saleor_loyalty.rules.entitlement import Entitlement, entitlement
from saleor_loyalty.saleor_api.client import ORDERS_AT_ONCE, Saleor
from saleor_loyalty.saleor_api.facts import Order
from saleor_loyalty.saleor_api.transport import SaleorForbade, SaleorRefused, SaleorUnavailable

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Difference:
    """An order whose points are not what the ledger holds for it."""

    order: Order
    settled: SettledOrder
    entitled: Entitlement

    @property
    def points(self) -> int:
        return self.entitled.points - self.settled.points


def settle_due(shop: Shop, saleor: Saleor) -> int:
    """Settle one batch of the shop's changed orders; how many changes were taken up.

    What cannot be settled now goes back into the inbox for a later try.
    """
    claim = inbox.claim(shop=shop, limit=ORDERS_AT_ONCE)
    if claim is None:
        return 0
    try:
        orders, failed = _fetch(saleor, list(claim.marks))
    except (SaleorUnavailable, SaleorForbade) as error:
        logger.warning("Shop %s: orders not fetched, later again: %s", shop.pk, error)
        inbox.postpone(claim, claim.marks, error=error)
        return len(claim.marks)
    for order_id, problem in failed.items():
        logger.error("Shop %s: order %s not fetched, later again: %s", shop.pk, order_id, problem)
        inbox.postpone(claim, [order_id], error=problem)
    _settle_claim(shop, claim, orders, claim.marks.keys() - failed.keys())
    return len(claim.marks)


def _fetch(
    saleor: Saleor, order_ids: Sequence[str]
) -> tuple[Mapping[str, Order], Mapping[str, Exception]]:
    """The orders by id, and by id why some cannot be had.

    Saleor refuses a whole page for one order it stumbles over: halving the page finds that one.
    """
    try:
        return saleor.orders(order_ids)
    except SaleorForbade:
        raise
    except SaleorRefused as error:
        if len(order_ids) == 1:
            return {}, {order_ids[0]: error}
    middle = len(order_ids) // 2
    found, failed = _fetch(saleor, order_ids[:middle])
    more_found, more_failed = _fetch(saleor, order_ids[middle:])
    return {**found, **more_found}, {**failed, **more_failed}


def _settle_claim(
    shop: Shop, claim: Claim, orders: Mapping[str, Order], order_ids: Iterable[str]
) -> None:
    """Settle all at once; if that fails, one by one, so that one bad order holds up no other."""
    ids = list(order_ids)
    try:
        settle(shop, claim, orders, ids)
    except Exception as error:
        if len(ids) == 1:
            logger.exception("Shop %s: order %s not settled, later again", shop.pk, ids[0])
            inbox.postpone(claim, ids, error=error)
            return
        for order_id in ids:
            _settle_claim(shop, claim, orders, [order_id])


def settle(shop: Shop, claim: Claim, orders: Mapping[str, Order], order_ids: Iterable[str]) -> None:
    """Bring the claimed orders to their entitlement and take them off the inbox, or do nothing.

    One transaction; the number of statements does not depend on the number of orders. Ids without
    an order (drafts, orders Saleor no longer knows) are taken off.
    """
    now = timezone.now()
    with transaction.atomic():
        held = inbox.still_held(claim).intersection(order_ids)
        current = [orders[order_id] for order_id in held if order_id in orders]
        rulebook = programs.rulebook(shop)
        differences = _differences(shop, current, rulebook, now)
        _post(differences, rulebook, now)
        coupons.mark_used(shop=shop, orders=current)
        inbox.finish(claim, held)


def _differences(
    shop: Shop, orders: Sequence[Order], rulebook: Rulebook, now: datetime
) -> list[Difference]:
    """Orders to be posted, oldest payment first. New ones get their row here."""
    settled = {
        row.order_id: row
        for row in SettledOrder.objects.select_for_update()
        .filter(shop=shop, order_id__in=[order.id for order in orders])
        .order_by("pk")
    }
    for order in orders:
        if order.id not in settled and (row := _new_row(shop, order, rulebook, now)):
            settled[order.id] = row
    differences = [
        Difference(order, settled[order.id], entitled)
        for order in orders
        if order.id in settled and (entitled := _entitled(order, settled[order.id], rulebook))
    ]
    moved = [difference for difference in differences if difference.points]
    moved.sort(key=lambda d: (d.settled.fully_paid_at, d.order.number))
    _save_new_rows(shop, moved)
    return moved


def _new_row(shop: Shop, order: Order, rulebook: Rulebook, now: datetime) -> SettledOrder | None:
    """The row of an order that may earn for the first time; None when it may not."""
    if order.customer is None or order.fully_paid_at is None:
        return None
    if not rulebook.was_active_at(order.fully_paid_at):
        return None
    return SettledOrder(
        shop=shop,
        order_id=order.id,
        number=order.number,
        version=rulebook.version,
        fully_paid_at=order.fully_paid_at,
        settled_at=now,
    )


def _entitled(order: Order, settled: SettledOrder, rulebook: Rulebook) -> Entitlement | None:
    """What the order entitles to by its version; None when that has no terms for its channel."""
    terms = rulebook.earning_terms(settled.version_id, order.channel)
    if terms is None:
        return None
    settled.gift_card_lines = sorted(order.gift_card_lines.union(settled.gift_card_lines))
    return entitlement(order, terms, gift_card_lines=settled.gift_card_lines)


def _save_new_rows(shop: Shop, differences: Iterable[Difference]) -> None:
    new = [difference for difference in differences if difference.settled._state.adding]
    customers = [d.order.customer for d in new if d.order.customer]
    if not new:
        return
    member_ids = members.enroll_all(shop=shop, customers=customers)
    for difference, customer in zip(new, customers, strict=True):
        difference.settled.member_id = member_ids[customer.id]
    SettledOrder.objects.bulk_create(difference.settled for difference in new)


def _post(differences: Sequence[Difference], rulebook: Rulebook, now: datetime) -> None:
    if not differences:
        return
    postings = []
    for difference in differences:
        row = difference.settled
        row.revision += 1
        postings.append(
            Posting(
                member_id=row.member_id,
                kind=EntryKind.ORDER if difference.points > 0 else EntryKind.REVERSAL,
                points=difference.points,
                source=f"order:{row.order_id}:{row.revision}",
                version=rulebook.versions[row.version_id],
                order=row,
                basis=difference.entitled,
            )
        )
        row.points = difference.entitled.points
        row.settled_at = now
    ledger.post(postings, version=rulebook.version, now=now)
    SettledOrder.objects.bulk_update(
        (difference.settled for difference in differences),
        ["points", "revision", "gift_card_lines", "settled_at"],
    )
