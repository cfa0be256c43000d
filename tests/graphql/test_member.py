"""A member as they and staff see them."""

import pytest
from graphql_relay import to_global_id

from saleor_loyalty.models import Coupon, Member
from saleor_loyalty.program import programs
from saleor_loyalty.program.ruleset import Changes

LOYALTY = """{
  loyalty {
    id customerId email status balance lifetimePoints pointsToNextReward expiresAt expiringPoints
    joinedAt lastActivityAt languageCode emailEnabled pushEnabled
  }
}"""

FIND = """query ($id: ID, $customerId: ID, $email: String) {
  loyaltyMember(id: $id, customerId: $customerId, email: $email) { email }
}"""


def test_a_new_member_has_nothing_yet(ask, customer, ada, program):
    answer = ask(customer, LOYALTY)

    assert answer == {
        "data": {
            "loyalty": {
                "id": to_global_id("LoyaltyMember", ada.pk),
                "customerId": "VXNlcjox",
                "email": "ada@example.com",
                "status": "ACTIVE",
                "balance": 0,
                "lifetimePoints": 0,
                "pointsToNextReward": 5000,
                "expiresAt": None,
                "expiringPoints": 0,
                "joinedAt": ada.joined_at.isoformat(),
                "lastActivityAt": None,
                "languageCode": "it",
                "emailEnabled": True,
                "pushEnabled": True,
            }
        }
    }


def test_points_show_in_balance_progress_and_lifetime(ask, customer, ada, gift):
    entry = gift(ada, 5120)

    loyalty = ask(customer, LOYALTY)["data"]["loyalty"]

    assert loyalty["balance"] == 120
    assert loyalty["pointsToNextReward"] == 4880
    assert loyalty["lifetimePoints"] == 5120
    assert loyalty["lastActivityAt"] == entry.created_at.isoformat()


def test_a_member_in_debt_has_nothing_and_further_to_go(ask, customer, staff, ada, earn):
    order = earn(ada, "512").order
    Coupon.objects.update(status="USED")  # an unused one would be withdrawn to pay
    earn(ada, "0", order=order, credited=5120)

    loyalty = ask(customer, LOYALTY)["data"]["loyalty"]
    seen_by_staff = ask(staff, '{ loyaltyMember(customerId: "VXNlcjox") { balance debt } }')

    assert loyalty["balance"] == 0
    assert loyalty["pointsToNextReward"] == 10_000
    assert seen_by_staff["data"]["loyaltyMember"] == {"balance": 0, "debt": 5000}


def test_staff_see_that_a_member_owes_nothing(ask, staff, ada, gift):
    gift(ada, 10)

    answer = ask(staff, '{ loyaltyMember(customerId: "VXNlcjox") { balance debt } }')

    assert answer["data"]["loyaltyMember"] == {"balance": 10, "debt": 0}


def test_a_lowered_threshold_leaves_nothing_to_go(ask, customer, ada, gift):
    gift(ada, 600)
    programs.update(shop=ada.shop, changes=Changes(threshold=500), actor="Olga")

    assert ask(customer, LOYALTY)["data"]["loyalty"]["pointsToNextReward"] == 0


def test_without_a_programme_there_is_no_next_reward(ask, customer, ada):
    assert ask(customer, LOYALTY)["data"]["loyalty"]["pointsToNextReward"] == 0


def test_a_customer_who_never_joined_is_no_member(ask, customer, program):
    assert ask(customer, LOYALTY) == {"data": {"loyalty": None}}


def test_a_blocked_member_is_shown_as_such(ask, customer, ada, program):
    Member.objects.filter(pk=ada.pk).update(
        status="BLOCKED", email_enabled=False, push_enabled=False
    )

    loyalty = ask(customer, LOYALTY)["data"]["loyalty"]

    assert (loyalty["status"], loyalty["emailEnabled"], loyalty["pushEnabled"]) == (
        "BLOCKED",
        False,
        False,
    )


@pytest.mark.parametrize("by", ["id", "customerId", "email"])
def test_staff_find_a_member(enroll, ask, staff, shop, ada, by):
    enroll(shop, "VXNlcjoy", "bob@example.com")
    wanted = {
        "id": to_global_id("LoyaltyMember", ada.pk),
        "customerId": "VXNlcjox",
        "email": "Ada@Example.com",
    }

    answer = ask(staff, FIND, **{by: wanted[by]})

    assert answer == {"data": {"loyaltyMember": {"email": "ada@example.com"}}}


@pytest.mark.parametrize(
    "given",
    [
        {"id": to_global_id("LoyaltyMember", 999_999_999)},
        {"id": to_global_id("LoyaltyMember", 10**30)},
        {"customerId": "VXNlcjo5OTk="},
        {"email": "nobody@example.com"},
        {"email": ""},
    ],
)
def test_who_is_no_member_is_not_found(ask, staff, ada, given):
    assert ask(staff, FIND, **given) == {"data": {"loyaltyMember": None}}


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"customerId": "VXNlcjox", "email": "ada@example.com"},
        {"id": "x", "customerId": "VXNlcjox", "email": "ada@example.com"},
    ],
)
def test_staff_must_say_in_one_way_whom_they_look_for(ask, staff, ada, given):
    answer = ask(staff, FIND, **given)

    assert answer["data"] == {"loyaltyMember": None}
    assert answer["errors"][0]["message"] == "Give exactly one of `id`, `customerId` and `email`."


@pytest.mark.parametrize(
    "text", ["", "x", "VXNlcjox", "1", to_global_id("LoyaltyMember", "x"), "/w==", "é"]
)
def test_an_id_of_another_kind_is_an_error(ask, staff, ada, text):
    answer = ask(staff, FIND, id=text)

    assert answer["data"] == {"loyaltyMember": None}
    assert answer["errors"][0]["message"] == f"{text!r} is no id of a LoyaltyMember."
