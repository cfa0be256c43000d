"""Points that staff give."""

import pytest
from graphql_relay import to_global_id

from saleor_loyalty.models import Entry, Member, Shop

GIFT = """mutation ($customer: ID!, $points: Int!, $reason: String!, $key: String) {
  loyaltyPointsGift(
    customerId: $customer, points: $points, reason: $reason, idempotencyKey: $key
  ) {
    entry { id kind points balanceAfter reason actor }
    member { email balance }
    errors { field message code }
  }
}"""


def give(ask, viewer, *, customer="VXNlcjox", points=200, reason="Late parcel", key=None):
    answer = ask(viewer, GIFT, customer=customer, points=points, reason=reason, key=key)
    assert "errors" not in answer, answer
    return answer["data"]["loyaltyPointsGift"]


def problems(payload):
    assert (payload["entry"], payload["member"]) == (None, None)
    return {(error["field"], error["code"]) for error in payload["errors"]}


def test_a_gift_answers_with_the_entry_and_the_new_balance(ask, staff, ada, program):
    payload = give(ask, staff)

    assert payload == {
        "entry": {
            "id": to_global_id("LoyaltyEntry", Entry.objects.get().pk),
            "kind": "GIFT",
            "points": 200,
            "balanceAfter": 200,
            "reason": "Late parcel",
            "actor": "Sam",
        },
        "member": {"email": "ada@example.com", "balance": 200},
        "errors": [],
    }


def test_a_gift_makes_a_customer_of_the_shop_a_member(ask, staff, program):
    payload = give(ask, staff, customer="VXNlcjo3")

    assert payload["member"] == {"email": "grace@example.com", "balance": 200}


def test_the_same_key_gives_once(ask, staff, ada, program):
    first = give(ask, staff, key="case 7")
    second = give(ask, staff, key="case 7")

    assert first["entry"] == second["entry"]
    assert second["member"]["balance"] == 200
    assert Entry.objects.count() == 1


def test_without_a_key_every_gift_counts(ask, staff, ada, program):
    give(ask, staff)

    assert give(ask, staff)["member"]["balance"] == 400


@pytest.mark.parametrize("points", [0, -5, 2**31 - 1])
def test_a_gift_of_no_or_too_many_points_is_refused(ask, staff, ada, program, points):
    assert problems(give(ask, staff, points=points)) == {("points", "OUT_OF_RANGE")}
    assert not Entry.objects.exists()


def test_a_gift_beyond_what_graphql_counts_is_a_graphql_error(ask, staff, ada, program):
    by_variable = ask(staff, GIFT, customer="VXNlcjox", points=10**12, reason="Late parcel")
    in_the_query = ask(
        staff,
        """mutation { loyaltyPointsGift(
             customerId: "VXNlcjox", points: 1000000000000, reason: "Late parcel"
           ) { errors { code } } }""",
    )

    for answer in (by_variable, in_the_query):
        assert "data" not in answer
        assert "1000000000000" in answer["errors"][0]["message"]
        assert answer["errors"][0]["extensions"] == {"exception": {"code": "GraphQLError"}}
    assert not Entry.objects.exists()


@pytest.mark.parametrize("reason", ["", " \n\t "])
def test_a_gift_without_a_reason_is_refused(ask, staff, ada, program, reason):
    assert problems(give(ask, staff, reason=reason)) == {("reason", "REQUIRED")}
    assert not Entry.objects.exists()


def test_a_gift_to_nobody_is_refused(ask, staff, program):
    payload = give(ask, staff, customer="VXNlcjo5OTk=")

    assert problems(payload) == {("customerId", "NOT_FOUND")}


def test_a_key_that_is_no_key_is_told_beside_its_field(ask, staff, ada, program):
    assert problems(give(ask, staff, key="")) == {("idempotencyKey", "OUT_OF_RANGE")}


def test_a_blocked_member_gets_no_gift(ask, staff, ada, program):
    Member.objects.update(status="BLOCKED")

    assert problems(give(ask, staff)) == {("customerId", "MEMBER_BLOCKED")}


def test_nothing_is_given_while_there_is_no_programme(ask, staff, ada):
    assert problems(give(ask, staff)) == {(None, "PROGRAM_INACTIVE")}


def test_a_shop_that_does_not_answer_is_no_riddle(ask, staff, program):
    Shop.objects.update(api_url="http://127.0.0.1:1/graphql/")
    staff.shop.refresh_from_db()

    answer = ask(staff, GIFT, customer="VXNlcjo3", points=1, reason="Late parcel")

    [error] = answer["errors"]
    assert error["message"] == (
        "The shop's Saleor does not answer now; nothing was changed. Try again."
    )
    assert error["extensions"] == {"exception": {"code": "SaleorUnavailable"}}
