"""One account while a book is open: balance, lots, debts and the period they last."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from operator import attrgetter

from saleor_loyalty.ledger.postings import Posting
from saleor_loyalty.models import Account, Debt, Entry, EntryKind, Lot, LotUse, Member
from saleor_loyalty.rules.expiry import PER_LOT, ROLLING, ExpiryRule

# What is spent or expires was earned before: it does not lower the points ever earned.
NOT_EARNING = frozenset({EntryKind.REWARD, EntryKind.EXPIRY})


class OpenAccount:
    """Keeps the account of a locked member, its lots and debts in step with the entries posted.

    What is left in the lots is the balance, less what is owed. `lots` takes the account's open lots
    before anything is posted, and those of entries that may be reversed; `debts` what is owed;
    `brought_by` the credits among these entries, by id; `expired` what ended of their lots; `uses`
    what the debits among them took.
    """

    def __init__(self, account: Account, rule: ExpiryRule, now: datetime) -> None:
        self.account = account
        self.member: Member = account.member
        self.lots: dict[int, Lot] = {}
        self.debts: list[Debt] = []
        self.brought_by: dict[int, Entry] = {}
        self.expired: list[LotUse] = []
        self.uses: list[LotUse] = []
        self.is_changed = False
        self._rule = rule
        self._now = now
        self._had_points = account.balance > 0
        self._new_lots: list[Lot] = []
        self._touched: dict[int, Lot] = {}
        self._returned: dict[int, LotUse] = {}

    def to_undo(self, posting: Posting) -> Iterator[tuple[LotUse, int]]:
        """What ended of the lots that a posting takes back: nobody had the use of it."""
        left = -posting.points
        for lot in self._own_lots(posting):
            for use in (use for use in reversed(self.expired) if use.lot is lot):
                undone = min(left, use.points - use.returned)
                left -= undone
                if undone:
                    yield use, undone

    def apply(self, entry: Entry, posting: Posting) -> None:
        """Take an entry into account."""
        self._count(entry)
        if entry.points < 0:
            own = self._own_lots(posting)
            self._debit(entry, own)
            if posting.is_all:
                for lot in own:
                    self._unrenew(lot)
        elif posting.reverses is None:
            lot = self._new_lot(entry, entry.points)
            self._pay_debts()
            self._start_period(lot, renews=posting.renews)
        else:
            self._give_back(entry, posting.reverses)

    def undo(self, entry: Entry, use: LotUse) -> None:
        """Take an entry into account that gives back what ended; it is taken at once."""
        self._count(entry)
        self._return(use, entry.points)

    def leave_rewards(self, cause: str) -> None:
        """Note what brought more coupons than there was room for; empty: nothing did."""
        self.account.rewards_to_come = cause
        self.is_changed = True

    def opened(self) -> Sequence[Account]:
        """The account, if it is to be inserted."""
        return [self.account] if self.account._state.adding and self.is_changed else []

    def rows(self) -> tuple[Sequence[Lot], Sequence[Debt], Sequence[LotUse]]:
        """What to insert."""
        debts = [debt for debt in self.debts if debt._state.adding]
        return self._new_lots, debts, [use for use in self.uses if use._state.adding]

    def changes(
        self,
    ) -> tuple[Iterable[Account], Iterable[Lot], Iterable[Debt], Iterable[LotUse]]:
        """What to update."""
        account = [] if self.account._state.adding or not self.is_changed else [self.account]
        debts = [debt for debt in self.debts if not debt._state.adding]
        return account, self._touched.values(), debts, self._returned.values()

    def _count(self, entry: Entry) -> None:
        self.account.balance += entry.points
        if entry.kind not in NOT_EARNING and not _returns(entry):
            self.account.lifetime_points += entry.points
        self.member.last_activity_at = self._now
        self.is_changed = True

    # Lots and debts

    def _all_lots(self) -> Iterator[Lot]:
        yield from self.lots.values()
        yield from self._new_lots

    def _own_lots(self, posting: Posting) -> list[Lot]:
        """The lots whose points a posting takes back, the newest first."""
        if posting.order is None and posting.reverses is None:
            return []
        order_id = posting.order.pk if posting.order else None
        own = [
            lot
            for lot in self.lots.values()
            if (entry := self.brought_by.get(lot.entry_id))
            and (entry.order_id == order_id if order_id else entry == posting.reverses)
        ]
        return sorted(own, key=attrgetter("pk"), reverse=True)

    def _new_lot(self, entry: Entry, points: int) -> Lot:
        ends = self._rule.period_from(self._now) if self._rule.policy == PER_LOT else None
        lot = Lot(
            shop_id=entry.shop_id,
            account=self.account,
            entry=entry,
            points=points,
            remaining=points,
            created_at=self._now,
            expires_at=ends,
        )
        self._new_lots.append(lot)
        return lot

    def _debit(self, entry: Entry, first: Iterable[Lot] = ()) -> None:
        """Some lots first, then those that end soonest; what they do not hold is a debt."""
        debt = Debt(account=self.account, entry=entry, remaining=-entry.points)
        self._take(debt, first)
        if debt.remaining:
            self.debts.append(debt)

    def _take(self, debt: Debt, first: Iterable[Lot] = ()) -> None:
        for lot in (*first, *sorted(self._all_lots(), key=self._ends_first)):
            taken = min(lot.remaining, debt.remaining)
            if taken:
                self.uses.append(LotUse(entry=debt.entry, lot=lot, points=taken))
                self._change(lot)
                lot.remaining -= taken
                debt.remaining -= taken

    def _pay_debts(self, first: Iterable[Lot] = ()) -> None:
        """The oldest first."""
        for debt in self.debts:
            if debt.remaining:
                self._take(debt, first)

    def _give_back(self, entry: Entry, debit: Entry) -> None:
        """What a debit took goes back where it was, the last taken first.

        What it owed pays debts. Its end is as it was; one that has gone by gives some days once.
        """
        left, lots = entry.points, []
        for use in reversed([use for use in self.uses if _is_of(use, debit)]):
            came_back = min(left, use.points - use.returned)
            if came_back:
                self._return(use, came_back)
                lots.append(use.lot)
                left -= came_back
        more = [self._new_lot(entry, left)] if left else []
        if self._rule.policy == PER_LOT:
            for lot in dict.fromkeys(lots):
                self._give_grace(lot)
        self._pay_debts(more)
        self._go_on(lots)

    def _return(self, use: LotUse, points: int) -> None:
        self._change(use.lot)
        use.returned += points
        use.lot.remaining += points
        if not use._state.adding:
            self._returned[use.pk] = use

    def _change(self, lot: Lot) -> None:
        if not lot._state.adding:
            self._touched[lot.pk] = lot

    def _ends_first(self, lot: Lot) -> tuple[bool, datetime, bool, int]:
        """By their end, lots without one last; then by age, those of this book last."""
        ends = self._rule.lot_ends(lot.expires_at)
        return ends is None, ends or self._now, lot._state.adding, lot.pk or 0

    def _give_grace(self, lot: Lot) -> None:
        ends = self._rule.lot_ends(lot.expires_at)
        if ends and ends <= self._now:
            lot.expires_at = self._now if lot.had_grace else self._rule.grace_from(self._now)
            lot.had_grace = True

    # The period of a ROLLING programme

    def _start_period(self, lot: Lot, *, renews: bool) -> None:
        """A newly paid order starts a period anew; other credits only where none runs.

        None runs for a balance that was gone before this book.
        """
        if self._rule.policy != ROLLING:
            return
        ends = self._rule.balance_ends(self.account.expires_at) if self._had_points else None
        runs = ends is not None and ends > self._now
        before = self.account.expires_at if runs else None
        if renews or not runs:
            self.account.expires_at = self._rule.period_from(self._now)
        if renews:
            lot.renewed_from, lot.renewed_until = before, self.account.expires_at

    def _go_on(self, lots: Sequence[Lot]) -> None:
        """What came back starts no period: that of before goes on, or some days are given once."""
        ends = self._rule.balance_ends(self.account.expires_at)
        is_over = ends is None or ends <= self._now
        if self._rule.policy != ROLLING or self.account.balance <= 0 or not is_over:
            return
        had_grace = all(lot.had_grace for lot in lots)
        self.account.expires_at = self._now if had_grace else self._rule.grace_from(self._now)
        for lot in lots:
            lot.had_grace = True

    def _unrenew(self, lot: Lot) -> None:
        """The period as it were without this credit; also for what renewed it after that.

        A statement, where there is anything to take back.
        """
        until, before = lot.renewed_until, lot.renewed_from
        if self._rule.policy != ROLLING or until is None:
            return
        self._change(lot)
        lot.renewed_until = lot.renewed_from = None
        for stored in Lot.objects.filter(account=self.account, renewed_from=until):
            self.lots.setdefault(stored.pk, stored)
        later = [other for other in self._all_lots() if other.renewed_from == until]
        for other in later:
            other.renewed_from = before
            self._change(other)
        if not later and self.account.expires_at == until:
            self.account.expires_at = self._without(before)

    def _without(self, before: datetime | None) -> datetime | None:
        """The end of a period that ran before, or of the one that other points would have begun."""
        held = [lot.created_at for lot in self._all_lots() if lot.remaining]
        if held and (before is None or before <= min(held)):
            return self._rule.period_from(min(held))
        return before


def _returns(entry: Entry) -> bool:
    """Points that come back with a withdrawn coupon were counted when they were first earned.

    So were those that had ended.
    """
    return entry.kind == EntryKind.REVERSAL and entry.points > 0


def _is_of(use: LotUse, debit: Entry) -> bool:
    """One of this book has no id yet."""
    if use._state.adding:
        return use.entry is debit
    return use.entry_id == debit.pk
