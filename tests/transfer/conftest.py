"""A shop with a history, its file, and another installation to take it to."""

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection, transaction

from saleor_loyalty.models import Shop
from tests.proof.history import live_through_a_year

BEGIN_AT = 5_000  # the other installation has given out other ids


@pytest.fixture
def history(transactional_db, program, paper, settle):
    live_through_a_year(program, paper, settle)


@pytest.fixture(scope="session")
def once() -> dict[str, Any]:
    """The history's file, and what the shop in Saleor looks like then: lived through only once."""
    return {}


@pytest.fixture
def exported(transactional_db, once, program, shop, paper, settle, tmp_path) -> Path:
    path = tmp_path / "shop.jsonl"
    if once:
        path.write_bytes(once["file"])
        vars(paper).update(deepcopy(once["paper"]))
    else:
        live_through_a_year(program, paper, settle)
        once["file"] = export(shop, path).read_bytes()
        once["paper"] = deepcopy(vars(paper))
    return path


@pytest.fixture
def elsewhere(exported, shop) -> Shop:
    """The same shop in another installation: nothing of ours is there but the shop's row."""
    move_house()
    return shop


def export(shop: Shop, path: Path) -> Path:
    with path.open("w") as file:
        call_command("loyalty_export", shop=shop.api_url, stdout=file)
    return path


def move_house() -> None:
    """Forget everything but shops, past the triggers, and go on with ids of another sequence."""
    models = apps.get_app_config("saleor_loyalty").get_models()
    tables = [model._meta.db_table for model in models if model is not Shop]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(f"TRUNCATE {', '.join(tables)}")
        for number, table in enumerate(tables, start=1):
            sequence = f"pg_get_serial_sequence('{table}', 'id')"
            cursor.execute(f"SELECT setval({sequence}, nextval({sequence}) + {BEGIN_AT * number})")
