"""Points that no Int holds: nothing fails for them, and their number is still to be read."""

from types import SimpleNamespace

import pytest

from saleor_loyalty.graphql.extension import LoyaltyOrder
from saleor_loyalty.models import Entry, SettledOrder
from tests.accounts import account_of

LARGEST = 2**31 - 1
RICH = 5_000_000_000_000
POINTS = """
  email
  balance exactBalance debt exactDebt lifetimePoints exactLifetimePoints
  pointsToNextReward exactPointsToNextReward expiringPoints exactExpiringPoints
"""


@pytest.fixture
def rich(ada, program):
    account_of(ada, balance=RICH, lifetime_points=RICH)
    return ada


@pytest.fixture
def listed(ask, staff):
    def listed():
        answer = ask(staff, f"{{ loyaltyMembers {{ edges {{ node {{ {POINTS} }} }} }} }}")
        assert "errors" not in answer
        return [edge["node"] for edge in answer["data"]["loyaltyMembers"]["edges"]]

    return listed


def test_a_list_does_not_fail_for_a_member_beyond_an_int(listed, rich, enroll, shop):
    account_of(enroll(shop, "VXNlcjoy", "bob@example.com"), balance=1)

    bob, ada = listed()

    assert (bob["balance"], bob["exactBalance"]) == (1, 1)
    assert (ada["balance"], ada["exactBalance"]) == (LARGEST, RICH)
    assert (ada["lifetimePoints"], ada["exactLifetimePoints"]) == (LARGEST, RICH)


def test_a_debt_beyond_an_int_is_read_too(listed, rich):
    account_of(rich, balance=-RICH)

    (ada,) = listed()

    assert (ada["balance"], ada["exactBalance"]) == (0, 0)
    assert (ada["debt"], ada["exactDebt"]) == (LARGEST, RICH)
    assert ada["pointsToNextReward"] == LARGEST
    assert ada["exactPointsToNextReward"] == RICH + 5000


def test_an_entry_beyond_an_int_is_read_too(ask, staff, ada, program):
    Entry.objects.create(
        shop=ada.shop,
        account=account_of(ada, balance=-RICH),
        version=program.current,
        kind="ADJUSTMENT",
        source="a test",
        points=-RICH,
        balance_after=-RICH,
        created_at=ada.joined_at,
    )

    answer = ask(
        staff,
        """{ loyaltyMember(customerId: "VXNlcjox") { entries { edges { node {
          points exactPoints balanceAfter exactBalanceAfter
        } } } } }""",
    )

    (edge,) = answer["data"]["loyaltyMember"]["entries"]["edges"]
    assert edge["node"] == {
        "points": -LARGEST - 1,
        "exactPoints": -RICH,
        "balanceAfter": -LARGEST - 1,
        "exactBalanceAfter": -RICH,
    }


def test_who_may_not_see_a_debt_does_not_see_it_exactly_either(ask, customer, rich):
    answer = ask(customer, "{ loyalty { exactDebt } }")

    assert answer["errors"][0]["extensions"]["exception"]["code"] == "PermissionDenied"


def test_an_order_beyond_an_int_is_read_too(ask, shop, ada, program):
    SettledOrder.objects.create(
        shop=shop,
        order_id="T3JkZXI6MQ==",
        number="21",
        member=ada,
        version=program.current,
        points=RICH,
        fully_paid_at=ada.joined_at,
        settled_at=ada.joined_at,
    )
    order = SettledOrder.objects.get()

    info = SimpleNamespace(context=None)

    assert LoyaltyOrder.resolve_points(order, info) == LARGEST
    assert LoyaltyOrder.resolve_exact_points(order, info) == RICH
