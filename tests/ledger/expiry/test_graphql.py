"""When points end, as members and staff read it."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from saleor_loyalty.graphql.schema import execute
from saleor_loyalty.models import EntryKind
from saleor_loyalty.permissions import Viewer
from tests.ledger.expiry.conftest import START

DAY = timedelta(days=1)
QUERY = """{
  loyalty { expiresAt expiringPoints entries(first: 100) { edges { node { points expiresAt } } } }
}"""


@pytest.fixture
def read(shop):
    """What Ada reads of her points' ends: of the next, and of each entry, newest first."""

    def read():
        viewer = Viewer(shop=shop, customer_id="customer-ada")
        context = SimpleNamespace(loyalty_viewer=viewer)
        answer = execute(QUERY, context=context)
        assert "errors" not in answer
        loyalty = answer["data"]["loyalty"]
        entries = [edge["node"] for edge in loyalty["entries"]["edges"]]
        return SimpleNamespace(
            next=(loyalty["expiresAt"], loyalty["expiringPoints"]),
            entries=[(entry["points"], entry["expiresAt"]) for entry in entries],
        )

    return read


def midnight(day: str) -> str:
    return f"{day}T00:00:00+00:00"


def test_points_without_a_policy_never_end(set_up, ada, order, read):
    set_up("NEVER")
    order(ada, 100)

    assert read().next == (None, 0)
    assert read().entries == [(100, None)]


def test_rolling_points_end_together(set_up, ada, order, gift, clock, read):
    set_up("ROLLING", 30)
    order(ada, 100)
    clock.now = START + DAY
    gift(ada, 20)

    assert read().next == (midnight("2027-04-01"), 120)
    assert read().entries == [(20, midnight("2027-04-01")), (100, midnight("2027-04-01"))]


def test_t28_of_points_that_end_by_lot_only_the_next_to_go_are_counted(
    set_up, ada, order, gift, clock, read
):
    set_up("PER_LOT", 30)
    order(ada, 100)
    gift(ada, 5)
    clock.now = START + DAY
    gift(ada, 20)

    assert read().next == (midnight("2027-04-01"), 105)
    assert read().entries == [
        (20, midnight("2027-04-02")),
        (5, midnight("2027-04-01")),
        (100, midnight("2027-04-01")),
    ]


def test_points_that_are_spent_do_not_end(set_up, ada, order, post, clock, read):
    set_up("PER_LOT", 30)
    order(ada, 100)
    clock.now = START + DAY
    order(ada, 20)
    post(ada, -103, EntryKind.REWARD)

    assert read().next == (midnight("2027-04-02"), 17)
    assert read().entries == [(-103, None), (20, midnight("2027-04-02")), (100, None)]


@pytest.mark.parametrize("policy", ["ROLLING", "PER_LOT"])
def test_nothing_is_left_to_end_after_the_sweep(set_up, ada, order, sweep, read, policy):
    set_up(policy, 30)
    order(ada, 100)
    sweep(START + 40 * DAY)

    assert read().next == (None, 0)
    assert read().entries == [(-100, None), (100, None)]


@pytest.mark.parametrize("policy", ["ROLLING", "PER_LOT"])
def test_a_debt_does_not_end(set_up, ada, order, refund, read, policy):
    set_up(policy, 30)
    order(ada, 100)
    refund(ada, 150)

    assert read().next == (None, 0)


@pytest.mark.parametrize("policy", ["ROLLING", "PER_LOT"])
def test_t26_protected_points_show_the_end_of_the_protection(
    set_up, ada, order, clock, change, read, policy
):
    set_up("NEVER")
    order(ada, 100)
    clock.now = START + 20 * DAY
    change(expiry_policy=policy, expiry_days=30)

    assert read().next == (midnight("2027-04-21"), 100)
    assert read().entries == [(100, midnight("2027-04-21"))]


def test_while_the_programme_is_off_no_end_is_shown(set_up, ada, order, change, read):
    set_up("ROLLING", 30)
    order(ada, 100)
    change(is_active=False)

    assert read().next == (None, 0)
    assert read().entries == [(100, None)]


@pytest.mark.parametrize("policy", ["ROLLING", "PER_LOT"])
def test_a_long_history_takes_no_more_statements_than_a_short_one(
    set_up, ada, order, clock, read, policy
):
    set_up(policy, 30)

    def statements() -> int:
        with CaptureQueriesContext(connection) as queries:
            read()
        return len(queries)

    order(ada, 1)
    short = statements()
    for day in range(12):
        clock.now = START + day * DAY
        order(ada, 1)

    assert statements() == short
