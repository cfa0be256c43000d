"""A sweep against plain SQL that ends the same points at once. Members have two lots, all ended."""

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial

from django.db.models import Sum

from benchmarks import fresh
from benchmarks.memory import Memory
from benchmarks.race import Row, Run, Work, race
from saleor_loyalty.ledger import expiry
from saleor_loyalty.models import Account, Entry, Lot, Program

NOW = datetime(2027, 6, 1, tzinfo=UTC)
END = datetime(2027, 5, 1, tzinfo=UTC)
PERIOD = {"ROLLING": "account", "PER_LOT": "lot"}  # what has the end


def rows(run: Run) -> Iterator[Row]:
    members = run.of(100_000, 5_000, 50)
    for policy in PERIOD:
        memory = Memory()
        yield race(
            f"expiry of {members:,} members, {policy}",
            run,
            ours=partial(_sweep, policy, members, memory),
            floor=partial(_plainly, policy, members),
            check=_check,
            amount=members,
            unit="members",
            at_least=1 / 3,
            notes=memory.notes,
        )


def ended(policy: str, members: int) -> Program:
    """A programme whose members' points all end at END, in place of everything."""
    program = fresh.shop(END, threshold=5000, expiry_policy=policy, expiry_days=30)
    values = {"shop": program.shop_id, "version": program.current_id}
    fresh.fill("ended", **values, end=END, members=members)
    return program


def _sweep(policy: str, members: int, memory: Memory) -> Work:
    shop = ended(policy, members).shop
    return memory.watched(lambda: expiry.sweep(shop, now=NOW))


def _plainly(policy: str, members: int) -> Work:
    program = ended(policy, members)
    sql = fresh.text("floors/expiry", period=PERIOD[policy])
    return lambda: fresh.floor(sql, {"now": NOW, "version": program.current_id})


def _check() -> None:
    for model, column in ((Account, "balance"), (Lot, "remaining"), (Entry, "points")):
        left = model.objects.aggregate(sum=Sum(column))["sum"]
        assert left == 0, f"{left} points left in {model.__name__}"
