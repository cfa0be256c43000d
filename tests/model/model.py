"""The programme in plain Python, written from its description: a witness independent of our code.

It knows no database and imports nothing of ours. `Programme` is told what happens in the shop, and
says where every member must stand. No two things it is told of happen at the same moment.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from fractions import Fraction

from tests.model.facts import (
    FOREVER,
    NEVER,
    PER_LOT,
    ROLLING,
    Account,
    Coupon,
    Lot,
    Order,
    Rules,
    Settled,
)


class Programme:
    """Tell it what happens; read where members stand."""

    def __init__(self, rules: Rules, now: datetime) -> None:
        self.versions = [rules]
        self.protected_until: datetime | None = None
        self.is_on = True
        self.on_times: list[list[datetime | None]] = [[now, None]]
        self.accounts: dict[str, Account] = {}
        self.settled: dict[int, Settled] = {}
        self.coupons: list[Coupon] = []
        self.given: dict[tuple[str, str, str | None], int] = {}

    @property
    def rules(self) -> Rules:
        return self.versions[-1]

    def account(self, customer: str) -> Account:
        return self.accounts.setdefault(customer, Account())

    # What the owner and staff do

    def change(self, rules: Rules, now: datetime) -> None:
        """New rules. Another policy or period gives all points one full new period from now."""
        before = self.rules
        if rules == before:
            return
        self.versions.append(rules)
        if (before.policy, before.days) != (rules.policy, rules.days):
            self.protected_until = rules.ends(now, rules.days) if rules.days else None

    def switch(self, now: datetime, *, on: bool) -> None:
        if on and not self.is_on:
            off_since = self.on_times[-1][1]
            if self.rules.policy != NEVER:
                days_off = (now - off_since).days + 1
                ends = self.rules.ends(now, days_off)
                self.protected_until = _later(self.protected_until, ends)
            self.on_times.append([now, None])
        elif self.is_on and not on:
            self.on_times[-1][1] = now
        self.is_on = on

    def give(self, customer: str, points: int, kind: str, key: str | None, now: datetime) -> bool:
        """A gift, or a correction by a signed number; False when it must be refused."""
        account = self.account(customer)
        if points > 0 and not self.is_on:
            return False
        if (customer, kind, key) in self.given:
            return self.given[customer, kind, key] == points
        if (points > 0 and account.status != "ACTIVE") or -points > max(0, account.balance):
            return False
        if key is not None:
            self.given[customer, kind, key] = points
        account.earned += points
        self._post(customer, points, now, rewards=points > 0)
        self._close()
        return True

    # When points end

    def balance_ends(self, account: Account) -> datetime | None:
        """The end of a whole balance, in a ROLLING programme."""
        return _later(account.period, self.protected_until)

    def lot_ends(self, lot: Lot) -> datetime | None:
        """The end of a lot, in a PER_LOT programme."""
        return _later(lot.ends, self.protected_until)

    def expire(self, now: datetime, *, ended_by: datetime) -> None:
        """What has ended goes, for each end by itself. While the programme is off nothing does."""
        for customer, account in self.accounts.items() if self.is_on else ():
            for _, points in sorted(self._ended(account, ended_by).items()):
                self._post(customer, -points, now)
        self._close()

    def edges(self) -> Iterator[datetime]:
        """The moments at which something ends."""
        for account in self.accounts.values():
            ends = (self._end(account, lot) for lot in account.lots if lot.left)
            yield from (end for end in ends if end)
        yield from (coupon.ends for coupon in self.coupons if coupon.ends)

    def _ended(self, account: Account, now: datetime) -> Mapping[datetime, int]:
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

    # What the shop's orders come to

    def look(self, orders: Iterable[Order], now: datetime, *, past: bool = False) -> None:
        """Orders are looked at together, each as it stands.

        Coupons follow first. Then all that is too much is taken back, then what is missing comes,
        each in the order of payment.
        """
        orders = list(orders)
        with_coupon = [order for order in orders if order.coupon is not None]
        for order in sorted(with_coupon, key=lambda order: self.coupons.index(order.coupon)):
            self._follow(order.coupon, order, now)
        wanted = {o.number: w for o in orders if (w := self._wanted(o, past=past)) is not None}
        due = sorted((o for o in orders if o.number in wanted), key=self._turn)
        for order in due:
            self._take_back(order, wanted[order.number][1], now)
        for order in due:
            self._credit(order, *wanted[order.number], now)
        self._close()

    def entitlement(self, order: Order, rules: Rules) -> int:
        """floor(eligible x kept x rate): exact, rounded once."""
        if order.is_void:
            return 0
        hidden = self.settled[order.number].gift_card_lines
        lines = [line for line in order.lines if line.key not in hidden]
        eligible = sum(line.net if rules.net else line.gross for line in lines)
        if rules.shipping:
            eligible += order.shipping
        kept = Fraction(order.charged, order.total) if order.total else Fraction(1)
        return int(Fraction(eligible, 100) * max(0, min(1, kept)) * rules.rates[order.channel])

    def was_on(self, moment: datetime) -> bool:
        return any(start <= moment < (end or FOREVER) for start, end in self.on_times)

    def _wanted(self, order: Order, *, past: bool) -> tuple[int, int] | None:
        """The rules an order goes by and its points by them; None when it does not take part."""
        record = self.settled.setdefault(order.number, Settled())
        version = record.rules
        if version is None:
            if not self._takes_part(order, record, past=past):
                return None
            version = len(self.versions) - 1
        rules = self.versions[version]
        if order.channel not in rules.rates:
            return None
        seen = (ln.key for ln in order.lines if ln.is_gift_card and not ln.product_is_gone)
        record.gift_card_lines.update(seen)
        return version, self.entitlement(order, rules)

    def _takes_part(self, order: Order, record: Settled, *, past: bool) -> bool:
        """Only orders of customers, once fully paid while the programme was on; others if asked."""
        if record.is_waived:
            return past
        paid = order.first_paid
        return bool(order.customer and paid and (past or self.was_on(paid)))

    def _turn(self, order: Order) -> tuple[datetime, str]:
        paid = self.settled[order.number].since or order.first_paid
        assert paid is not None
        return paid, str(order.number)

    def _take_back(self, order: Order, points: int, now: datetime) -> None:
        """All of it from a customer whose order it is no more."""
        record = self.settled[order.number]
        owner = self._owner(order, record)
        if record.owner not in (None, owner):
            self._order_posts(record, -record.points, now)
        record.owner = owner
        self._order_posts(record, min(0, points - record.points), now)

    def _credit(self, order: Order, version: int, points: int, now: datetime) -> None:
        """A new order of a customer who takes no points is waived."""
        record = self.settled[order.number]
        record.since = record.since or order.first_paid
        takes_points = self.account(record.owner).status == "ACTIVE"
        if points > record.points and takes_points:
            renews, record.was_credited = not record.was_credited, True
            record.is_waived, record.rules = False, version
            self._order_posts(record, points - record.points, now, renews=renews)
        elif not record.was_credited and not takes_points:
            record.is_waived = points > 0

    def _owner(self, order: Order, record: Settled) -> str:
        """An order whose customer is gone stays; so does one whose blocked owner spent it."""
        if record.owner is None or not record.was_credited:
            owner = order.customer or record.owner
            assert owner is not None
            return owner
        before = self.account(record.owner)
        if record.points and before.status != "ACTIVE" and before.balance < record.points:
            return record.owner
        return order.customer or record.owner

    def _order_posts(
        self, record: Settled, points: int, now: datetime, *, renews: bool = False
    ) -> None:
        assert record.owner is not None
        record.points += points
        self.account(record.owner).earned += points
        if points:
            self._post(record.owner, points, now, rewards=points > 0, renews=renews)

    # What follows from points that come or go

    def _post(
        self,
        customer: str,
        points: int,
        now: datetime,
        *,
        rewards: bool = False,
        renews: bool = False,
    ) -> None:
        """One cause with its consequences: rewards reached, coupons that pay a debt, the period."""
        account = self._open(customer, now)
        self._move(account, points, now)
        while rewards and account.balance >= self.rules.threshold:
            self._move(account, -self.rules.threshold, now)
            days = self.rules.coupon_days
            end = self.rules.ends(now, days) if days else None
            version = len(self.versions) - 1
            self.coupons.append(Coupon(customer, self.rules.threshold, end, version))
        came_back = self._withdraw(customer, now)
        if points > 0 or came_back:
            self._start_period(account, now, renews=renews)

    def _start_period(self, account: Account, now: datetime, *, renews: bool = False) -> None:
        """One that ran before this moment goes on, whatever is taken back or given now."""
        if self.rules.policy == ROLLING and (renews or account.running is None):
            assert self.rules.days is not None
            account.period = self.rules.ends(now, self.rules.days)

    def _open(self, customer: str, now: datetime) -> Account:
        """Note which period runs as the account is first touched at a moment."""
        account = self.account(customer)
        if account.moment != now:
            account.moment = now
            end = self.balance_ends(account) if account.balance > 0 else None
            account.running = end if end and end > now else None
        return account

    def _close(self) -> None:
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

    def _withdraw(self, customer: str, now: datetime) -> bool:
        """Unused coupons pay a debt, newest first, only as many as needed; True if any did."""
        account = self.account(customer)
        moves = len(account.movements)
        for coupon in reversed(self.coupons):
            if account.balance < 0 and coupon.owner == customer and coupon.is_open(now):
                coupon.state = "withdrawn"
                self._move(account, coupon.cost, now)
        return len(account.movements) > moves

    # Coupons follow the orders they are used on

    def _follow(self, coupon: Coupon, order: Order, now: datetime) -> None:
        is_its_order = coupon.state == "used" and coupon.used_by == order.number
        if order.is_void and is_its_order:
            self._give_back(coupon, now)
        elif not order.is_void and coupon.state != "used":
            costs_again = coupon.state == "withdrawn"
            coupon.state, coupon.used_by, coupon.used_at = "used", order.number, order.created
            if costs_again:
                self._post(coupon.owner, -coupon.cost, now)

    def _give_back(self, coupon: Coupon, now: datetime) -> None:
        """Anew under another code, for as long as it had left, to the end of that day."""
        if coupon.ends and coupon.used_at:
            end = coupon.ends + max(now - coupon.used_at, timedelta(0))
            instant_before = end - timedelta(microseconds=1)
            coupon.ends = self._rules_of(coupon).ends(instant_before, 0)
        coupon.state, coupon.used_by, coupon.used_at = "open", None, None
        coupon.issue += 1
        account = self._open(coupon.owner, now)
        if self._withdraw(coupon.owner, now):
            self._start_period(account, now)

    def _rules_of(self, coupon: Coupon) -> Rules:
        """A coupon's days are those of the time zone it was issued in."""
        return self.versions[coupon.version]


def _later(*moments: datetime | None) -> datetime | None:
    return max((moment for moment in moments if moment), default=None)
