"""What a random history stands on: ours and the model side by side, one clock, one shop."""

from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from unittest import mock

from django.db import transaction
from django.test import override_settings
from hypothesis.stateful import RuleBasedStateMachine

from saleor_loyalty.ledger import expiry
from saleor_loyalty.models import Change, Entry
from saleor_loyalty.orders import inbox, settlement
from saleor_loyalty.saleor_api.client import Saleor
from tests.model.facts import COUPONS_AT_ONCE, Order
from tests.model.shop import CentSaleor
from tests.paper_saleor import order_id
from tests.shops import new_shop

START = datetime(2026, 1, 30, 22, 30, tzinfo=UTC)  # 31 January has begun in Kathmandu


class Ground(RuleBasedStateMachine):
    """Everything of ours is in a database transaction that is rolled back at the end."""

    def __init__(self) -> None:
        super().__init__()
        self.now = START
        self.saleor = CentSaleor()
        self.orders: list[Order] = []
        self.marked: dict[int, datetime] = {}  # when first, since it was last looked at
        self.seen_at: datetime | None = None  # when both sides were last compared
        self.ends = ExitStack()
        self.ends.enter_context(mock.patch("django.utils.timezone.now", self.clock))
        self.ends.enter_context(
            mock.patch("saleor_loyalty.shop.connection.HttpTransport", self.saleor.at)
        )
        few = override_settings(LOYALTY_COUPONS_AT_ONCE=COUPONS_AT_ONCE)
        self.ends.enter_context(few)
        whole = transaction.atomic()
        whole._from_testcase = True  # as TestCase does: what must be durable may be inside it
        self.ends.enter_context(whole)
        self.ends.callback(transaction.set_rollback, True)
        self.shop = new_shop(installed_at=self.now)

    def clock(self) -> datetime:
        return self.now

    def teardown(self) -> None:
        self.ends.close()

    def move_clock(self, moment: datetime) -> None:
        self.now = max(self.now, moment)
        self.sweep()

    def sweep(self) -> None:
        """What ended after an order was marked waits for that order, which may renew it: 3 days."""
        waiting = [at for at in self.marked.values() if at > self.now - timedelta(days=3)]
        self.programme.expire(self.now, ended_by=min([self.now, *waiting]))
        for shop in expiry.shops_with_work():
            ended_by = inbox.settled_until(shop, now=self.now)
            expiry.sweep(shop, now=self.now, ended_by=ended_by)

    def tick(self) -> datetime:
        """No two things happen at the same moment."""
        self.now += timedelta(milliseconds=1)
        return self.now

    def order(self, pick: int, is_meant: Callable[[Order], bool] = bool) -> Order:
        """One of those that are meant, counted back from the latest."""
        orders = [order for order in self.orders if is_meant(order)]
        return orders[-1 - pick % len(orders)]

    def set_charged(self, order: Order, cents: int, delivery: str) -> None:
        order.charged = cents
        if cents >= order.total and order.paid_at is None:
            order.paid_at = self.tick()
        self.happened(order, delivery)

    def happened(self, order: Order, delivery: str) -> None:
        self.tick()
        if delivery != "lost":
            self.mark([order] * (2 if delivery == "twice" else 1))
        if delivery in {"at once", "twice"}:
            self.work()

    def mark(self, orders: list[Order]) -> None:
        for order in orders:
            inbox.mark(shop=self.shop, order_ids=[order_id(order.number)])
            self.marked.setdefault(order.number, self.now)

    def work(self) -> None:
        """All that is marked is looked at, once and then again; the second look changes nothing."""
        self.tick()
        orders = [order for order in self.orders if order.number in self.marked]
        self.settle()
        if not self.programme.is_on:
            assert Change.objects.filter(shop=self.shop).count() == len(self.marked)
            return
        assert not Change.objects.filter(shop=self.shop).exists()
        self.programme.look(orders, self.now)
        self.marked.clear()
        before = Entry.objects.filter(shop=self.shop).count()
        inbox.mark(shop=self.shop, order_ids=[order_id(order.number) for order in orders])
        self.settle()
        assert Entry.objects.filter(shop=self.shop).count() == before
        self.sweep()

    def settle(self) -> None:
        self.saleor.show(self.orders)
        for shop in inbox.shops_with_work():
            while settlement.settle_due(shop, Saleor(self.saleor)):
                pass
