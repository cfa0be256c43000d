"""What all tests share; each folder adds its own fixtures in a conftest.py beside its tests."""

from collections.abc import Iterator

import pytest
from django.db.backends.postgresql.operations import DatabaseOperations

# Tasks that a test sends go to the queue of this test run.
import saleor_loyalty.server.celery  # noqa: F401


@pytest.fixture(autouse=True, scope="session")
def _append_only_tables_can_be_emptied() -> Iterator[None]:
    """Tests that commit end by truncating all tables, which the ledger's triggers refuse.

    Only that one statement goes past them, by the means a superuser always has.
    """
    flush = DatabaseOperations.execute_sql_flush

    def flush_past_triggers(operations: DatabaseOperations, statements: list[str]) -> None:
        flush(operations, ["SET LOCAL session_replication_role = replica", *statements])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "execute_sql_flush", flush_past_triggers)
        yield
