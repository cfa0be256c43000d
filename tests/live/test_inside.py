"""What an owner and a developer find in a Saleor with the plugin, and what they do not notice."""

import json
from pathlib import Path

import pytest

from sandbox.graphql_client import Refused, ask
from tests.live.doors import Door
from tests.live.saleor import LiveSaleor

pytestmark = pytest.mark.timeout(1200)

INSIDE = Path(__file__).parent / "inside"
SDL = "from django.core.management import call_command; call_command('get_graphql_schema')"
ADDED = ("Loyalty", "loyalty")


def test_saleors_schema_is_its_own_but_for_what_we_add(live: LiveSaleor) -> None:
    ours = live.python(SDL)
    theirs = live.bare().python(SDL)

    added, removed = _differences(theirs, ours)

    assert removed == []
    assert added
    assert [line for line in added if not any(word in line for word in ADDED)] == []


def test_a_list_of_customers_with_points_costs_two_statements_more(
    live: LiveSaleor, plugin_door: Door
) -> None:
    seen = json.loads(live.python((INSIDE / "statements.py").read_text()))

    assert seen["customers"] >= 20
    assert seen["members"] == seen["customers"]
    assert seen["without"] > 0
    assert seen["with"] - seen["without"] == 2
    assert seen["orders_with"] - seen["orders_without"] == 1


def test_our_fields_count_in_what_a_request_may_cost(live: LiveSaleor, plugin_door: Door) -> None:
    query = "{ customers(first: 100) { edges { node { %s } } } }"
    entries = "loyalty { entries(first: 100) { totalCount } } "
    history = "".join(f"again{number}: {entries}" for number in range(9))

    with pytest.raises(Refused) as refused:
        ask(live.api_url, query % history, token=plugin_door.staff_token)

    (error,) = refused.value.errors
    assert error["extensions"]["exception"]["code"] == "QueryCostError"


def test_the_app_has_the_permissions_it_needs_and_no_token(live: LiveSaleor) -> None:
    code = """
        SELECT array_agg(codename::text ORDER BY codename), (
            SELECT count(*) FROM app_apptoken WHERE app_id = min(app.id))
        FROM app_app AS app
        JOIN app_app_permissions ON app_id = app.id
        JOIN permission_permission AS permission ON permission.id = permission_id
        WHERE identifier = 'saleor.loyalty' AND manifest_url IS NULL"""

    ((permissions, tokens),) = live.sql(code)

    assert permissions == ["manage_discounts", "manage_orders", "manage_users"]
    assert tokens == 0


def test_setting_up_again_changes_nothing(live: LiveSaleor) -> None:
    rows = "SELECT * FROM saleor_loyalty_shop; "
    apps = "SELECT * FROM app_app WHERE identifier = 'saleor.loyalty'"
    before = live.sql(rows), live.sql(apps)

    live.manage("migrate", "--no-input")

    assert (live.sql(rows), live.sql(apps)) == before


def test_the_beat_has_each_of_our_tasks_once(live: LiveSaleor) -> None:
    start = (
        "from saleor.celeryconf import app\n"
        "from saleor.schedulers.schedulers import DatabaseScheduler\n"
        "DatabaseScheduler(app=app).setup_schedule()"
    )

    live.python(start)
    live.python(start)

    entries = live.sql(
        "SELECT task, enabled FROM django_celery_beat_periodictask"
        " WHERE name LIKE 'saleor-loyalty-%%' ORDER BY task"
    )
    assert entries == [
        (f"saleor_loyalty.tasks.{task}", True)
        for task in (
            "expire_points",
            "mint_coupons",
            "reconcile",
            "retire_codes",
            "send_messages",
            "settle_orders",
        )
    ]


def test_the_plugin_is_in_saleors_list_with_the_way_to_the_back_office(
    live: LiveSaleor, plugin_door: Door
) -> None:
    query = """{ plugin(id: "saleor.loyalty") {
        name globalConfiguration { active configuration { name value } } } }"""

    plugin = ask(live.api_url, query, token=plugin_door.staff_token)

    assert plugin["name"] == "Loyalty"
    assert plugin["globalConfiguration"]["active"] is True
    (field,) = plugin["globalConfiguration"]["configuration"]
    assert field["value"].startswith(f"{live.url}/loyalty/app")


def test_the_checks_find_nothing_to_say(live: LiveSaleor) -> None:
    assert "saleor_loyalty" not in live.manage("check", "--database", "default")


def _differences(before: str, after: str) -> tuple[list[str], list[str]]:
    """Lines of SDL that only the second text has, and that only the first has."""
    old, new = _lines(before), _lines(after)
    return _missing_in(old, new), _missing_in(new, old)


def _missing_in(text: list[str], other: list[str]) -> list[str]:
    there = set(text)
    return [line for line in other if line not in there]


def _lines(sdl: str) -> list[str]:
    """Each field with the type it is in, without descriptions."""
    found, current, quoted = [], "", False
    for line in sdl.splitlines():
        text = line.strip()
        if text.startswith('"""'):
            quoted = not (quoted or (len(text) > 5 and text.endswith('"""')))
            continue
        if quoted or not text:
            continue
        if not line.startswith(" "):
            current = text
        found.append(f"{current} / {text}")
    return found
