"""Points end: the sweep that ends those whose time has come, and when a member's next ones go."""

import logging
from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Min, Sum

from saleor_loyalty import lapse
from saleor_loyalty.models import Change, Entry, Lot, Member, Program, Shop
from saleor_loyalty.rules.expiry import PER_LOT, ExpiryRule

MEMBERS_AT_ONCE = 5000  # few enough that nobody who needs one of them waits long

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Ending:
    """Points of one member that end at the same moment."""

    at: datetime
    points: int


def sweep(
    shop: Shop, *, now: datetime, ended_by: datetime | None = None, limit: int = MEMBERS_AT_ONCE
) -> int:
    """End all points of the shop's members that ended by `ended_by` (`now`); how many entries.

    In batches of `limit` members, each a transaction of a fixed number of statements, so it may
    stop anywhere and go on with the next run; not to be called in a transaction. A member whom
    another transaction holds is left to the next run. While the programme is off nothing ends.
    """
    entries = last = 0
    members = limit
    while members == limit:
        with transaction.atomic(durable=True):
            program = _held_program(shop)
            if program is None or program.current is None:
                break
            ids = lapse.lock_due(
                shop_id=shop.pk,
                rule=program.current.expiry,
                ended_by=ended_by or now,
                after=last,
                limit=limit,
            )
            if ids:
                entries += lapse.lapse(
                    ids, version=program.current, ended_by=ended_by or now, now=now
                )
        members, last = len(ids), max(ids, default=last)
    if entries:
        logger.info("Shop %s: points ended, %s entries", shop.pk, entries)
    return entries


def settled_until(shop: Shop, *, now: datetime) -> datetime:
    """The moment up to which all orders we heard of are settled.

    An order that waits may have been paid in time to renew points that ended meanwhile.
    """
    oldest = Change.objects.filter(shop=shop).aggregate(at=Min("marked_at"))["at"]
    return min(now, oldest or now)


def shops_with_work() -> list[Shop]:
    """Shops where points may end."""
    return list(Shop.objects.filter(is_active=True, program__is_active=True))


def rule_in_force(shop: Shop) -> ExpiryRule | None:
    """When the shop's points end; None while the programme is off, for then they do not."""
    program = Program.objects.filter(shop=shop, is_active=True).select_related("current").first()
    return program.current.expiry if program and program.current else None


def next_ending(member: Member, rule: ExpiryRule) -> Ending | None:
    """The points of a member that end first; None when none will. At most one statement."""
    return next(iter(endings(member, rule)), None)


def endings(member: Member, rule: ExpiryRule) -> list[Ending]:
    """All points of a member that will end, soonest first. At most one statement."""
    if member.balance <= 0:
        return []
    if ends := rule.balance_ends(member.expires_at):
        return [Ending(ends, member.balance)]
    if rule.policy != PER_LOT:
        return []
    points = Counter[datetime]()
    lots = Lot.objects.filter(member=member, remaining__gt=0).order_by()
    for stored, remaining in lots.values_list("expires_at").annotate(Sum("remaining")):
        if ends := rule.lot_ends(stored):
            points[ends] += remaining
    return [Ending(at, points[at]) for at in sorted(points)]


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
