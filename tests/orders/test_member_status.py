"""Staff block, close and open members."""

import pytest

from saleor_loyalty.members import enrolment
from saleor_loyalty.models import Entry, MemberStatus, SettledOrder, Shop
from saleor_loyalty.problems import Refused
from tests.accounts import balances
from tests.orders.conftest import member_of
from tests.paper_saleor import ANNA, BEN, line


@pytest.mark.parametrize("status", MemberStatus.values)
def test_staff_set_a_members_status(anna, shop, status):
    member = enrolment.set_status(
        shop=shop, customer_id=ANNA["id"], status=status, actor="staff@example.com"
    )

    assert member.status == status
    assert member_of(ANNA).status == status


def test_who_set_a_status_is_kept_until_the_next_does(paper, anna, shop, hear):
    enrolment.set_status(shop=shop, customer_id=ANNA["id"], status="BLOCKED", actor="eva@shop.com")
    assert member_of(ANNA).status_by == "eva@shop.com"

    paper.forget(ANNA)
    hear(ANNA)
    assert member_of(ANNA).status == "BLOCKED"

    enrolment.set_status(shop=shop, customer_id=ANNA["id"], status="ACTIVE", actor="eva@shop.com")
    hear(ANNA)
    assert (member_of(ANNA).status, member_of(ANNA).status_by) == ("CLOSED", "")


@pytest.mark.parametrize(
    ("customer_id", "status", "field", "code"),
    [
        (BEN["id"], "BLOCKED", "customer_id", "NOT_FOUND"),
        (ANNA["id"], "ASLEEP", "status", "INVALID"),
    ],
)
def test_a_status_that_cannot_be_set_is_refused(anna, shop, customer_id, status, field, code):
    with pytest.raises(Refused) as refused:
        enrolment.set_status(shop=shop, customer_id=customer_id, status=status, actor="staff")

    (problem,) = refused.value.problems
    assert (problem.field, problem.code) == (field, code)


@pytest.mark.parametrize("status", ["ACTIVE", "BLOCKED"])
def test_staff_do_not_open_a_member_whose_customer_is_gone(paper, anna, shop, hear, status):
    paper.forget(ANNA)
    hear(ANNA)

    with pytest.raises(Refused, match="stays closed"):
        enrolment.set_status(shop=shop, customer_id=ANNA["id"], status=status, actor="staff")

    assert (member_of(ANNA).status, member_of(ANNA).status_by) == ("CLOSED", "")


def test_another_shops_member_is_not_found(anna):
    other = Shop.objects.create(
        api_url="https://other.example.com/graphql/", installed_at=anna.joined_at
    )
    with pytest.raises(Refused):
        enrolment.set_status(shop=other, customer_id=ANNA["id"], status="BLOCKED", actor="staff")


def test_t35_a_member_who_is_active_again_earns_from_then_on(paper, settle, anna, shop):
    enrolment.set_status(shop=shop, customer_id=ANNA["id"], status="BLOCKED", actor="staff")
    settle(paper.place(1, line(100)))
    enrolment.set_status(shop=shop, customer_id=ANNA["id"], status="ACTIVE", actor="staff")
    settle(paper.place(2, line(50)))

    assert balances() == {ANNA["id"]: 500}
    assert SettledOrder.objects.get(number="1").waived
    assert Entry.objects.count() == 1
