"""Points that staff correct."""

import pytest
from graphql_relay import to_global_id

from saleor_loyalty.models import Entry, Member

ADJUST = """mutation ($customer: ID!, $points: Int!, $reason: String!, $key: String) {
  loyaltyPointsAdjust(
    customerId: $customer, points: $points, reason: $reason, idempotencyKey: $key
  ) {
    entry { id kind points balanceAfter reason actor }
    member { email balance }
    errors { field message code }
  }
}"""


def adjust(ask, viewer, points, *, customer="VXNlcjox", reason="Given twice", key=None):
    answer = ask(viewer, ADJUST, customer=customer, points=points, reason=reason, key=key)
    assert "errors" not in answer, answer
    return answer["data"]["loyaltyPointsAdjust"]


def problems(payload):
    assert (payload["entry"], payload["member"]) == (None, None)
    return {(error["field"], error["code"]) for error in payload["errors"]}


def test_a_correction_answers_with_the_entry_and_the_new_balance(ask, staff, ada, gift):
    gift(ada, 200)

    payload = adjust(ask, staff, -50)

    assert payload == {
        "entry": {
            "id": to_global_id("LoyaltyEntry", Entry.objects.latest("pk").pk),
            "kind": "ADJUSTMENT",
            "points": -50,
            "balanceAfter": 150,
            "reason": "Given twice",
            "actor": "Sam",
        },
        "member": {"email": "ada@example.com", "balance": 150},
        "errors": [],
    }


def test_a_correction_upwards_makes_a_customer_of_the_shop_a_member(ask, staff, program):
    payload = adjust(ask, staff, 200, customer="VXNlcjo3")

    assert payload["member"] == {"email": "grace@example.com", "balance": 200}


def test_the_same_key_corrects_once(ask, staff, ada, gift):
    gift(ada, 200)

    first = adjust(ask, staff, -200, key="case 7")
    second = adjust(ask, staff, -200, key="case 7")

    assert first == second
    assert second["member"]["balance"] == 0


def test_more_than_there_is_cannot_be_taken(ask, staff, ada, gift):
    gift(ada, 200)

    payload = adjust(ask, staff, -201)

    assert problems(payload) == {("points", "INSUFFICIENT_POINTS")}
    assert payload["errors"][0]["message"] == "This member has 200 points; 201 cannot be taken."
    assert Entry.objects.count() == 1


def test_all_that_is_wrong_with_a_correction_is_told_at_once(ask, staff, ada, program):
    payload = adjust(ask, staff, 0, reason=" ", key="")

    assert problems(payload) == {
        ("points", "OUT_OF_RANGE"),
        ("reason", "REQUIRED"),
        ("idempotencyKey", "OUT_OF_RANGE"),
    }


@pytest.mark.parametrize("points", [5, -5])
def test_nobody_is_not_corrected(ask, staff, program, points):
    payload = adjust(ask, staff, points, customer="VXNlcjo5OTk=")

    assert problems(payload) == {("customerId", "NOT_FOUND")}


def test_a_blocked_member_gets_no_correction_upwards(ask, staff, ada, program):
    Member.objects.update(status="BLOCKED")

    assert problems(adjust(ask, staff, 5)) == {("customerId", "MEMBER_BLOCKED")}


def test_nothing_is_corrected_while_there_is_no_programme(ask, staff, ada):
    assert problems(adjust(ask, staff, 5)) == {(None, "PROGRAM_INACTIVE")}
