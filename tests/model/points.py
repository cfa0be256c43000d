"""The model's points: what one cause brings with it, and when points end."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from tests.model.facts import (
    COUPONS_AT_ONCE,
    DAYS_OF_GRACE,
    FOREVER,
    NEVER,
    PER_LOT,
    ROLLING,
    Account,
    Coupon,
    Debit,
    Lot,
    Rules,
)


class Points:
    """Where members stand, and what follows from points that come or go."""

    def __init__(self, rules: Rules) -> None:
        self.versions = [rules]
        self.protected_until: datetime | None = None
        self.accounts: dict[str, Account] = {}
        self.coupons: list[Coupon] = []
        self.room = COUPONS_AT_ONCE  # what is looked at together has so many coupons

    @property
    def rules(self) -> Rules:
        return self.versions[-1]

    def account(self, customer: str) -> Account:
        return self.accounts.setdefault(customer, Account())

    # What follows from points that come or go

    def post(
        self,
        customer: str,
        points: int,
        now: datetime,
        *,
        rewards: bool = False,
        renews: bool = False,
        order: int | None = None,
    ) -> None:
        """One cause with its consequences: rewards reached, coupons that pay a debt, the period."""
        account = self.open(customer, now)
        if points > 0:
            lot = self._credit(account, points, now, order)
            self._start_period(account, lot, now, renews=renews)
        else:
            self._debit(account, -points)
        if rewards:
            self._reward(customer, now)
        self.withdraw(customer, now)

    def take_back(
        self, customer: str, points: int, now: datetime, *, order: int, is_all: bool
    ) -> None:
        """Points of an order: what it brought goes first, the newest first.

        What ended of it is undone before. When that was all of it, what it renewed is as before.
        """
        account = self.open(customer, now)
        own = [lot for lot in reversed(account.lots) if lot.order == order]
        left = points
        for lot in own:
            for place in reversed(range(len(lot.expired))):
                undone = min(left, lot.expired[place])
                if undone:
                    account.movements.append(undone)
                lot.expired[place] -= undone
                lot.left += undone
                left -= undone
        self._debit(account, points, first=own)
        if is_all and self.rules.policy == ROLLING:
            for lot in own:
                self._unrenew(account, lot)
        self.withdraw(customer, now)

    def issue_the_rest(self, customers: Iterable[str], now: datetime) -> None:
        """Coupons that were too many to be issued at once, member by member."""
        for customer in customers:
            account = self.open(customer, now)
            while account.has_more_to_come:
                self.room = COUPONS_AT_ONCE
                self._reward(customer, now)

    def _reward(self, customer: str, now: datetime) -> None:
        """A coupon for each threshold reached, so many at once; the rest is to come."""
        account = self.account(customer)
        while self.room and account.balance >= self.rules.threshold:
            self.room -= 1
            bought_by = self._debit(account, self.rules.threshold)
            days = self.rules.coupon_days
            end = self.rules.ends(now, days) if days else None
            version = len(self.versions) - 1
            self.coupons.append(Coupon(customer, self.rules.threshold, end, version, bought_by))
        account.has_more_to_come = account.balance >= self.rules.threshold

    def open(self, customer: str, now: datetime) -> Account:
        """Note whether there were points as the account is first touched at a moment."""
        account = self.account(customer)
        if account.moment != now:
            account.moment, account.had_points = now, account.balance > 0
        return account

    def withdraw(self, customer: str, now: datetime) -> None:
        """Unused coupons pay a debt, newest first, only as many as needed."""
        account = self.account(customer)
        for coupon in reversed(self.coupons):
            if account.balance < 0 and coupon.owner == customer and coupon.is_open(now):
                coupon.state = "withdrawn"
                self._return(account, coupon.bought_by, now)

    # Lots and debts

    def _credit(self, account: Account, points: int, now: datetime, order: int | None) -> Lot:
        account.movements.append(points)
        lot = self._new_lot(account, points, now, order)
        self._pay_debts(account)
        return lot

    def _new_lot(self, account: Account, points: int, now: datetime, order: int | None) -> Lot:
        days = self.rules.days if self.rules.policy == PER_LOT else None
        lot = Lot(points, self.rules.ends(now, days) if days else None, now, order)
        account.lots.append(lot)
        return lot

    def _debit(self, account: Account, points: int, first: Iterable[Lot] = ()) -> Debit:
        account.movements.append(-points)
        debit = Debit(points, owed=points)
        account.debits.append(debit)
        self._take(account, debit, first)
        return debit

    def _take(self, account: Account, debit: Debit, first: Iterable[Lot] = ()) -> None:
        """Some lots first, then those that end soonest; what they do not hold is owed."""
        for lot in (*first, *sorted(account.lots, key=self._spent_first)):
            taken = min(lot.left, debit.owed)
            if taken:
                debit.taken.append((lot, taken))
            lot.left -= taken
            debit.owed -= taken

    def _pay_debts(self, account: Account, first: Iterable[Lot] = ()) -> None:
        """The oldest first."""
        for debit in account.debits:
            self._take(account, debit, first)

    def _return(self, account: Account, debit: Debit, now: datetime) -> None:
        """What was taken goes back where it was, last taken first; what was owed pays debts."""
        account.movements.append(debit.points)
        lots = [lot for lot, _ in reversed(debit.taken)]
        for lot, taken in debit.taken:
            lot.left += taken
        rest = debit.points - sum(taken for _, taken in debit.taken)
        more = [self._new_lot(account, rest, now, None)] if rest else []
        debit.taken.clear()
        if self.rules.policy == PER_LOT:
            for lot in dict.fromkeys(lots):
                end = self.lot_ends(lot)
                if end and end <= now:
                    lot.ends = now if lot.had_grace else self.rules.ends(now, DAYS_OF_GRACE)
                    lot.had_grace = True
        self._pay_debts(account, more)
        end = self.balance_ends(account)
        if self.rules.policy == ROLLING and account.balance > 0 and (end is None or end <= now):
            had_grace = all(lot.had_grace for lot in lots)
            account.period = now if had_grace else self.rules.ends(now, DAYS_OF_GRACE)
            for lot in lots:
                lot.had_grace = True

    def _spent_first(self, lot: Lot) -> datetime:
        end = self.lot_ends(lot) if self.rules.policy == PER_LOT else None
        return end or FOREVER

    # The period of a ROLLING programme

    def _start_period(self, account: Account, lot: Lot, now: datetime, *, renews: bool) -> None:
        """One that ran before this moment goes on, unless a newly paid order renews it."""
        if self.rules.policy != ROLLING:
            return
        assert self.rules.days is not None
        end = self.balance_ends(account) if account.had_points else None
        runs = end is not None and end > now
        before, whole = account.period if runs else None, self.rules.ends(now, self.rules.days)
        if renews:
            lot.renewed = [before, whole]
        if renews or not runs:
            account.period = whole

    def _unrenew(self, account: Account, lot: Lot) -> None:
        """The period as it were without this credit; also for what renewed it after that."""
        if not lot.renewed:
            return
        before, until = lot.renewed
        lot.renewed = []
        later = [other for other in account.lots if other.renewed and other.renewed[0] == until]
        for other in later:
            other.renewed[0] = before
        if later or account.period != until:
            return
        came = min((other.came for other in account.lots if other.left), default=None)
        if came and (before is None or before <= came):
            assert self.rules.days is not None
            before = self.rules.ends(came, self.rules.days)
        account.period = before

    # When points end

    def balance_ends(self, account: Account) -> datetime | None:
        """The end of a whole balance, in a ROLLING programme."""
        return later(account.period, self.protected_until)

    def lot_ends(self, lot: Lot) -> datetime | None:
        """The end of a lot, in a PER_LOT programme."""
        return later(lot.ends, self.protected_until)

    def move_ends(self, before: Rules, after: Rules, now: datetime) -> None:
        """Another time zone: what is to end does so with the same day there, and never sooner."""

        def moved(end: datetime | None) -> datetime | None:
            if end is None or end <= now:
                return end
            return after.day_ends(max(before.last_day(end), after.last_day(end)))

        if self.protected_until:
            last = max(rules.last_day(self.protected_until) for rules in (before, after))
            self.protected_until = after.day_ends(last)
        for account in self.accounts.values():
            account.period = moved(account.period)
            for lot in account.lots:
                lot.ends = moved(lot.ends)
                lot.renewed = [moved(end) for end in lot.renewed]

    def edges(self) -> Iterator[datetime]:
        """The moments at which something ends."""
        for account in self.accounts.values():
            ends = (self._end(account, lot) for lot in account.lots if lot.left)
            yield from (end for end in ends if end)
        yield from (coupon.ends for coupon in self.coupons if coupon.ends)

    def end_points(self, account: Account, ended_by: datetime) -> None:
        """Points that have ended go, for each end by itself."""
        ended: dict[datetime, list[Lot]] = {}
        for lot in account.lots:
            end = self._end(account, lot)
            if lot.left and end and end <= ended_by:
                ended.setdefault(end, []).append(lot)
        for _, lots in sorted(ended.items()):
            account.movements.append(-sum(lot.left for lot in lots))
            for lot in lots:
                lot.expired.append(lot.left)
                lot.left = 0

    def _end(self, account: Account, lot: Lot) -> datetime | None:
        if self.rules.policy == NEVER:
            return None
        return self.lot_ends(lot) if self.rules.policy == PER_LOT else self.balance_ends(account)


def later(*moments: datetime | None) -> datetime | None:
    return max((moment for moment in moments if moment), default=None)
