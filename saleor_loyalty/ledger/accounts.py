"""One member's points while a book is open: balance, lots and the period they last."""

from collections.abc import Iterator
from datetime import datetime

from saleor_loyalty.models import Entry, EntryKind, Lot, Member
from saleor_loyalty.rules.expiry import PER_LOT, ROLLING, ExpiryRule

# What is spent or lapses was earned before: it does not lower the points ever earned.
NOT_EARNING = frozenset({EntryKind.REWARD, EntryKind.EXPIRY})


class Account:
    """Keeps a locked member and their lots in step with the entries posted to them.

    What is left in the lots is the balance, or nothing while the member is in debt. `lots` takes
    the member's open lots before anything is posted.
    """

    def __init__(self, member: Member, rule: ExpiryRule, now: datetime) -> None:
        self.member = member
        self.lots: list[Lot] = []
        self.changed = False
        self._rule = rule
        self._now = now
        self._had_points = member.balance > 0
        self._touched: dict[int, Lot] = {}

    def apply(self, entry: Entry, *, renews: bool) -> None:
        """Take an entry into account."""
        before = self.member.balance
        self.member.balance += entry.points
        if entry.kind not in NOT_EARNING and not _returns_a_coupon(entry):
            self.member.lifetime_points += entry.points
        self.member.last_activity_at = self._now
        self.changed = True
        if entry.points > 0:
            self._credit(entry, debt=max(0, -before))
            self._start_period(renews=renews)
        else:
            self._debit(-entry.points)

    def close(self) -> None:
        """A balance that is gone has no period any more."""
        if self.member.balance <= 0:
            self.member.expires_at = None

    def new_lots(self) -> Iterator[Lot]:
        """Lots to insert: what came and was not spent again at once."""
        return (lot for lot in self.lots if lot._state.adding and lot.remaining)

    def changed_lots(self) -> Iterator[Lot]:
        """Lots to update."""
        return iter(self._touched.values())

    def _credit(self, entry: Entry, *, debt: int) -> None:
        """A lot of what is left of a credit after it has paid the debt."""
        remaining = max(0, entry.points - debt)
        ends = self._rule.period_from(self._now) if self._rule.policy == PER_LOT else None
        self.lots.append(
            Lot(
                shop_id=entry.shop_id,
                member=self.member,
                entry=entry,
                remaining=remaining,
                expires_at=ends,
            )
        )

    def _debit(self, points: int) -> None:
        """Take from the lots, soonest to end first; what they do not hold is a debt."""
        for lot in sorted(self.lots, key=self._ends_first):
            taken = min(lot.remaining, points)
            lot.remaining -= taken
            points -= taken
            if taken and not lot._state.adding:
                self._touched[lot.pk] = lot

    def _ends_first(self, lot: Lot) -> tuple[bool, datetime, bool, int]:
        """By their end, lots without one last; then by age, those of this book last."""
        ends = self._rule.lot_ends(lot.expires_at)
        return ends is None, ends or self._now, lot._state.adding, lot.pk or 0

    def _start_period(self, *, renews: bool) -> None:
        """A newly paid order starts a ROLLING period anew; other credits only where none runs.

        None runs for a balance that was gone before this book. One that is only gone between a
        reversal and the return of the coupon that pays for it has its period still.
        """
        if self._rule.policy != ROLLING:
            return
        running = self._rule.balance_ends(self.member.expires_at) if self._had_points else None
        if renews or running is None or running <= self._now:
            self.member.expires_at = self._rule.period_from(self._now)


def _returns_a_coupon(entry: Entry) -> bool:
    """Points that come back with a withdrawn coupon were counted when they were first earned."""
    return entry.kind == EntryKind.REVERSAL and entry.points > 0
