"""Orders, from mark to settled, against the credits alone; the orders' facts are at hand."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial

from django.db.models import Count, Sum

from benchmarks import fresh
from benchmarks.race import Row, Run, Work, race
from saleor_loyalty.models import Account, Change, Entry, Lot, Program, SettledOrder
from saleor_loyalty.orders import inbox, settlement
from saleor_loyalty.rules.purchase import Line, Price
from saleor_loyalty.saleor_api.facts import Customer, Order

NOW = datetime(2027, 6, 1, tzinfo=UTC)
MEMBERS = 50


def rows(run: Run) -> Iterator[Row]:
    alone, batch = run.of(200, 50, 3), run.of(500, 500, 20)
    yield race(
        "one order alone: mark, lease, settle",
        run,
        ours=partial(_one_by_one, alone),
        floor=partial(_credits, alone),
        check=partial(_check, alone),
        amount=alone,
        unit="orders",
        at_least=0.3,
    )
    yield race(
        f"{batch} orders of {MEMBERS} members in a batch: mark, lease, settle",
        run,
        ours=partial(_in_a_batch, batch),
        floor=partial(_credits, batch),
        check=partial(_check, batch),
        amount=batch,
        unit="orders",
        at_least=4,
    )
    yield race(
        f"settling {batch} claimed orders, the floor as one bulk of SQL",
        run,
        ours=partial(_claimed, batch),
        floor=partial(_in_bulk, batch),
        check=partial(_check, batch),
        amount=batch,
        unit="orders",
        at_least=1 / 7,
    )


def _one_by_one(orders: int) -> Work:
    shop, facts = _program().shop, _facts(orders)

    def work() -> None:
        for id_, order in facts.items():
            inbox.mark(shop=shop, order_ids=[id_])
            lease = inbox.lease(shop=shop, limit=1)
            settlement.settle(shop, lease, {id_: order}, [id_])

    return work


def _in_a_batch(orders: int) -> Work:
    shop, facts = _program().shop, _facts(orders)

    def work() -> None:
        inbox.mark(shop=shop, order_ids=facts)
        lease = inbox.lease(shop=shop, limit=orders)
        settlement.settle(shop, lease, facts, list(facts))

    return work


def _claimed(orders: int) -> Work:
    shop, facts = _program().shop, _facts(orders)
    inbox.mark(shop=shop, order_ids=facts)
    lease = inbox.lease(shop=shop, limit=orders)
    return lambda: settlement.settle(shop, lease, facts, list(facts))


def _credits(orders: int) -> Work:
    program, sql = _program(), fresh.text("floors/credit")
    values = {"shop": program.shop_id, "version": program.current_id, "now": NOW}
    each = [
        {**values, "order": str(n), "customer": f"customer-{1 + n % MEMBERS}"}
        for n in range(orders)
    ]

    def work() -> None:
        for values in each:
            fresh.floor(sql, values)

    return work


def _in_bulk(orders: int) -> Work:
    program, sql = _program(), fresh.text("floors/settlement")
    inbox.mark(shop=program.shop, order_ids=map(str, range(orders)))
    values = {"version": program.current_id, "now": NOW, "members": MEMBERS}
    return lambda: fresh.floor(sql, values)


def _program() -> Program:
    """A programme with members and no orders, in place of everything."""
    program = fresh.shop(NOW, threshold=1_000_000, expiry_policy="NEVER")
    fresh.fill("members", shop=program.shop_id, members=MEMBERS, now=NOW)
    return program


def _facts(orders: int) -> dict[str, Order]:
    return {str(n): _order(str(n), 1 + n % MEMBERS) for n in range(orders)}


def _order(id_: str, customer: int) -> Order:
    """One of 1 euro, paid."""
    euro, nothing = (Price(gross=Decimal(n), net=Decimal(n)) for n in (1, 0))
    return Order(
        id=id_,
        number=id_,
        status="UNFULFILLED",
        channel_id="channel-1",
        currency="EUR",
        customer=Customer(f"customer-{customer}", f"{customer}@example.com", "", "en"),
        total=Decimal(1),
        charged=Decimal(1),
        shipping=nothing,
        lines=(Line("line", "Thing", 1, euro, sells_gift_card=False),),
        fulfillments=(),
        granted_refunds=(),
        voucher_code=None,
        created_at=NOW,
        fully_paid_at=NOW,
        updated_at=NOW,
    )


def _check(orders: int) -> None:
    """Every order has its 10 points, whoever gave them."""
    assert not Change.objects.exists()
    settled = SettledOrder.objects.aggregate(n=Count("pk"), p=Sum("points"))
    assert settled == {"n": orders, "p": 10 * orders}, settled
    for model, column in ((Account, "balance"), (Lot, "remaining"), (Entry, "points")):
        points = model.objects.aggregate(sum=Sum(column))["sum"]
        assert points == 10 * orders, f"{points} points in {model.__name__}"
