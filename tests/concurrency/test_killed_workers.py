"""Deliveries by the thousand, workers killed at any moment: nothing lost, nothing twice."""

import io
import os
import random
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from math import floor
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess
from threading import Event, Thread
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import Count, F, Sum

from saleor_loyalty.models import Change, Coupon, CouponCode, Entry, Member, SettledOrder, Shop
from saleor_loyalty.orders import inbox
from tests.concurrency.processes import work_until_killed
from tests.paper_saleor import line, order_id
from tests.saleor_over_http import Saleor

LONG_RUN = os.environ.get("LOYALTY_TESTS") == "long"
WORKERS, ORDERS, MEMBERS = (8, 1000, 50) if LONG_RUN else (4, 60, 6)
DELIVERIES = 10 * ORDERS
LEASE = 3.0  # seconds; a batch takes far less
PATIENCE = 600 if LONG_RUN else 300  # seconds for the workers to catch up once nobody kills them


@dataclass
class Fleet:
    """Workers, each replaced when it is killed."""

    start: Callable[[], BaseProcess]
    running: list[BaseProcess] = field(default_factory=list)
    killed: int = 0

    def launch(self, count: int) -> None:
        for _ in range(count):
            self.running.append(self.start())

    def kill_one(self) -> None:
        victim = random.choice(self.running)
        victim.kill()
        victim.join()
        self.running[self.running.index(victim)] = self.start()
        self.killed += 1

    def end(self) -> None:
        for worker in self.running:
            worker.kill()
            worker.join()


@pytest.fixture
def fleet(processes: ForkServerContext, shop: Shop, log) -> Iterator[Fleet]:
    arguments = (connection.settings_dict["NAME"], str(log), LEASE)

    def start() -> BaseProcess:
        worker = processes.Process(target=work_until_killed, args=arguments, daemon=True)
        worker.start()
        return worker

    fleet = Fleet(start)
    yield fleet
    fleet.end()


@pytest.mark.timeout(0 if LONG_RUN else 600)
def test_killed_workers_lose_nothing_and_credit_nothing_twice(shop, saleor, fleet, log, capsys):
    saleor.seconds_on_the_way = 0.25
    started = time.monotonic()
    fleet.launch(WORKERS)
    with _killing(fleet):
        _deliver_all(shop, saleor)
    _wait_until(lambda: not _work_left())
    fleet.end()

    _assert_orders_stand_at_their_entitlement(saleor)
    _assert_balances_are_the_plain_sum(saleor)
    _assert_vouchers_are_those_of_the_coupons(saleor)
    call_command("loyalty_check", stdout=(report := io.StringIO()))
    assert fleet.killed >= WORKERS
    assert "ERROR" not in log.read_text()
    if LONG_RUN:
        seconds = time.monotonic() - started
        with capsys.disabled():
            sys.stdout.write(
                f"\n{DELIVERIES:,} deliveries of {ORDERS:,} orders, {WORKERS} workers, "
                f"{fleet.killed} killed, {seconds:.0f} s. {report.getvalue()}"
            )


def _deliver_all(shop: Shop, saleor: Saleor) -> None:
    """Each order changes some times; an event may come late, and more than once."""
    numbers = [number for number in range(ORDERS) for _ in range(DELIVERIES // ORDERS)]
    random.shuffle(numbers)
    late: list[str] = []
    for number in numbers:
        key = order_id(number)
        if key not in saleor.paper.orders or random.random() < 0.6:
            with saleor.lock:
                _change(saleor, number)
        late.append(key)
        if random.random() < 0.2:
            continue
        random.shuffle(late)
        while late:
            inbox.mark(shop=shop, order_ids=[late.pop()])
    for key in late:
        inbox.mark(shop=shop, order_ids=[key])


def _change(saleor: Saleor, number: int) -> None:
    """The order is placed; later it is refunded, recharged, cancelled, or comes back."""
    key, paper = order_id(number), saleor.paper
    if key not in paper.orders:
        paper.place(number, line(random.randint(500, 30_000) / 100), user=_customer(number))
        return
    order = paper.orders[key]
    cents = round(order["total"]["gross"]["amount"] * 100)
    paper.charge(key, random.choice([0, cents // 3, cents, cents, cents]) / 100)
    order["status"] = random.choice(["UNFULFILLED"] * 4 + ["CANCELED"])


def _customer(number: int) -> dict[str, Any]:
    member = number % MEMBERS
    return {
        "id": f"VXNlcjo{member}",
        "email": f"{member}@example.com",
        "firstName": "",
        "languageCode": "EN",
        "isConfirmed": True,
        "isActive": True,
    }


@contextmanager
def _killing(fleet: Fleet) -> Iterator[None]:
    """Kills a worker now and then while the `with` lasts, and each at least once."""
    is_over = Event()

    def kill() -> None:
        while not is_over.wait(random.uniform(0.02, 0.8)) or fleet.killed < WORKERS:
            fleet.kill_one()

    thread = Thread(target=kill)
    thread.start()
    yield
    is_over.set()
    thread.join()


def _work_left() -> bool:
    return (
        Change.objects.exists()
        or Coupon.objects.filter(status="PENDING").exists()
        or CouponCode.objects.filter(due_at__isnull=False).exists()
    )


def _wait_until(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < deadline, "the workers do not come to an end"
        time.sleep(0.1)


def _entitlement(order: dict[str, Any]) -> int:
    """10 points per euro that is charged, rounded down."""
    if order["status"] == "CANCELED":
        return 0
    return floor(Decimal(str(order["totalCharged"]["amount"])) * 10)


def _assert_orders_stand_at_their_entitlement(saleor: Saleor) -> None:
    orders = saleor.paper.orders
    settled = dict(SettledOrder.objects.values_list("order_id", "points"))
    assert {key: settled.get(key, 0) for key in orders} == {
        key: _entitlement(order) for key, order in orders.items()
    }
    by_entries = Entry.objects.filter(order__isnull=False).values_list("order__order_id")
    assert dict(by_entries.annotate(Sum("points")).order_by()) == settled
    earned = SettledOrder.objects.filter(revision__gt=0).annotate(posted=Count("entries"))
    assert not earned.exclude(posted=F("revision"))


def _assert_balances_are_the_plain_sum(saleor: Saleor) -> None:
    """What a member's orders entitle to is their balance and the coupons bought with it."""
    entitled: dict[str, int] = {}
    for order in saleor.paper.orders.values():
        customer = order["user"]["id"]
        entitled[customer] = entitled.get(customer, 0) + _entitlement(order)
    held = {}
    for member in Member.objects.all():
        unused = member.coupons.filter(status="ACTIVE").count()
        assert member.balance >= 0 or unused == 0
        held[member.customer_id] = member.balance + 5000 * unused
    assert {customer: held.get(customer, 0) for customer in entitled} == entitled


def _assert_vouchers_are_those_of_the_coupons(saleor: Saleor) -> None:
    """One for each coupon, made once; none for a coupon that was withdrawn."""
    vouchers = sorted(voucher["code"] for voucher in saleor.paper.vouchers.values())
    codes = CouponCode.objects.filter(coupon__status="ACTIVE", retired_at=None)
    assert vouchers == sorted(codes.values_list("code", flat=True))
