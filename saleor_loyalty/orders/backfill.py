"""Crediting the past: orders that were paid while the programme took none, when the owner asks."""

import logging
import time as clock
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone

from saleor_loyalty.models import Entry, Shop
from saleor_loyalty.orders import inbox, settlement
from saleor_loyalty.problems import ErrorCode, Problem, Refused
from saleor_loyalty.program import programs
from saleor_loyalty.saleor_api.client import Saleor
from saleor_loyalty.saleor_api.facts import Order

PAUSE = 0.25  # seconds between two pages: the shop has customers to serve
# Saleor stamps an order as changed just before it notes the payment: measured, under 0.2 s.
LEEWAY = timedelta(hours=1)

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Page:
    """What became of up to 100 orders: the entries posted, and the ids that could not be read."""

    entries: Sequence[Entry]
    unread: Collection[str]


def start_of(shop: Shop, *, since: date, dry_run: bool) -> datetime:
    """The moment a backfill starts from: midnight in the programme's time zone.

    Raises Refused when the shop has no programme, when it is switched off (a dry run may try it
    all the same), and for a day that is still to come.
    """
    program = programs.current(shop)
    if program is None or program.current is None:
        message = "The shop has no program yet; set one up first."
        raise Refused(Problem(None, message, ErrorCode.PROGRAM_INACTIVE))
    if not program.is_active and not dry_run:
        message = "The program is switched off; switch it on, or see what would be with --dry-run."
        raise Refused(Problem(None, message, ErrorCode.PROGRAM_INACTIVE))
    start = datetime.combine(since, time.min, tzinfo=ZoneInfo(program.current.time_zone))
    if start > timezone.now():
        message = f"{since} is still to come; name a day in the past."
        raise Refused(Problem("since", message, ErrorCode.OUT_OF_RANGE))
    return start


def backfill(
    shop: Shop, saleor: Saleor, *, since: datetime, dry_run: bool, pause: float = PAUSE
) -> Iterator[Page]:
    """Settle all orders paid since, those too that earned nothing at the time; page by page.

    Each page is a transaction of its own, so it may stop anywhere, and done again it credits
    nothing twice. A dry run takes every page back: nothing is changed, nobody is told. Points are
    those of the current rules, unless an order was credited before.

    Raises SaleorUnavailable and SaleorRefused.
    """
    for page in saleor.orders_changed_since(since - LEEWAY):
        orders, failed = settlement.fetch(saleor, [changed.id for changed in page])
        paid = [o for o in orders.values() if o.fully_paid_at and o.fully_paid_at >= since]
        yield Page(_settle_again_on_conflict(shop, paid, dry_run=dry_run), failed)
        clock.sleep(pause)


def _settle_again_on_conflict(
    shop: Shop, orders: Sequence[Order], *, dry_run: bool
) -> Sequence[Entry]:
    """A worker may be at an order of the page just when we are."""
    try:
        return _settle(shop, orders, dry_run=dry_run)
    except settlement.CONFLICTS:
        return _settle(shop, orders, dry_run=dry_run)


def _settle(shop: Shop, orders: Sequence[Order], *, dry_run: bool) -> Sequence[Entry]:
    with transaction.atomic():
        entries = settlement.bring_to_entitlement(shop, orders, past=True)
        # A worker may hold an older or a newer answer of Saleor: it looks once more.
        changed = {entry.order.order_id for entry in entries if entry.order}
        inbox.mark(shop=shop, order_ids=changed)
        transaction.set_rollback(dry_run)
    return entries
