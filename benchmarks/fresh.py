"""What benchmarks start from: a database of their own, and in it a shop and nothing else."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from string import Template
from typing import Any
from urllib.parse import urlsplit

import django
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from saleor_loyalty.server.engines import engines


@contextmanager
def database() -> Iterator[None]:
    """Django on an empty database. Only from here on may models be imported."""
    with tempfile.TemporaryDirectory(prefix="loyalty-") as folder, engines(Path(folder)) as running:
        os.environ.update(running.environment())
        os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
        django.setup()
        connection.creation.create_test_db(verbosity=0, autoclobber=True)
        yield
        connection.close()


def database_url() -> str:
    """Where other processes find it."""
    address = urlsplit(os.environ["DATABASE_URL"])
    return address._replace(path=f"/{connection.settings_dict['NAME']}").geturl()


def shop(since: datetime, **rules: Any) -> Any:
    """Replace everything by a shop with a programme by these rules; the programme."""
    from tests.shops import new_program, new_shop

    empty()
    return new_program(new_shop(installed_at=since), since=since, time_zone="UTC", **rules)


def empty() -> None:
    tables = [name for name in connection.introspection.table_names() if "loyalty" in name]
    with quiet_cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(tables)}")


def fill(name: str, **values: Any) -> None:
    """Insert rows by fills/<name>.sql, and leave PostgreSQL no work for what is measured then."""
    with quiet_cursor() as cursor:
        cursor.execute(text(f"fills/{name}"), values)
    settle_down()


def settle_down() -> None:
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("CHECKPOINT")


def text(name: str, **words: str) -> str:
    """The SQL of a file in this folder, with `$word`s replaced."""
    path = Path(__file__).parent / f"{name}.sql"
    return Template(path.read_text(encoding="utf-8")).substitute(words)


def floor(sql: str, values: dict[str, Any]) -> list[list[tuple[Any, ...]]]:
    """Execute a floor's statements in one transaction; what each of them that answers, answers."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        answers = [cursor.fetchall() if cursor.description else []]
        while cursor.nextset():
            answers.append(cursor.fetchall() if cursor.description else [])
    return answers


@contextmanager
def quiet_cursor() -> Iterator[CursorWrapper]:
    """A cursor that fires no triggers: those of the ledger refuse to empty its tables, and those of
    foreign keys would check each row by plans made for empty ones.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        yield cursor
