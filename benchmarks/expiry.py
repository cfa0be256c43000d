"""Times a sweep against plain SQL that ends the same points at once, each in turn on fresh data.

python -m benchmarks.expiry [members [rounds]], with DATABASE_URL or else an embedded PostgreSQL.
Every member has two lots, and all of them have ended.
"""

import resource
import time
from collections.abc import Callable
from datetime import UTC, datetime
from statistics import median

from django.db import connection, transaction
from django.db.models import Sum

from benchmarks import fresh

NOW = datetime(2027, 6, 1, tzinfo=UTC)
END = datetime(2027, 5, 1, tzinfo=UTC)
GOAL = 3  # times the plain SQL

FILL = """
    INSERT INTO saleor_loyalty_member
        (shop_id, customer_id, email, first_name, language_code, status, status_by, balance,
         lifetime_points, expires_at, joined_at, email_enabled, push_enabled)
    SELECT %(shop)s, 'customer-' || n, n || '@example.com', '', 'en', 'ACTIVE', '', 30,
           30, %(end)s, %(end)s, true, true
    FROM generate_series(1, %(members)s) AS n;
    INSERT INTO saleor_loyalty_entry
        (shop_id, member_id, kind, source, points, balance_after, created_at, version_id,
         currency)
    SELECT shop_id, id, 'ORDER', 'order:' || n, 10 * n, 10 * n, joined_at, %(version)s, ''
    FROM saleor_loyalty_member, generate_series(1, 2) AS n;
    INSERT INTO saleor_loyalty_lot (shop_id, member_id, entry_id, remaining, expires_at)
    SELECT shop_id, member_id, id, points, %(end)s FROM saleor_loyalty_entry;
"""
PLAIN = """
    INSERT INTO saleor_loyalty_entry
        (shop_id, member_id, kind, source, points, balance_after, created_at, version_id,
         currency)
    SELECT lot.shop_id, lot.member_id, 'EXPIRY', 'plain', -sum(remaining), 0, %(now)s, %(version)s,
           ''
    FROM saleor_loyalty_lot AS lot JOIN saleor_loyalty_member AS member ON member.id = member_id
    WHERE remaining > 0 AND {period}.expires_at <= %(now)s
    GROUP BY lot.shop_id, lot.member_id;
    UPDATE saleor_loyalty_lot AS lot SET remaining = 0
    FROM saleor_loyalty_member AS member
    WHERE member.id = member_id AND remaining > 0 AND {period}.expires_at <= %(now)s;
    UPDATE saleor_loyalty_member SET balance = 0, expires_at = NULL
    WHERE balance > 0 AND expires_at <= %(now)s;
"""
PERIOD = {"ROLLING": "member", "PER_LOT": "lot"}


def main(members: int = 100_000, rounds: int = 5) -> int:
    """Print each policy's figures; 1 when a ratio misses the goal."""
    worst = 0.0
    print(f"{members:,} members, {rounds} rounds, seconds (median)")
    for policy in PERIOD:
        ours, plain = [], []
        for _ in range(rounds):
            ours.append(timed(policy, members, sweep))
            plain.append(timed(policy, members, end_plainly))
        ratio = median(ours) / median(plain)
        worst = max(worst, ratio)
        print(f"{policy}: sweep {median(ours):.2f}, plain {median(plain):.2f}, ratio {ratio:.2f}")
        print(f"  sweep {rounded(ours)}, plain {rounded(plain)}")
    print(f"goal: ratio at most {GOAL}")
    return int(worst > GOAL)


def timed(policy: str, members: int, end_points: Callable[[object], None]) -> float:
    """The seconds it takes to end all points, on fresh data."""
    from saleor_loyalty.models import Entry, Lot, Member

    shop = fill(policy, members)
    start = time.perf_counter()
    end_points(shop)
    seconds = time.perf_counter() - start
    for model, column in ((Member, "balance"), (Lot, "remaining"), (Entry, "points")):
        left = model.objects.aggregate(sum=Sum(column))["sum"]
        assert left == 0, f"{left} points left in {model.__name__}"
    return seconds


def fill(policy: str, members: int) -> object:
    """Replace everything by a shop whose members' points have all ended; the shop."""
    program = fresh.shop(END, threshold=5000, expiry_policy=policy, expiry_days=30)
    with fresh.quiet_cursor() as cursor:
        values = {"shop": program.shop_id, "version": program.current_id}
        cursor.execute(FILL, {**values, "end": END, "members": members})
    fresh.settle_down()
    return program.shop


def sweep(shop: object) -> None:
    from saleor_loyalty.ledger import expiry

    before = peak_memory()
    expiry.sweep(shop, now=NOW)
    if grown := peak_memory() - before:
        print(f"  this process grew by {grown:.1f} MiB")


def end_plainly(shop: object) -> None:
    from saleor_loyalty.models import ProgramVersion

    version = ProgramVersion.objects.get()
    with transaction.atomic(), connection.cursor() as cursor:
        statements = PLAIN.format(period=PERIOD[version.expiry_policy])
        cursor.execute(statements, {"now": NOW, "version": version.pk})


def peak_memory() -> float:
    """The most this process ever held, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def rounded(seconds: list[float]) -> str:
    return " ".join(f"{each:.2f}" for each in seconds)


if __name__ == "__main__":
    fresh.run(main)
