"""The model's points: what one cause brings with it, and when points end."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from tests.model.facts import (
    COUPONS_AT_ONCE,
    FOREVER,
    NEVER,
    PER_LOT,
    ROLLING,
    Account,
    Coupon,
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
    ) -> None:
        """One cause with its consequences: rewards reached, coupons that pay a debt, the period."""
        account = self.open(customer, now)
        self._move(account, points, now)
        if rewards:
            self._reward(customer, now)
        came_back = self.withdraw(customer, now)
        if points > 0 or came_back:
            self.start_period(account, now, renews=renews)

    def issue_the_rest(self, customers: Iterable[str], now: datetime) -> None:
        """Coupons that were too many to be issued at once, member by member."""
        for customer in customers:
            account = self.open(customer, now)
            while account.has_more_to_come:
                self.room = COUPONS_AT_ONCE
                self._reward(customer, now)
        self.close()

    def _reward(self, customer: str, now: datetime) -> None:
        """A coupon for each threshold reached, so many at once; the rest is to come."""
        account = self.account(customer)
        while self.room and account.balance >= self.rules.threshold:
            self.room -= 1
            self._move(account, -self.rules.threshold, now)
            days = self.rules.coupon_days
            end = self.rules.ends(now, days) if days else None
            version = len(self.versions) - 1
            self.coupons.append(Coupon(customer, self.rules.threshold, end, version))
        account.has_more_to_come = account.balance >= self.rules.threshold

    def start_period(self, account: Account, now: datetime, *, renews: bool = False) -> None:
        """One that ran before this moment goes on, whatever is taken back or given now."""
        if self.rules.policy == ROLLING and (renews or account.running is None):
            assert self.rules.days is not None
            account.period = self.rules.ends(now, self.rules.days)

    def open(self, customer: str, now: datetime) -> Account:
        """Note which period runs as the account is first touched at a moment."""
        account = self.account(customer)
        if account.moment != now:
            account.moment = now
            end = self.balance_ends(account) if account.balance > 0 else None
            account.running = end if end and end > now else None
        return account

    def close(self) -> None:
        """A balance that is gone has no period."""
        for account in self.accounts.values():
            if account.balance <= 0:
                account.period = None

    def _move(self, account: Account, points: int, now: datetime) -> None:
        debt = max(0, -account.balance)
        account.movements.append(points)
        if points > 0:
            days = self.rules.days if self.rules.policy == PER_LOT else None
            end = self.rules.ends(now, days) if days else None
            account.lots.append(Lot(max(0, points - debt), end))
            return
        for lot in sorted(account.lots, key=self._spent_first):
            taken = min(lot.left, -points)
            lot.left -= taken
            points += taken

    def _spent_first(self, lot: Lot) -> datetime:
        end = self.lot_ends(lot) if self.rules.policy == PER_LOT else None
        return end or FOREVER

    def withdraw(self, customer: str, now: datetime) -> bool:
        """Unused coupons pay a debt, newest first, only as many as needed; True if any did."""
        account = self.account(customer)
        moves = len(account.movements)
        for coupon in reversed(self.coupons):
            if account.balance < 0 and coupon.owner == customer and coupon.is_open(now):
                coupon.state = "withdrawn"
                self._move(account, coupon.cost, now)
        return len(account.movements) > moves

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

    def edges(self) -> Iterator[datetime]:
        """The moments at which something ends."""
        for account in self.accounts.values():
            ends = (self._end(account, lot) for lot in account.lots if lot.left)
            yield from (end for end in ends if end)
        yield from (coupon.ends for coupon in self.coupons if coupon.ends)

    def ended(self, account: Account, now: datetime) -> Mapping[datetime, int]:
        """Points that have ended, by their end."""
        ended = Counter[datetime]()
        for lot in account.lots:
            end = self._end(account, lot)
            if lot.left and end and end <= now:
                ended[end] += lot.left
        return ended

    def _end(self, account: Account, lot: Lot) -> datetime | None:
        if self.rules.policy == NEVER:
            return None
        return self.lot_ends(lot) if self.rules.policy == PER_LOT else self.balance_ends(account)


def later(*moments: datetime | None) -> datetime | None:
    return max((moment for moment in moments if moment), default=None)
