"""Who may take part, as staff decide."""

import pytest

from saleor_loyalty.models import Member

UPDATE = """mutation ($customer: ID!, $status: LoyaltyMemberStatus!) {
  loyaltyMemberUpdate(customerId: $customer, status: $status) {
    member { email status balance }
    errors { field message code }
  }
}"""


def update(ask, viewer, status, customer="VXNlcjox"):
    answer = ask(viewer, UPDATE, customer=customer, status=status)
    assert "errors" not in answer, answer
    return answer["data"]["loyaltyMemberUpdate"]


@pytest.mark.parametrize("status", ["BLOCKED", "CLOSED"])
def test_staff_stop_a_member_who_keeps_their_points_and_let_them_in_again(
    ask, staff, ada, gift, status
):
    gift(ada, 200)

    for wanted in (status, "ACTIVE"):
        assert update(ask, staff, wanted) == {
            "member": {"email": "ada@example.com", "status": wanted, "balance": 200},
            "errors": [],
        }
        ada.refresh_from_db()
        assert ada.status == wanted


def test_it_is_kept_who_decided(ask, staff, ada):
    update(ask, staff, "BLOCKED")

    assert Member.objects.get().status_by == "Sam"


def test_who_is_no_member_has_no_status(ask, staff, program):
    payload = update(ask, staff, "BLOCKED", customer="VXNlcjo3")

    assert payload["member"] is None
    [error] = payload["errors"]
    assert (error["field"], error["code"]) == ("customerId", "NOT_FOUND")
    assert not Member.objects.exists()


def test_an_unknown_status_is_a_graphql_error(ask, staff, ada):
    answer = ask(staff, UPDATE, customer="VXNlcjox", status="GONE")

    assert "data" not in answer
    assert "LoyaltyMemberStatus" in answer["errors"][0]["message"]
