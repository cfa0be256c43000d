"""Points end: the sweep that ends those whose time has come, and when a member's next ones go."""

import logging
import math
import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Min, Sum

from saleor_loyalty.ledger import lapse
from saleor_loyalty.models import Change, Entry, Lot, Member, Program, Shop
from saleor_loyalty.rules.expiry import PER_LOT, ExpiryRule

GRACE = timedelta(days=3)  # of points that ended, while an order waits that might renew them
MEMBERS_AT_ONCE = 5000  # few enough that nobody who needs one of them waits long

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Ending:
    """Points of one member that end at the same moment."""

    at: datetime
    points: int


def sweep(
    shop: Shop,
    *,
    now: datetime,
    ended_by: datetime | None = None,
    limit: int = MEMBERS_AT_ONCE,
    ends: float = math.inf,
) -> int:
    """End all points of the shop's members that ended by `ended_by` (`now`); how many entries.

    In batches of `limit` members, each a transaction of a fixed number of statements, so it may
    stop anywhere, as it does at `ends` (by time.monotonic), and go on with the next run; not to be
    called in a transaction. A member whom another transaction holds is left to the next run. While
    the programme is off nothing ends.
    """
    entries = last = 0
    is_more = True
    while is_more and (not last or time.monotonic() < ends):
        ids, ended = _sweep_batch(shop, now=now, ended_by=ended_by or now, after=last, limit=limit)
        entries += ended
        last, is_more = max(ids, default=last), len(ids) == limit
    if entries:
        logger.info("Shop %s: points ended, %s entries", shop.pk, entries)
    return entries


@transaction.atomic(durable=True)
def _sweep_batch(
    shop: Shop, *, now: datetime, ended_by: datetime, after: int, limit: int
) -> tuple[list[int], int]:
    """End the points of the next members; their ids, and how many entries that made."""
    program = _held_program(shop)
    if program is None or program.current is None:
        return [], 0
    version = program.current
    ids = lapse.lock_due(
        shop_id=shop.pk, rule=version.expiry, ended_by=ended_by, after=after, limit=limit
    )
    return ids, lapse.lapse(ids, version=version, ended_by=ended_by, now=now) if ids else 0


def settled_until(shop: Shop, *, now: datetime) -> datetime:
    """The moment up to which all orders we heard of are settled.

    An order that waits may have been paid in time to renew points that ended meanwhile. One that
    has waited for longer than GRACE cannot be settled, and holds up nobody's points any more.
    """
    waiting = Change.objects.filter(shop=shop, marked_at__gt=now - GRACE)
    oldest = waiting.aggregate(at=Min("marked_at"))["at"]
    return min(now, oldest or now)


def shops_with_work() -> list[Shop]:
    """Shops where points may end."""
    return list(Shop.objects.filter(is_active=True, program__is_active=True))


def all_endings(members: Iterable[Member], rule: ExpiryRule) -> dict[int, list[Ending]]:
    """By member id the points that will end, soonest first; without members who have none.

    At most one statement.
    """
    with_points = [member for member in members if member.balance > 0]
    if rule.policy != PER_LOT:
        ends = ((member, rule.balance_ends(member.expires_at)) for member in with_points)
        return {member.pk: [Ending(at, member.balance)] for member, at in ends if at}
    points: dict[int, Counter[datetime]] = defaultdict(Counter)
    lots = Lot.objects.filter(member__in=with_points, remaining__gt=0).order_by()
    sums = lots.values_list("member_id", "expires_at").annotate(Sum("remaining"))
    for member_id, stored, remaining in sums if with_points else ():
        if at := rule.lot_ends(stored):
            points[member_id][at] += remaining
    return {pk: [Ending(at, ends[at]) for at in sorted(ends)] for pk, ends in points.items()}


def endings(member: Member, rule: ExpiryRule) -> list[Ending]:
    """All points of a member that will end, soonest first. At most one statement."""
    return all_endings([member], rule).get(member.pk, [])


def entry_ends(entry: Entry, rule: ExpiryRule) -> datetime | None:
    """When what is left of an entry's points ends; None when nothing is left or it never does.

    Reads `entry.lot` and `entry.member`: select them along.
    """
    lot: Lot | None = getattr(entry, "lot", None)
    if lot is None or lot.remaining == 0:
        return None
    return rule.balance_ends(entry.member.expires_at) or rule.lot_ends(lot.expires_at)


def _held_program(shop: Shop) -> Program | None:
    """The programme while it is on, held against a change of its rules until the batch is done."""
    programs = Program.objects.select_for_update(no_key=True).order_by()
    return programs.filter(shop=shop, is_active=True).first()
