"""The queueing of reminders against plain SQL that inserts the same rows.

The points of every member end in a week, so each is due a reminder.
"""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial

from benchmarks import fresh
from benchmarks.expiry import END, PERIOD, ended
from benchmarks.memory import Memory
from benchmarks.race import Row, Run, Work, race
from saleor_loyalty.messages import reminders
from saleor_loyalty.models import Message, Program, ProgramVersion, Shop

NOW = END - timedelta(days=7, hours=14)  # 10:00 on the day a week before the last one


def rows(run: Run) -> Iterator[Row]:
    members = run.of(100_000, 5_000, 50)
    for policy in PERIOD:
        memory = Memory()
        yield race(
            f"reminders of {members:,} members, {policy}",
            run,
            ours=partial(_queue, policy, members, memory),
            floor=partial(_plainly, policy, members),
            check=partial(_check, members),
            amount=members,
            unit="members",
            at_least=1 / 3,
            notes=memory.notes,
        )


def _due(policy: str, members: int) -> Shop:
    shop = ended(policy, members).shop
    with fresh.quiet_cursor() as cursor:
        cursor.execute("UPDATE saleor_loyalty_programversion SET reminders = '{ONE_WEEK}'")
    Program.objects.update(reminded_until=NOW - timedelta(minutes=15))
    assert ProgramVersion.objects.get().reminders
    return shop


def _queue(policy: str, members: int, memory: Memory) -> Work:
    shop = _due(policy, members)
    return memory.watched(lambda: reminders.queue(shop, now=NOW))


def _plainly(policy: str, members: int) -> Work:
    _due(policy, members)
    sql = fresh.text("floors/reminders")
    return lambda: fresh.floor(sql, {"end": END, "now": NOW})


def _check(members: int) -> None:
    count = Message.objects.count()
    assert count == members, f"{count} reminders for {members} members"
