"""Gifts of points by staff."""

import pytest

from saleor_loyalty.activities import staff_points
from saleor_loyalty.models import Account, Entry, Member
from saleor_loyalty.problems import ErrorCode, Refused
from tests.paper_saleor import ANNA, BEN
from tests.shops import new_version

pytestmark = pytest.mark.usefixtures("connected")


def give(shop, **changes) -> Entry:
    gift = {"customer_id": ANNA["id"], "points": 200, "reason": "Sorry", "actor": "staff@x"}
    return staff_points.give(shop=shop, **{**gift, **changes})


def refusal(shop, **changes):
    with pytest.raises(Refused) as refused:
        give(shop, **changes)
    assert Entry.objects.count() == 0
    (problem,) = refused.value.problems
    return problem


def test_a_gift_is_an_entry_with_its_reason_and_giver(shop, anna):
    entry = give(shop, reason=" For your patience ")

    assert (entry.kind, entry.points, entry.balance_after) == ("GIFT", 200, 200)
    assert (entry.reason, entry.actor) == ("For your patience", "staff@x")


def test_a_customer_who_is_no_member_becomes_one(shop):
    give(shop, customer_id=BEN["id"])

    assert Member.objects.get().email == "ben@example.com"


def test_a_gift_may_reach_the_threshold(shop, anna):
    give(shop, points=5001)

    anna.refresh_from_db()
    assert anna.balance == 1
    assert anna.coupons.count() == 1


@pytest.mark.parametrize("points", [0, -5, 1_000_001, 10**12])
def test_a_gift_out_of_range_is_refused(shop, anna, points):
    problem = refusal(shop, points=points)
    assert (problem.field, problem.code) == ("points", ErrorCode.OUT_OF_RANGE)
    assert problem.message == "Give from 1 to 1,000,000 points at once."


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_a_gift_without_reason_is_refused(shop, anna, reason):
    problem = refusal(shop, reason=reason)
    assert (problem.field, problem.code) == ("reason", ErrorCode.REQUIRED)


def test_a_reason_too_long_is_refused(shop, anna):
    assert refusal(shop, reason="x" * 501).code == ErrorCode.OUT_OF_RANGE


def test_the_most_points_and_the_longest_reason_and_key_are_taken(shop, program, anna):
    program.current = new_version(program, threshold=5_000_000)
    program.save()
    give(shop, points=1_000_000, reason="x" * 500, idempotency_key="k" * 200)

    assert Entry.objects.get().points == 1_000_000


def test_an_unknown_customer_is_refused(shop):
    problem = refusal(shop, customer_id="VXNlcjo5OQ==")
    assert (problem.field, problem.code) == ("customer_id", ErrorCode.NOT_FOUND)


@pytest.mark.parametrize("status", ["BLOCKED", "CLOSED"])
def test_t35_a_blocked_or_closed_member_takes_no_points(shop, anna, status):
    Member.objects.update(status=status)
    problem = refusal(shop)
    assert (problem.field, problem.code) == ("customer_id", ErrorCode.MEMBER_BLOCKED)


def test_t38_no_gifts_while_the_programme_is_off(shop, program, anna):
    program.is_active = False
    program.save()
    assert refusal(shop).code == ErrorCode.PROGRAM_INACTIVE


def test_t30_the_same_key_gives_once(shop, anna):
    first = give(shop, idempotency_key="page-1")
    again = give(shop, idempotency_key="page-1")

    assert first == again
    assert Entry.objects.count() == 1


def test_t30_a_key_is_its_members_own(shop, anna):
    for customer in (ANNA, BEN):
        give(shop, customer_id=customer["id"], idempotency_key="page-1")

    assert list(Account.objects.values_list("balance", flat=True)) == [200, 200]


def test_t30_the_same_key_for_another_gift_is_refused(shop, anna):
    give(shop, idempotency_key="page-1")
    with pytest.raises(Refused, match="sent before, for 200 points"):
        give(shop, idempotency_key="page-1", points=300)


def test_a_key_that_was_used_with_another_reason_is_refused(shop, anna):
    first = give(shop, idempotency_key="k", reason=" Sorry ")

    assert give(shop, idempotency_key="k", reason="Sorry") == first
    with pytest.raises(Refused) as refused:
        give(shop, idempotency_key="k", reason="Thank you")

    [problem] = refused.value.problems
    assert (problem.field, problem.code) == ("idempotency_key", ErrorCode.DUPLICATE)
    assert problem.message == (
        "This was sent before, for another reason. Use a new key, or open the form again."
    )
    assert Entry.objects.count() == 1
