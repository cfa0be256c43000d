"""The programme in plain Python, written from its description: a witness independent of our code.

It knows no database and imports nothing of ours. `Programme` is told what happens in the shop, and
says where every member must stand. No two things it is told of happen at the same moment.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from tests.model import goods
from tests.model.facts import (
    COUPONS_AT_ONCE,
    FOREVER,
    Account,
    Coupon,
    Order,
    Rules,
    Settled,
)
from tests.model.points import Points, later


class Programme(Points):
    """Tell it what happens; read where members stand."""

    def __init__(self, rules: Rules, now: datetime) -> None:
        super().__init__(rules)
        self.is_on = True
        self.version_times = [now]
        self.on_times: list[list[datetime | None]] = [[now, None]]
        self.settled: dict[int, Settled] = {}
        self.given: dict[tuple[str, str, str | None], int] = {}

    # What the owner and staff do

    def change(self, rules: Rules, now: datetime) -> None:
        """New rules. Another policy or period gives all points one full new period from now."""
        before = self.rules
        if rules == before:
            return
        self._begin(rules, now)
        if before.zone != rules.zone:
            self.move_ends(before, rules, now)
        if (before.policy, before.days) != (rules.policy, rules.days):
            period = rules.ends(now, rules.days) if rules.days else None
            self.protected_until = later(self.protected_until, period)

    def switch(self, now: datetime, *, on: bool) -> None:
        if on and not self.is_on:
            self._protect_after_break(now)
            self.on_times.append([now, None])
        elif self.is_on and not on:
            self.on_times[-1][1] = now
        self.is_on = on

    def _protect_after_break(self, now: datetime) -> None:
        """Nobody could renew their points in a break: nothing expires for as many days again."""
        began = self.on_times[-1][1]
        assert began is not None
        if self.rules.days:
            end = later(self.protected_until, self.rules.ends(now, (now - began).days + 1))
            if end != self.protected_until:
                self.protected_until = end
                self._begin(self.rules, now)

    def _begin(self, rules: Rules, now: datetime) -> None:
        self.versions.append(rules)
        self.version_times.append(now)

    def give(self, customer: str, points: int, kind: str, key: str | None, now: datetime) -> bool:
        """A gift, or a correction by a signed number; False when it must be refused."""
        account = self.account(customer)
        if points > 0 and not self.is_on:
            return False
        if (customer, kind, key) in self.given:
            return self.given[customer, kind, key] == points
        if (points > 0 and account.status != "ACTIVE") or -points > max(0, account.balance):
            return False
        if kind == "give" and self._coupons_of(account, points) > COUPONS_AT_ONCE:
            return False
        self.room = COUPONS_AT_ONCE
        if key is not None:
            self.given[customer, kind, key] = points
        account.earned += points
        self.post(customer, points, now, rewards=points > 0)
        return True

    def _coupons_of(self, account: Account, points: int) -> int:
        """How many coupons these points bring, besides what the balance is worth already."""
        worth = [max(0, balance) for balance in (account.balance, account.balance + points)]
        before, after = (balance // self.rules.threshold for balance in worth)
        return after - before

    def expire(self, now: datetime, *, ended_by: datetime) -> None:
        """What has ended goes, for each end by itself. While the programme is off nothing does."""
        for account in self.accounts.values() if self.is_on else ():
            self.end_points(account, ended_by)

    # What the shop's orders come to

    def look(self, orders: Iterable[Order], now: datetime, *, past: bool = False) -> None:
        """Orders are looked at together, each as it stands.

        Coupons follow first. Then all that is too much is taken back, then what is missing comes,
        each in the order of payment.
        """
        self.room = COUPONS_AT_ONCE
        orders = list(orders)
        with_coupon = [order for order in orders if order.coupon is not None]
        for order in sorted(with_coupon, key=lambda order: self.coupons.index(order.coupon)):
            self._follow(order.coupon, order, now)
        wanted = {o.number: w for o in orders if (w := self._wanted(o, past=past)) is not None}
        due = sorted((o for o in orders if o.number in wanted), key=self._turn)
        for order in due:
            self._take_back_of_order(order, wanted[order.number][1], now)
        for order in due:
            self._credit_order(order, *wanted[order.number], now)

    def entitlement(self, order: Order, rules: Rules) -> int:
        """What is kept of the goods earns: exact, rounded once."""
        if order.is_void:
            return 0
        hidden = self.settled[order.number].gift_card_lines
        return int(goods.kept(order, rules, hidden) / 100 * rules.rates[order.channel])

    def was_on(self, moment: datetime) -> bool:
        return any(start <= moment < (end or FOREVER) for start, end in self.on_times)

    def _wanted(self, order: Order, *, past: bool) -> tuple[int, int] | None:
        """The rules an order goes by and its points by them; None when it does not take part."""
        record = self.settled.setdefault(order.number, Settled())
        version = record.rules
        if version is None:
            if not self._takes_part(order, record, past=past):
                return None
            version = len(self.versions) - 1 if past else self._in_force(order)
        rules = self.versions[version]
        if order.channel not in rules.rates:
            return None
        seen = (ln.key for ln in order.lines if ln.is_gift_card and not ln.product_is_gone)
        record.gift_card_lines.update(seen)
        return version, self.entitlement(order, rules)

    def _in_force(self, order: Order) -> int:
        """The rules that its customer saw when they paid."""
        assert order.first_paid is not None
        return sum(moment <= order.first_paid for moment in self.version_times) - 1

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

    def _take_back_of_order(self, order: Order, points: int, now: datetime) -> None:
        """What a customer has of an order that is theirs no more, and then what is too much."""
        record = self.settled[order.number]
        owner = order.customer or record.owner
        assert owner is not None
        if record.owner not in (None, owner):
            held = record.points - record.left_behind
            moving = self._movable(record.owner, held)
            self._order_loses(record, order, moving, now)
            record.left_behind += held - moving
        record.owner = owner
        self._order_loses(record, order, max(0, record.points - points), now)

    def _credit_order(self, order: Order, version: int, points: int, now: datetime) -> None:
        """A new order of a customer who takes no points is waived."""
        record = self.settled[order.number]
        record.since = record.since or order.first_paid
        takes_points = self.account(record.owner).status == "ACTIVE"
        if points > record.points and takes_points:
            renews, record.was_credited = not record.was_credited, True
            record.is_waived, record.rules = False, version
            missing = points - record.points
            record.points += missing
            self.account(record.owner).earned += missing
            self.post(record.owner, missing, now, rewards=True, renews=renews, order=order.number)
        elif not record.was_credited and not takes_points:
            record.is_waived = points > 0

    def _movable(self, customer: str, held: int) -> int:
        """Who takes no points gives up only what is not spent yet."""
        account = self.account(customer)
        if account.status == "ACTIVE" or held < 0:
            return held
        return min(held, max(0, account.balance))

    def _order_loses(self, record: Settled, order: Order, points: int, now: datetime) -> None:
        """What was taken from its owner; all that they held of it, or not."""
        assert record.owner is not None
        record.points -= points
        self.account(record.owner).earned -= points
        if points > 0:
            is_all = record.points <= record.left_behind
            self.take_back(record.owner, points, now, order=order.number, is_all=is_all)
        elif points:  # they were given back more than was theirs
            self.post(record.owner, -points, now, rewards=True, order=order.number)

    # Coupons follow the orders they are used on

    def _follow(self, coupon: Coupon, order: Order, now: datetime) -> None:
        is_its_order = coupon.state == "used" and coupon.used_by == order.number
        if order.is_void and is_its_order:
            self._give_back(coupon, now)
        elif not order.is_void and coupon.state != "used":
            costs_again = coupon.state == "withdrawn"
            coupon.state, coupon.used_by, coupon.used_at = "used", order.number, order.created
            if costs_again:
                coupon.bought_by = self._debit(self.open(coupon.owner, now), coupon.cost)
                self.withdraw(coupon.owner, now)

    def mint(self, now: datetime) -> None:
        """A coupon that had to wait until its days were over has them anew."""
        waiting = [c for c in self.coupons if c.state == "open" and not c.is_minted]
        for coupon in waiting if self.is_on else ():
            rules = self._rules_of(coupon)
            if coupon.ends and coupon.ends <= now and rules.coupon_days:
                coupon.ends = rules.ends(now, rules.coupon_days)
            coupon.is_minted = True

    def _give_back(self, coupon: Coupon, now: datetime) -> None:
        """Anew under another code, for as long as it had left, to the end of that day."""
        if coupon.ends and coupon.used_at:
            end = coupon.ends + max(now - coupon.used_at, timedelta(0))
            instant_before = end - timedelta(microseconds=1)
            coupon.ends = self._rules_of(coupon).ends(instant_before, 0)
        coupon.state, coupon.used_by, coupon.used_at = "open", None, None
        coupon.issue += 1
        coupon.is_minted = False
        self.open(coupon.owner, now)
        self.withdraw(coupon.owner, now)

    def _rules_of(self, coupon: Coupon) -> Rules:
        """A coupon's days are those of the time zone it was issued in."""
        return self.versions[coupon.version]
