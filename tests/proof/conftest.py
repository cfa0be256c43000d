"""A year of history in a shop, and a way to damage it as no code of ours can."""

import pytest
from django.db import connection, transaction

from saleor_loyalty import proof
from tests.proof.history import live_through_a_year


@pytest.fixture
def history(program, paper, settle):
    live_through_a_year(program, paper, settle)


def damage(sql: str, *parameters: object) -> None:
    """Change rows past the triggers and foreign keys, as a superuser can."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(sql, parameters)
        assert cursor.rowcount > 0
        cursor.execute("SET LOCAL session_replication_role = origin")


def found() -> list[tuple[str, int | None, str, str, str]]:
    """All differences, as (law, member, where, found, expected)."""
    return [(d.law.says, d.member_id, d.where, d.found, d.expected) for d in proof.differences()]
