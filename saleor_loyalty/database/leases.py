"""Due rows, taken by one worker until its lease ends: what a killed worker held is due again then.

For tables with `due_at` and `attempts`.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db import connection
from django.db.models import F, Model, QuerySet
from django.utils import timezone

Row = TypeVar("Row", bound=Model)

LEASE = timedelta(minutes=2)  # a claim older than this is a dead worker's
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=5), timedelta(hours=3)

# The rows are chosen and locked once: as part of a join they could be chosen anew for every row.
TAKE = """
    WITH due AS MATERIALIZED ({due} FOR UPDATE OF {table} SKIP LOCKED)
    UPDATE {table} AS taken SET {changes}, attempts = taken.attempts + 1
    FROM due WHERE taken.id = due.id
    RETURNING taken.*
"""


def take(
    due: QuerySet[Row],
    *,
    limit: int,
    now: datetime,
    lasting: timedelta | None = None,
    **changes: Any,
) -> list[Row]:
    """Take up to `limit` of the rows that are due, for this worker alone: longest due first.

    Their `due_at` becomes the end of the lease (LEASE, unless another is given), their `attempts`
    count up, and `changes` are made to columns by name. Rows that another worker takes just now
    are passed over. One statement, its own transaction unless there is one.
    """
    chosen = due.filter(due_at__lte=now).order_by("due_at", "pk").values("id")[:limit]
    sql, params = chosen.query.get_compiler(connection=connection).as_sql()
    changes["due_at"] = now + (lasting or LEASE)
    statement = TAKE.format(
        due=sql,
        table=due.model._meta.db_table,
        changes=", ".join(f"{column} = %s" for column in changes),
    )
    rows = due.model._default_manager.raw(statement, [*params, *changes.values()])
    return sorted(rows, key=lambda row: row.pk)


def give_back(rows: Sequence[Any]) -> None:
    """Make rows of one batch due at once, untried; those that are another worker's by now stay so.

    They must not have been touched since they were taken.
    """
    lease = {row.due_at for row in rows}
    held = type(rows[0])._default_manager.filter(pk__in=[row.pk for row in rows], due_at__in=lease)
    held.update(due_at=timezone.now(), attempts=F("attempts") - 1)


def postponed(row: Any, error: Exception) -> dict[str, Any]:
    """What to note of a row whose try failed: why, and that it is due again after a growing wait.

    A wait that the error asks for (its `retry_after`) is kept.
    """
    wait = max(wait_before_try(row.attempts), getattr(error, "retry_after", timedelta(0)))
    return {"due_at": timezone.now() + wait, "error": f"{type(error).__name__}: {error}"[:500]}


def wait_before_try(tries: int) -> timedelta:
    """The wait after so many failed tries, one or more: 5 s, 10 s, 20 s ... 3 h.

    Up to a quarter less, by chance: so what failed together does not come back together.
    """
    doublings = min(tries - 1, 20)
    wait = min(FIRST_WAIT * (1 << doublings), LONGEST_WAIT)
    return wait * (1 - secrets.randbelow(251) / 1000)
