"""Corrections of points by staff, in either direction."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection
from django.db.models import Sum

from saleor_loyalty.activities import staff_points
from saleor_loyalty.models import Coupon, Entry, Lot, Member
from saleor_loyalty.problems import ErrorCode, Problem, Refused
from tests.accounts import account_of
from tests.paper_saleor import ANNA, BEN, line

AT_ONCE = 200
CONNECTIONS = 40  # PostgreSQL takes 100 unless told otherwise


def adjust(shop, points, **changes) -> Entry:
    correction = {"customer_id": ANNA["id"], "points": points, "reason": "Typo", "actor": "Sam"}
    return staff_points.adjust(shop=shop, **{**correction, **changes})


def refusal(shop, points, **changes) -> Problem:
    """Why a correction is refused; nothing has changed by it."""
    before = list(Entry.objects.values()), list(Member.objects.values())
    with pytest.raises(Refused) as refused:
        adjust(shop, points, **changes)
    assert (list(Entry.objects.values()), list(Member.objects.values())) == before
    (problem,) = refused.value.problems
    return problem


@pytest.fixture
def rich(shop, program, anna) -> Member:
    """Anna, with 1,200 points."""
    adjust(shop, 1200)
    return anna


def balance(member: Member) -> int:
    member.refresh_from_db()
    return member.balance


def test_a_correction_is_an_entry_with_its_reason_and_author(shop, rich):
    entry = adjust(shop, -200, reason=" Given twice ")

    assert (entry.kind, entry.points, entry.balance_after) == ("ADJUSTMENT", -200, 1000)
    assert (entry.reason, entry.actor) == ("Given twice", "Sam")
    assert balance(rich) == 1000


def test_a_correction_upwards_may_reach_the_threshold(shop, rich):
    adjust(shop, 3801)

    assert balance(rich) == 1
    assert Coupon.objects.count() == 1


def test_all_that_is_there_can_be_taken(shop, rich):
    adjust(shop, -1200)

    assert balance(rich) == 0
    assert not Lot.objects.filter(remaining__gt=0).exists()


def test_t22_no_more_is_taken_than_is_there(shop, rich):
    problem = refusal(shop, -1201)

    assert (problem.field, problem.code) == ("points", ErrorCode.INSUFFICIENT_POINTS)
    assert problem.message == "This member has 1,200 points; 1,201 cannot be taken."


def test_t22_from_a_member_in_debt_nothing_is_taken(shop, rich):
    account_of(rich, balance=-500)

    assert refusal(shop, -1).message == "This member has 0 points; 1 cannot be taken."


def test_a_correction_upwards_pays_a_debt_first(shop, program, anna, paper, settle):
    order = paper.place(1, line(100))
    settle(order)
    adjust(shop, -700)
    paper.charge(order, 0.0)
    settle(order)
    assert balance(anna) == -700

    adjust(shop, 900)

    assert balance(anna) == 200
    assert Lot.objects.aggregate(left=Sum("remaining")) == {"left": 200}


def test_a_coupon_is_not_taken_for_a_correction(shop, rich):
    adjust(shop, 3800)
    assert balance(rich) == 0

    assert refusal(shop, -1).code == ErrorCode.INSUFFICIENT_POINTS
    assert Coupon.objects.get().status == "PENDING"


@pytest.mark.parametrize("points", [0, 1_000_001, -1_000_001, 10**12])
def test_a_correction_out_of_range_is_refused(shop, rich, points):
    problem = refusal(shop, points)

    assert (problem.field, problem.code) == ("points", ErrorCode.OUT_OF_RANGE)
    assert problem.message == "Correct by 1 to 1,000,000 points at once, up or down."


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"reason": " \n"}, "reason", ErrorCode.REQUIRED),
        ({"reason": "x" * 501}, "reason", ErrorCode.OUT_OF_RANGE),
        ({"idempotency_key": ""}, "idempotency_key", ErrorCode.OUT_OF_RANGE),
        ({"idempotency_key": "x" * 201}, "idempotency_key", ErrorCode.OUT_OF_RANGE),
    ],
)
def test_a_correction_needs_a_reason_and_a_key_that_is_one(shop, rich, changes, field, code):
    problem = refusal(shop, -1, **changes)

    assert (problem.field, problem.code) == (field, code)


def test_all_that_is_wrong_is_said_at_once(shop, rich):
    with pytest.raises(Refused) as refused:
        adjust(shop, 0, reason="", idempotency_key="")

    assert [problem.field for problem in refused.value.problems] == [
        "points",
        "reason",
        "idempotency_key",
    ]


def test_who_is_no_member_has_no_points_to_take_and_does_not_become_one(shop, program):
    problem = refusal(shop, -1, customer_id=BEN["id"])

    assert (problem.field, problem.code) == ("customer_id", ErrorCode.NOT_FOUND)
    assert not Member.objects.exists()


@pytest.mark.parametrize("status", ["BLOCKED", "CLOSED"])
def test_t35_a_blocked_or_closed_member_is_corrected_downwards_only(shop, rich, status):
    Member.objects.update(status=status)

    problem = refusal(shop, 100)
    assert (problem.field, problem.code) == ("customer_id", ErrorCode.MEMBER_BLOCKED)
    assert problem.message == f"This member is {status.lower()} and takes no points."

    adjust(shop, -100)
    assert balance(rich) == 1100


def test_t38_while_the_programme_is_off_members_are_corrected_downwards_only(shop, program, rich):
    program.is_active = False
    program.save()

    assert refusal(shop, 100).code == ErrorCode.PROGRAM_INACTIVE

    adjust(shop, -100)
    assert balance(rich) == 1100


@pytest.mark.parametrize("points", [100, -100])
def test_without_a_programme_nothing_is_corrected(shop, anna, points):
    assert refusal(shop, points).code == ErrorCode.PROGRAM_INACTIVE


@pytest.mark.parametrize("points", [1200, -1200])
def test_t30_the_same_key_corrects_once(shop, rich, points):
    first = adjust(shop, points, idempotency_key="page-1")
    again = adjust(shop, points, idempotency_key="page-1")

    assert first == again
    assert balance(rich) == 1200 + points


def test_t30_a_key_seen_before_answers_for_a_member_blocked_since(shop, rich):
    first = adjust(shop, 100, idempotency_key="page-1")
    Member.objects.update(status="BLOCKED")

    assert adjust(shop, 100, idempotency_key="page-1") == first


def test_t30_the_same_key_for_another_correction_is_refused(shop, rich):
    adjust(shop, -100, idempotency_key="page-1")

    problem = refusal(shop, 100, idempotency_key="page-1")
    assert (problem.field, problem.code) == ("idempotency_key", ErrorCode.DUPLICATE)
    assert problem.message == (
        "This was sent before, for \N{MINUS SIGN}100 points. Use a new key, or open the form again."
    )


def test_t30_a_key_of_a_gift_is_not_one_of_a_correction(shop, rich):
    gift = {"customer_id": ANNA["id"], "points": 100, "reason": "Sorry", "actor": "Sam"}
    staff_points.give(shop=shop, **gift, idempotency_key="page-1")
    adjust(shop, 100, idempotency_key="page-1")

    assert balance(rich) == 1400


def many_at_once(shop, points: int, **changes) -> list[Entry | Problem]:
    """What came of so many corrections, made at the same moment over many connections."""
    together = Barrier(CONNECTIONS)

    def work(_number: int) -> list[Entry | Problem]:
        together.wait()
        try:
            return [outcome() for _ in range(AT_ONCE // CONNECTIONS)]
        finally:
            connection.close()

    def outcome() -> Entry | Problem:
        try:
            return adjust(shop, points, **changes)
        except Refused as refused:
            return refused.problems[0]

    with ThreadPoolExecutor(CONNECTIONS) as pool:
        return [one for some in pool.map(work, range(CONNECTIONS)) for one in some]


@pytest.mark.django_db(transaction=True)
def test_t11_of_many_corrections_of_the_whole_balance_at_once_one_wins(shop, rich):
    outcomes = many_at_once(shop, -1200)

    [won] = [outcome for outcome in outcomes if isinstance(outcome, Entry)]
    assert (won.points, won.balance_after) == (-1200, 0)
    lost = {outcome.code for outcome in outcomes if isinstance(outcome, Problem)}
    assert (len(outcomes), lost) == (AT_ONCE, {ErrorCode.INSUFFICIENT_POINTS})
    assert balance(rich) == Entry.objects.aggregate(sum=Sum("points"))["sum"] == 0
    assert not Lot.objects.filter(remaining__gt=0).exists()


@pytest.mark.django_db(transaction=True)
def test_t12_many_corrections_at_once_all_count(shop, rich):
    outcomes = many_at_once(shop, -3)

    left = sorted(outcome.balance_after for outcome in outcomes)
    assert left == list(range(1200 - 3 * AT_ONCE, 1200, 3))
    assert balance(rich) == Lot.objects.aggregate(left=Sum("remaining"))["left"] == 600


@pytest.mark.django_db(transaction=True)
def test_t30_the_same_key_many_times_at_once_corrects_once(shop, rich):
    outcomes = many_at_once(shop, -100, idempotency_key="page-1")

    assert len(set(outcomes)) == 1
    assert balance(rich) == 1100


def test_a_gift_taken_back_stays_so_when_entries_get_other_ids(shop, rich):
    gift = Entry.objects.get()
    entry = staff_points.take_back(gift, reason="A slip", actor="Sam")

    assert (entry.kind, entry.points, entry.actor) == ("ADJUSTMENT", -1200, "Sam")
    assert entry.source == f"taken-back:{gift.source}"
    assert str(gift.pk) not in entry.source.split(":")
    assert staff_points.taken_back([gift]) == {gift.pk}
