"""A random history: all that may happen to a shop and its programme, told to both sides."""

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from saleor_loyalty.activities import staff_points
from saleor_loyalty.members import enrolment
from saleor_loyalty.models import Account, Coupon, with_code
from saleor_loyalty.orders import settlement
from saleor_loyalty.problems import Refused
from saleor_loyalty.program import programs
from saleor_loyalty.program.ruleset import Changes
from saleor_loyalty.rewards import coupons, retirement, to_come
from saleor_loyalty.saleor_api.client import Saleor
from tests.model.facts import Grant, Line, Order, Parcel, Rules
from tests.model.ground import Ground
from tests.model.model import Programme
from tests.model.selections import (
    has_products,
    is_charged,
    is_standing,
    is_unconfirmed,
    is_unpaid,
    is_void,
    needs,
)
from tests.model.shop import CURRENCIES, CUSTOMERS
from tests.model.standings import assert_all_as_the_model_says
from tests.model.strategies import amounts, as_input, deliveries, line_lists, rule_sets, which
from tests.paper_saleor import order_id


def has_orders(history: "History") -> bool:
    return bool(history.orders)


def has_more_to_come(history: "History") -> bool:
    return any(account.has_more_to_come for account in history.programme.accounts.values())


def has_coupons(history: "History") -> bool:
    return any(coupon.state != "used" for coupon in history.programme.coupons)


class History(Ground):
    """What happens, and that both sides agree after it."""

    @initialize(rules=rule_sets())
    def set_up(self, rules: Rules) -> None:
        self.programme = Programme(rules, self.now)
        changes = replace(as_input(rules), is_active=True)
        programs.update(shop=self.shop, changes=changes, actor="owner")

    # Orders

    @rule(customer=st.sampled_from(CUSTOMERS[:2]), cents=amounts, delivery=deliveries)
    def buy(self, customer: str, cents: int, delivery: str) -> None:
        """What happens most: an order of one line, paid at once."""
        order = Order(
            number=len(self.orders) + 1,
            created=self.tick(),
            customer=customer,
            channel="main",
            lines=[Line("line", cents, cents - cents // 5)],
        )
        self.orders.append(order)
        self.set_charged(order, order.total, delivery)

    @rule(
        customer=st.sampled_from([*CUSTOMERS[:2], *CUSTOMERS[:2], *CUSTOMERS, None]),
        channel=st.sampled_from(["main", "main", "main", *CURRENCIES]),
        lines=line_lists(),
        shipping=st.sampled_from([0, 0, 990]),
        gift_card=st.sampled_from([0, 0, 0, 1000, 200_000]),
        paid=st.sampled_from(["in full", "in full", "in full", "by half", "import", "too much"]),
        is_unconfirmed=st.booleans(),
        delivery=deliveries,
    )
    def place(self, paid: str, delivery: str, **facts: object) -> None:
        order = Order(number=len(self.orders) + 1, created=self.tick(), **facts)
        share = {"by half": Fraction(1, 2), "too much": Fraction(3, 2)}.get(paid, 1)
        order.is_import = paid == "import"
        self.orders.append(order)
        self.set_charged(order, int(order.total * share), delivery)

    @precondition(has_coupons)
    @rule(pick=which, delivery=deliveries, customer=st.sampled_from(CUSTOMERS), lines=line_lists())
    def place_with_coupon(self, pick: int, customer: str, lines: list[Line], delivery: str) -> None:
        """The shop takes each code once, while its voucher lives. A withdrawn one may live on."""
        spent = {order.code for order in self.orders}
        coupons = with_code(Coupon.objects.filter(shop=self.shop)).order_by("pk")
        codes = [coupon.code for coupon in coupons]
        usable = [
            (coupon, code)
            for coupon, code in zip(self.programme.coupons, codes, strict=True)
            if code not in spent and (coupon.ends is None or coupon.ends > self.now)
        ]
        if not usable:
            return
        coupon, code = usable[pick % len(usable)]
        order = Order(
            number=len(self.orders) + 1,
            created=self.tick(),
            customer=customer,
            channel="main",
            lines=lines,
            coupon=coupon,
            code=code,
        )
        self.orders.append(order)
        self.set_charged(order, order.total, delivery)

    @precondition(has_orders)
    @rule(pick=which, cents=amounts, delivery=deliveries)
    def charge(self, pick: int, cents: int, delivery: str) -> None:
        order = self.order(pick)
        self.set_charged(order, order.charged + cents, delivery)

    @needs(is_unpaid)
    @rule(pick=which, delivery=deliveries)
    def charge_the_rest(self, pick: int, delivery: str) -> None:
        order = self.order(pick, is_unpaid)
        self.set_charged(order, order.total, delivery)

    @needs(is_charged)
    @rule(pick=which, cents=amounts, delivery=deliveries)
    def refund_or_chargeback(self, pick: int, cents: int, delivery: str) -> None:
        order = self.order(pick, is_charged)
        self.set_charged(order, max(0, order.charged - cents), delivery)

    @needs(is_charged)
    @rule(pick=which, delivery=deliveries)
    def refund_a_tenth(self, pick: int, delivery: str) -> None:
        order = self.order(pick, is_charged)
        self.set_charged(order, order.charged - order.charged // 10, delivery)

    @needs(is_charged)
    @rule(pick=which, delivery=deliveries)
    def refund_all(self, pick: int, delivery: str) -> None:
        self.set_charged(self.order(pick, is_charged), 0, delivery)

    @needs(is_charged)
    @rule(pick=which)
    def refund_a_part_and_charge_it_again_tomorrow(self, pick: int) -> None:
        order = self.order(pick, is_charged)
        charged = order.charged
        self.set_charged(order, charged - charged // 10, "at once")
        self.move_clock(self.now + timedelta(days=1))
        self.set_charged(order, charged, "at once")

    @precondition(has_orders)
    @rule(
        pick=which,
        line=which,
        pieces=st.integers(1, 3),
        status=st.sampled_from(
            ["RETURNED", "RETURNED", "REFUNDED_AND_RETURNED", "REFUNDED", "REPLACED"]
        ),
        delivery=deliveries,
    )
    def bring_back(self, pick: int, line: int, pieces: int, status: str, delivery: str) -> None:
        """Pieces of a line; with their money where the status says so."""
        order = self.order(pick)
        bought = order.lines[line % len(order.lines)]
        paid_back = status.startswith("REFUNDED")
        cents = min(order.charged, pieces * round(bought.gross / bought.pieces) * paid_back)
        order.parcels.append(Parcel(status, bought.key, pieces, cents))
        self.set_charged(order, order.charged - cents, delivery)

    @precondition(has_orders)
    @rule(
        pick=which,
        line=st.sampled_from([0, 0, 1, None]),
        pieces=st.integers(1, 3),
        shipping=st.booleans(),
        part=st.sampled_from([1, 1, 1, 2]),
        status=st.sampled_from(["NONE", "NONE", "PENDING", "SUCCESS", "FAILURE"]),
        is_paid=st.booleans(),
        delivery=deliveries,
    )
    def grant_a_refund(
        self,
        *,
        pick: int,
        line: int | None,
        pieces: int,
        shipping: bool,
        part: int,
        status: str,
        is_paid: bool,
        delivery: str,
    ) -> None:
        """Of pieces, of shipping, or of neither; of their price or half of it; paid or not."""
        order = self.order(pick)
        bought = None if line is None else order.lines[line % len(order.lines)]
        cents = order.shipping if shipping else 0
        cents += pieces * round(bought.gross / bought.pieces) if bought else 500
        key = bought.key if bought else None
        grant = Grant(cents // part, key, pieces, shipping, status, self.tick())
        order.grants.append(grant)
        paid = min(order.charged, grant.cents) if is_paid else 0
        self.set_charged(order, order.charged - paid, delivery)

    @needs(is_unpaid)
    @rule(pick=which, delivery=deliveries)
    def grant_a_refund_of_what_is_unpaid(self, pick: int, delivery: str) -> None:
        """It lowers the bar: the order counts as fully paid, with what is charged."""
        order = self.order(pick, is_unpaid)
        order.paid_at = order.paid_at or self.tick()
        self.happened(order, delivery)

    @needs(is_standing)
    @rule(pick=which, delivery=deliveries)
    def cancel(self, pick: int, delivery: str) -> None:
        order = self.order(pick, is_standing)
        order.is_void = True
        self.happened(order, delivery)

    @needs(is_void)
    @rule(pick=which, delivery=deliveries)
    def uncancel(self, pick: int, delivery: str) -> None:
        """Not where the coupon went on to another order: its code cannot be on both."""
        order = self.order(pick, is_void)
        if order.coupon and sum(other.coupon is order.coupon for other in self.orders) > 1:
            return
        order.is_void = False
        self.happened(order, delivery)

    @needs(is_unconfirmed)
    @rule(pick=which, lines=line_lists(), delivery=deliveries)
    def edit(self, pick: int, lines: list[Line], delivery: str) -> None:
        order = self.order(pick, is_unconfirmed)
        order.lines = [replace(line, key=f"{line.key} of {self.now}") for line in lines]
        self.set_charged(order, order.charged, delivery)

    @needs(is_unconfirmed)
    @rule(pick=which, delivery=deliveries)
    def confirm(self, pick: int, delivery: str) -> None:
        order = self.order(pick, is_unconfirmed)
        order.is_unconfirmed = False
        self.happened(order, delivery)

    @precondition(has_orders)
    @rule(pick=which, customer=st.sampled_from([*CUSTOMERS, None]), delivery=deliveries)
    def change_customer(self, pick: int, customer: str | None, delivery: str) -> None:
        order = self.order(pick)
        order.customer = customer
        self.happened(order, delivery)

    @needs(has_products)
    @rule(pick=which, delivery=deliveries)
    def delete_the_products(self, pick: int, delivery: str) -> None:
        order = self.order(pick, has_products)
        for line in order.lines:
            line.product_is_gone = True
        self.happened(order, delivery)

    # Deliveries

    @precondition(has_orders)
    @rule(pick=which, delivery=deliveries)
    def deliver_again(self, pick: int, delivery: str) -> None:
        self.happened(self.order(pick), delivery)

    @precondition(has_orders)
    @rule()
    def reconcile(self) -> None:
        self.mark(self.orders)
        self.work()

    @precondition(lambda self: self.marked)
    @rule()
    def work_late(self) -> None:
        self.work()

    @precondition(lambda self: self.programme.is_on and has_more_to_come(self))
    @rule()
    def issue_the_rest(self) -> None:
        """Whatever came between, also a crash: what one transaction had no room for is not lost."""
        waiting = Account.objects.filter(shop=self.shop).exclude(rewards_to_come="")
        customers = list(waiting.order_by("member").values_list("member__customer_id", flat=True))
        self.programme.issue_the_rest(customers, self.tick())
        for shop in to_come.shops_with_work():
            while to_come.issue_due(shop):
                pass
        assert not waiting.exists()

    @precondition(has_coupons)
    @rule()
    def mint_and_retire(self) -> None:
        self.programme.mint(self.tick())
        while coupons.mint_due(self.shop):
            pass
        retirement.retire_due(self.shop)

    # Staff and owner

    @rule(
        customer=st.sampled_from(CUSTOMERS),
        points=st.sampled_from([1, 999, 4880, 12_000]),
        kind=st.sampled_from(["gift", "gift", "more", "less"]),
        key=st.sampled_from([None, None, "a", "b"]),
    )
    def give(self, customer: str, points: int, kind: str, key: str | None) -> None:
        points = -points if kind == "less" else points
        verb = staff_points.give if kind == "gift" else staff_points.adjust
        is_given = self.programme.give(customer, points, verb.__name__, key, self.tick())
        try:
            verb(
                shop=self.shop,
                customer_id=customer,
                points=points,
                reason="thanks",
                actor="staff",
                idempotency_key=key,
            )
        except Refused:
            assert not is_given
        else:
            assert is_given

    @precondition(has_orders)
    @rule(
        customer=st.sampled_from(CUSTOMERS),
        status=st.sampled_from(["ACTIVE", "ACTIVE", "BLOCKED", "CLOSED"]),
    )
    def set_status(self, customer: str, status: str) -> None:
        if enrolment.find(shop=self.shop, customer_id=customer):
            self.tick()
            enrolment.set_status(shop=self.shop, customer_id=customer, status=status, actor="staff")
            self.programme.account(customer).status = status

    @precondition(has_orders)
    @rule(rules=rule_sets())
    def change_rules(self, rules: Rules) -> None:
        self.programme.change(rules, self.tick())
        programs.update(shop=self.shop, changes=as_input(rules), actor="owner")

    @precondition(has_orders)
    @rule(on=st.sampled_from([True, True, True, False]))
    def switch(self, on: bool) -> None:
        self.programme.switch(self.tick(), on=on)
        programs.update(shop=self.shop, changes=Changes(is_active=on), actor="owner")
        self.work()

    @precondition(lambda self: self.orders and self.programme.is_on)
    @rule()
    def credit_the_past(self) -> None:
        """The owner asks for it: a backfill of all orders."""
        self.programme.look(self.orders, self.tick(), past=True)
        self.saleor.show(self.orders)
        keys = [order_id(order.number) for order in self.orders]
        facts, _ = Saleor(self.saleor).orders(keys)
        with transaction.atomic():
            settlement.bring_to_entitlement(self.shop, list(facts.values()), past=True)

    # Time

    @precondition(has_orders)
    @rule(step=st.sampled_from([timedelta(hours=5), timedelta(days=1), timedelta(days=29)]))
    def time_passes(self, step: timedelta) -> None:
        self.move_clock(self.now + step)

    @precondition(has_orders)
    @rule(pick=which, just_before=st.booleans())
    def time_passes_to_where_something_ends(self, pick: int, just_before: bool) -> None:
        coming = sorted({edge for edge in self.programme.edges() if edge > self.now})
        if coming:
            self.move_clock(coming[pick % len(coming)] - timedelta(seconds=just_before))

    @invariant()
    def all_stand_where_the_model_says(self) -> None:
        if self.now != self.seen_at:
            self.seen_at = self.now
            assert_all_as_the_model_says(self.shop, self.programme, self.now)
