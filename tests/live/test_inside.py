"""What an owner and a developer find in a Saleor with the plugin, and what they do not notice."""

import json
from pathlib import Path
from threading import Event

import httpx
import pytest
from graphql import parse

from saleor_loyalty.workers.schedule import schedule
from sandbox.graphql_client import Refused, ask
from sandbox.waiting import look_until
from tests.live.doors import Door
from tests.live.saleor import LiveSaleor

pytestmark = pytest.mark.timeout(1200)

GIFT = """mutation Gift($id: ID!) {
  loyaltyPointsGift(customerId: $id, points: 5, reason: "Hello") { errors { message code } } }"""
DELETE = "mutation Delete($id: ID!) { customerDelete(id: $id) { errors { message code } } }"
STATUS = "query Status($id: ID!) { loyaltyMember(customerId: $id) { status } }"
INSIDE = Path(__file__).parent / "inside"
SDL = "from django.core.management import call_command; call_command('get_graphql_schema')"


def test_saleors_schema_is_its_own_but_for_what_we_add(live: LiveSaleor) -> None:
    ours = live.python(SDL)
    theirs = live.bare().python(SDL)

    assert _is_within(theirs.splitlines(), ours.splitlines())
    before, after = _members(theirs), _members(ours)
    grown = {name: after[name] - before[name] for name in before if after[name] != before[name]}
    assert all(name.startswith("Loyalty") for name in after.keys() - before.keys())
    assert grown.keys() == {"Query", "Mutation", "User", "Order"}
    assert all(field.startswith("loyalty") for fields in grown.values() for field in fields)


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


def test_lists_cost_what_they_may_hold(live: LiveSaleor) -> None:
    costs = json.loads(live.python((INSIDE / "costs.py").read_text()))

    paged = {field for field, (_, by_length) in costs.items() if by_length}
    assert paged == {"Query.loyaltyMembers", "LoyaltyMember.entries", "LoyaltyMember.coupons"}
    assert costs["Query.loyaltyMessages"] == [100, False]
    assert costs["User.loyalty"] == costs["Order.loyalty"] == [1, False]


def test_t37_what_one_app_is_told_no_other_app_is_told_with_it(live: LiveSaleor) -> None:
    """Saleor builds the payloads of an event for all apps on one context."""
    told = json.loads(live.python((INSIDE / "payloads.py").read_text()))

    rich, poor = {"loyalty": {"balance": 0, "debt": 0}}, {"loyalty": None}
    assert [(payload["user"], payload["refused"]) for payload in told] == [
        (rich, False),
        (poor, True),
        (rich, False),
    ]


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


def test_the_app_is_listed_with_our_logo(live: LiveSaleor) -> None:
    logo = "SELECT brand_logo_default FROM app_app WHERE identifier = 'saleor.loyalty'"

    ((name,),) = live.sql(logo)

    assert name.endswith(".png")


def test_setting_up_again_changes_nothing(live: LiveSaleor) -> None:
    # All but how far the walks have come, which go on meanwhile.
    rows = (
        "SELECT door, api_url, domain, name, app_id, sealed_token, is_active, installed_at "
        "FROM saleor_loyalty_shop"
    )
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
    ours = sorted(schedule(work=1, reconcile=1))
    assert entries == [(f"saleor_loyalty.tasks.{task}", True) for task in ours]


def test_the_plugin_is_in_saleors_list_with_the_way_to_the_back_office(
    live: LiveSaleor, plugin_door: Door
) -> None:
    query = """{ plugin(id: "saleor.loyalty") {
        name globalConfiguration { active configuration { name value } } } }"""

    plugin = ask(live.api_url, query, token=plugin_door.staff_token)

    assert plugin["name"] == "Loyalty: on and off"
    assert plugin["globalConfiguration"]["active"] is True
    (field,) = plugin["globalConfiguration"]["configuration"]
    assert field["value"] == "In this Dashboard: Customers → Loyalty"


def test_the_dashboard_has_our_places_once_and_as_they_are_now(live: LiveSaleor) -> None:
    seen = json.loads(live.python((INSIDE / "extensions.py").read_text()))

    assert [place[1:] for place in seen["first"]] == [
        ["customer_details_widgets", "widget", "/widgets/customer", ["manage_users"]],
        ["navigation_customers", "app_page", "/overview", ["manage_users"]],
    ]
    assert seen["again"] == seen["first"]
    assert [place[1] for place in seen["changed"]] == ["navigation_customers"]


def test_our_page_is_served_for_the_shops_dashboard(live: LiveSaleor) -> None:
    page = httpx.get(f"{live.url}/loyalty/app/", trust_env=False)

    assert page.status_code == 200
    assert "frame-ancestors 'self' 127.0.0.1:*" in page.headers["Content-Security-Policy"]
    assert "X-Frame-Options" not in page.headers


def test_a_customer_whom_staff_delete_takes_part_no_more(
    live: LiveSaleor, plugin_door: Door
) -> None:
    customer = plugin_door.new_customer()
    gift = {"id": customer.id}
    ask(live.api_url, GIFT, gift, token=plugin_door.staff_token)

    ask(live.api_url, DELETE, gift, token=plugin_door.staff_token)

    def status() -> str:
        found = ask(live.api_url, STATUS, gift, token=plugin_door.staff_token)
        return str(found["status"])

    assert look_until(lambda seen: seen == "CLOSED", status, stop=Event(), seconds=180) == "CLOSED"


def test_the_checks_find_nothing_to_say(live: LiveSaleor) -> None:
    assert "saleor_loyalty" not in live.manage("check", "--database", "default")


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ("too_old", r"E011\) This is Saleor 3\.21\.9, but saleor-loyalty needs 3\.22 or newer\."),
        ("without_plugin", r"E012\) Saleor does not know the loyalty plugin"),
        ("with_hasty", r"E013\) Saleor's GraphQL schema was built before saleor_loyalty was ready"),
    ],
)
def test_what_keeps_us_from_our_place_is_said(live: LiveSaleor, settings: str, said: str) -> None:
    with pytest.raises(AssertionError, match=said):
        live.under(settings).manage("check")


@pytest.mark.parametrize("settings", ["too_old", "with_hasty"])
def test_a_saleor_in_which_we_have_no_place_is_left_as_it_is(
    live: LiveSaleor, settings: str
) -> None:
    assert "loyalty" not in live.under(settings).python(SDL)


def _is_within(part: list[str], whole: list[str]) -> bool:
    """Whether the lines of `part` stand in `whole`, in their order, whatever is between them."""
    lines = iter(whole)
    return all(line in lines for line in part)


def _members(sdl: str) -> dict[str, set[str]]:
    """The types of a schema by name, with the names of their fields or values."""
    return {
        definition.name.value: {
            member.name.value
            for member in [*getattr(definition, "fields", ()), *getattr(definition, "values", ())]
        }
        for definition in parse(sdl).definitions
        if hasattr(definition, "name")
    }
