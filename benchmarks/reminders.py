"""Times the queueing of reminders against plain SQL that inserts the same rows, each in turn.

python -m benchmarks.reminders [members [rounds]], with DATABASE_URL or else an embedded PostgreSQL.
The points of every member end in a week, so each is due a reminder.
"""

import time
from collections.abc import Callable
from datetime import timedelta
from statistics import median

from django.db import connection

from benchmarks import fresh
from benchmarks.expiry import END, fill, peak_memory, rounded

NOW = END - timedelta(days=7, hours=14)  # 10:00 on the day a week before the last one
GOAL = 3  # times the plain SQL

PLAIN = """
    INSERT INTO saleor_loyalty_message
        (shop_id, member_id, kind, cause, uid, points, deadline, status, created_at, due_at,
         attempts, error, delivered_devices)
    SELECT shop_id, id, 'EXPIRY_EMAIL', 'plain', gen_random_uuid(), balance, %(end)s, 'PENDING',
           %(now)s, %(now)s, 0, '', '{}'
    FROM saleor_loyalty_member
    WHERE balance > 0 AND expires_at = %(end)s
"""


def main(members: int = 100_000, rounds: int = 5) -> int:
    """Print each policy's figures; 1 when a ratio misses the goal."""
    worst = 0.0
    print(f"{members:,} members, {rounds} rounds, seconds (median)")
    for policy in ("ROLLING", "PER_LOT"):
        ours, plain = [], []
        for _ in range(rounds):
            ours.append(timed(policy, members, queue))
            plain.append(timed(policy, members, insert_plainly))
        ratio = median(ours) / median(plain)
        worst = max(worst, ratio)
        print(f"{policy}: queue {median(ours):.2f}, plain {median(plain):.2f}, ratio {ratio:.2f}")
        print(f"  queue {rounded(ours)}, plain {rounded(plain)}")
    print(f"goal: ratio at most {GOAL}")
    return int(worst > GOAL)


def timed(policy: str, members: int, insert: Callable[[object], None]) -> float:
    """The seconds it takes to queue all reminders, on fresh data."""
    from saleor_loyalty.models import Message, Program, ProgramVersion

    shop = fill(policy, members)
    with fresh.quiet_cursor() as cursor:
        cursor.execute("UPDATE saleor_loyalty_programversion SET reminders = '{ONE_WEEK}'")
    Program.objects.update(reminded_until=NOW - timedelta(minutes=15))
    assert ProgramVersion.objects.get().reminders
    start = time.perf_counter()
    insert(shop)
    seconds = time.perf_counter() - start
    count = Message.objects.count()
    assert count == members, f"{count} reminders for {members} members"
    return seconds


def queue(shop: object) -> None:
    from saleor_loyalty.messages import reminders

    before = peak_memory()
    reminders.queue(shop, now=NOW)
    if grown := peak_memory() - before:
        print(f"  this process grew by {grown:.1f} MiB")


def insert_plainly(_shop: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(PLAIN, {"end": END, "now": NOW})


if __name__ == "__main__":
    fresh.run(main)
