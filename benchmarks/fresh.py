"""What benchmarks start from: a database of their own, and in it a shop and nothing else."""

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import django
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from saleor_loyalty.server.engines import engines

EMPTY = """
    TRUNCATE saleor_loyalty_lot, saleor_loyalty_settledorder, saleor_loyalty_entry,
             saleor_loyalty_member, saleor_loyalty_programversion, saleor_loyalty_program,
             saleor_loyalty_change, saleor_loyalty_shop CASCADE
"""


def run(main: Callable[..., int]) -> None:
    """Run a benchmark, with DATABASE_URL or else an embedded PostgreSQL, and exit by its result."""
    with tempfile.TemporaryDirectory(prefix="loyalty-") as folder, engines(Path(folder)) as running:
        os.environ.update(running.environment())
        os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
        django.setup()
        connection.creation.create_test_db(verbosity=0, autoclobber=True)
        sys.exit(main(*map(int, sys.argv[1:])))


def shop(since: datetime, **rules: Any) -> Any:
    """Replace everything by a shop with a programme by these rules; the programme."""
    from tests.shops import new_program, new_shop

    with quiet_cursor() as cursor:
        cursor.execute(EMPTY)
    return new_program(new_shop(installed_at=since), since=since, time_zone="UTC", **rules)


def settle_down() -> None:
    """Leave PostgreSQL no work of its own for the time that is measured."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("CHECKPOINT")


@contextmanager
def quiet_cursor() -> Iterator[CursorWrapper]:
    """A cursor that fires no triggers: those of the ledger refuse to empty its tables, and those of
    foreign keys would check each row by plans made for empty ones.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        yield cursor
