"""Times a settlement against plain SQL that makes the same rows, each in turn on fresh data.

python -m benchmarks.settlement [orders [members [rounds]]], with DATABASE_URL or else an embedded
PostgreSQL. The orders' facts are at hand: what is timed goes from there to the commit.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from statistics import median

from django.db import connection, transaction
from django.db.models import Count, Sum

from benchmarks import fresh

NOW = datetime(2027, 6, 1, tzinfo=UTC)
GOAL = 7  # times the plain SQL, which computes nothing and asks for nothing

PLAIN = """
    INSERT INTO saleor_loyalty_settledorder
        (shop_id, order_id, number, member_id, channel_id, version_id, points, revision,
         gift_card_lines, waived, fully_paid_at, settled_at)
    SELECT shop_id, subject_id, subject_id, member.id, 'channel-1', %(version)s, 10, 1,
           '{}', false, %(now)s, %(now)s
    FROM saleor_loyalty_change AS change
    JOIN saleor_loyalty_member AS member USING (shop_id)
    WHERE customer_id = 'customer-' || (subject_id::int %% %(members)s)
    ORDER BY subject_id::int;
    INSERT INTO saleor_loyalty_entry
        (shop_id, member_id, kind, source, points, balance_after, created_at, version_id, order_id,
         currency, eligible, total, unpaid, rate, entitled)
    SELECT shop_id, member_id, 'ORDER', 'order:' || order_id, 10,
           10 * row_number() OVER (PARTITION BY member_id ORDER BY id), %(now)s, version_id, id,
           'EUR', 1, 1, 0, 10, 10
    FROM saleor_loyalty_settledorder ORDER BY id;
    INSERT INTO saleor_loyalty_lot (shop_id, member_id, entry_id, remaining, expires_at)
    SELECT shop_id, member_id, id, points, NULL FROM saleor_loyalty_entry ORDER BY id;
    UPDATE saleor_loyalty_member AS member
    SET balance = earned, lifetime_points = earned, last_activity_at = %(now)s
    FROM (SELECT member_id, sum(points) AS earned FROM saleor_loyalty_entry GROUP BY 1) AS entry
    WHERE member.id = member_id;
    DELETE FROM saleor_loyalty_change;
"""


def main(orders: int = 500, members: int = 50, rounds: int = 7) -> int:
    """Print the figures; 1 when the ratio misses the goal."""
    ours, plain = [], []
    for _ in range(rounds):
        ours.append(timed(orders, members, settle))
        plain.append(timed(orders, members, settle_plainly))
    ratio = median(ours) / median(plain)
    print(f"{orders:,} orders of {members:,} members, {rounds} rounds, milliseconds (median)")
    print(
        f"settlement {median(ours):.0f}, plain {median(plain):.0f}, ratio {ratio:.1f}; "
        f"{orders / median(ours) * 1000:,.0f} orders a second"
    )
    print(f"goal: ratio at most {GOAL}")
    return int(ratio > GOAL)


def timed(orders: int, members: int, work: Callable[..., Callable[[], None]]) -> float:
    """The milliseconds that the work takes once it is prepared on fresh data."""
    from saleor_loyalty.models import Change, Entry, Lot, Member, SettledOrder

    run = work(fill(members), orders, members)
    start = time.perf_counter()
    run()
    milliseconds = (time.perf_counter() - start) * 1000
    assert not Change.objects.exists()
    assert SettledOrder.objects.aggregate(n=Count("pk"), p=Sum("points")) == {
        "n": orders,
        "p": 10 * orders,
    }
    for model, column in ((Member, "balance"), (Lot, "remaining"), (Entry, "points")):
        assert model.objects.aggregate(sum=Sum(column))["sum"] == 10 * orders
    return milliseconds


def fill(members: int) -> object:
    """Replace everything by a shop with members and no orders; the shop."""
    from saleor_loyalty.models import Member

    program = fresh.shop(NOW, threshold=1_000_000, expiry_policy="NEVER")
    Member.objects.bulk_create(
        Member(
            shop=program.shop,
            customer_id=f"customer-{n}",
            email=f"{n}@example.com",
            joined_at=NOW,
        )
        for n in range(members)
    )
    fresh.settle_down()
    return program.shop


def settle(shop: object, orders: int, members: int) -> Callable[[], None]:
    from saleor_loyalty.orders import inbox, settlement

    facts = {str(n): order(n, n % members) for n in range(orders)}
    inbox.mark(shop=shop, order_ids=facts)
    lease = inbox.lease(shop=shop, limit=orders)
    return lambda: settlement.settle(shop, lease, facts, list(facts))


def order(number: int, customer: int) -> object:
    """One of 1 euro, paid."""
    from saleor_loyalty.rules.purchase import Line, Price
    from saleor_loyalty.saleor_api.facts import Customer, Order

    euro = Price(gross=Decimal(1), net=Decimal(1))
    return Order(
        id=str(number),
        number=str(number),
        status="UNFULFILLED",
        channel_id="channel-1",
        currency="EUR",
        customer=Customer(f"customer-{customer}", f"{customer}@example.com", "", "en"),
        total=Decimal(1),
        charged=Decimal(1),
        shipping=Price(gross=Decimal(0), net=Decimal(0)),
        lines=(Line("line", "Thing", 1, euro, sells_gift_card=False),),
        fulfillments=(),
        granted_refunds=(),
        voucher_code=None,
        created_at=NOW,
        fully_paid_at=NOW,
        updated_at=NOW,
    )


def settle_plainly(shop: object, orders: int, members: int) -> Callable[[], None]:
    from saleor_loyalty.models import ProgramVersion
    from saleor_loyalty.orders import inbox

    inbox.mark(shop=shop, order_ids=map(str, range(orders)))
    values = {"now": NOW, "version": ProgramVersion.objects.get().pk, "members": members}

    def run() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(PLAIN, values)

    return run


if __name__ == "__main__":
    fresh.run(main)
