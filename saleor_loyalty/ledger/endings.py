"""When a member's points end, as far as rules and lots say now."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Sum

from saleor_loyalty.models import Entry, Lot, Member
from saleor_loyalty.rules.expiry import PER_LOT, ExpiryRule


@dataclass(frozen=True, slots=True)
class Ending:
    """Points of one member that end at the same moment."""

    at: datetime
    points: int


def all_endings(members: Iterable[Member], rule: ExpiryRule) -> dict[int, list[Ending]]:
    """By member id the points that will end, soonest first; without members who have none.

    At most one statement.
    """
    with_points = [member for member in members if member.balance > 0]
    if rule.policy != PER_LOT:
        ends = ((member, rule.balance_ends(member.account.expires_at)) for member in with_points)
        return {member.pk: [Ending(at, member.balance)] for member, at in ends if at}
    points: dict[int, Counter[datetime]] = defaultdict(Counter)
    lots = Lot.objects.filter(account__member__in=with_points, remaining__gt=0).order_by()
    sums = lots.values_list("account__member_id", "expires_at").annotate(Sum("remaining"))
    for member_id, stored, remaining in sums if with_points else ():
        if at := rule.lot_ends(stored):
            points[member_id][at] += remaining
    return {pk: [Ending(at, ends[at]) for at in sorted(ends)] for pk, ends in points.items()}


def endings_of(member: Member, rule: ExpiryRule) -> list[Ending]:
    """All points of a member that will end, soonest first. At most one statement."""
    return all_endings([member], rule).get(member.pk, [])


def entry_ends(entry: Entry, rule: ExpiryRule) -> datetime | None:
    """When what is left of an entry's points ends; None when nothing is left or it never does.

    Reads `entry.lot` and `entry.account`: select them along.
    """
    lot: Lot | None = getattr(entry, "lot", None)
    if lot is None or lot.remaining == 0:
        return None
    return rule.balance_ends(entry.account.expires_at) or rule.lot_ends(lot.expires_at)
