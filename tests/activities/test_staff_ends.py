"""Points by staff at the very ends of what is taken, and what goes with them or not at all."""

import pytest
from django.db.models import Sum

from saleor_loyalty.activities import staff_points
from saleor_loyalty.members import announcements
from saleor_loyalty.models import Account, Coupon, Entry, Lot, Member, Message
from saleor_loyalty.problems import ErrorCode, Problem, Refused
from tests.accounts import account_of
from tests.paper_saleor import ANNA
from tests.shops import new_version


@pytest.fixture
def act(shop, program, anna):
    """Has staff `give` or `adjust` points, to Anna unless told otherwise."""

    def act(verb, points: int, **changes) -> Entry:
        action = {"customer_id": ANNA["id"], "points": points, "reason": "Sorry", "actor": "Sam"}
        return verb(shop=shop, **{**action, **changes})

    return act


@pytest.fixture
def refused(act):
    """Why an action is refused; nothing is posted by it."""

    def refused(verb, points: int, **changes) -> Problem:
        before = Entry.objects.count()
        with pytest.raises(Refused) as refusal:
            act(verb, points, **changes)
        assert Entry.objects.count() == before
        (problem,) = refusal.value.problems
        return problem

    return refused


def balance() -> int:
    return Member.objects.get().balance


# ---------------------------------------------------------------- how much, and why


@pytest.mark.parametrize("points", [1, 1_000_000])
@pytest.mark.parametrize("verb", [staff_points.give, staff_points.adjust])
def test_the_fewest_and_the_most_points_are_taken(act, program, verb, points):
    program.current = new_version(program, threshold=5_000_000)
    program.save()

    assert act(verb, points).points == points


@pytest.mark.parametrize("points", [-1, -1_000_000])
def test_the_fewest_and_the_most_points_are_taken_away(act, program, points):
    program.current = new_version(program, threshold=5_000_000)
    program.save()
    act(staff_points.give, 1_000_000)

    assert act(staff_points.adjust, points).points == points


@pytest.mark.parametrize("key", ["k", "k" * 200])
def test_the_shortest_and_the_longest_key_are_keys(act, key):
    assert act(staff_points.give, 5, idempotency_key=key) == act(
        staff_points.give, 5, idempotency_key=key
    )


def test_gifts_without_a_key_are_as_many_as_are_given(act):
    act(staff_points.give, 5)
    act(staff_points.give, 5)

    assert balance() == 10


def test_a_small_correction_upwards_is_taken_by_a_member_who_owes_more(act, anna):
    account_of(anna, balance=-500)

    act(staff_points.adjust, 100)

    assert balance() == -400


def test_a_member_who_is_blocked_and_inactive_is_said_to_be_blocked(refused):
    Member.objects.update(status="BLOCKED", customer_is_active=False)

    assert refused(staff_points.give, 5).message == "This member is blocked and takes no points."


@pytest.mark.parametrize("points", [5, -5])
def test_before_the_first_rules_there_is_nothing_to_give_by(refused, program, points):
    program.current = None
    program.save()

    assert refused(staff_points.adjust, points).code == ErrorCode.PROGRAM_INACTIVE


# ---------------------------------------------------------------- how many coupons


@pytest.mark.parametrize(
    ("before", "points", "brings"),
    [(0, 10_000, 2), (0, 14_999, 2), (0, 15_000, 3), (4_999, 10_001, 3), (4_999, 10_000, 2)],
)
def test_one_gift_brings_so_many_coupons_and_none_too_many(
    act, refused, anna, settings, before, points, brings
):
    settings.LOYALTY_COUPONS_AT_ONCE = 2
    account_of(anna, balance=before)

    if brings > 2:
        assert refused(staff_points.give, points).code == ErrorCode.OUT_OF_RANGE
    else:
        act(staff_points.give, points)
        assert Coupon.objects.count() == brings


def test_coupons_that_are_to_come_already_are_not_the_gifts(act, anna, settings):
    settings.LOYALTY_COUPONS_AT_ONCE = 1
    account_of(anna, balance=5_000)  # the rest of an order that brings many

    act(staff_points.give, 5_000)

    assert Member.objects.get().balance == 5_000


def test_a_correction_may_bring_more_coupons_than_a_gift(act, settings):
    settings.LOYALTY_COUPONS_AT_ONCE = 1

    act(staff_points.adjust, 10_000)

    assert Coupon.objects.count() == 1
    assert Account.objects.get().rewards_to_come


# ---------------------------------------------------------------- what goes with it


def test_a_gift_has_its_message_sent_at_once_and_a_correction_has_none(act, monkeypatch):
    woken: list[str] = []
    monkeypatch.setattr(staff_points, "wake", woken.append)

    act(staff_points.adjust, 5)
    assert woken == []
    act(staff_points.give, 5)
    assert woken == ["send_messages"]


def test_a_gift_that_cannot_be_told_of_is_not_given(act, monkeypatch):
    def fail(_entry: Entry) -> None:
        raise RuntimeError("no disk")

    monkeypatch.setattr(announcements, "of_gift", fail)
    with pytest.raises(RuntimeError, match="no disk"):
        act(staff_points.give, 5)

    assert (balance(), Entry.objects.count(), Message.objects.count()) == (0, 0, 0)


# ---------------------------------------------------------------- taking back


def take_back(gift: Entry, reason: str = "A slip") -> Entry:
    return staff_points.take_back(gift, reason=reason, actor="Sam")


def test_of_several_gifts_the_one_that_was_taken_back_is_told(act):
    first, second = act(staff_points.give, 5), act(staff_points.give, 5)

    entry = take_back(second)

    assert entry.reverses == second
    assert staff_points.taken_back([first, second]) == {second.pk}
    assert staff_points.taken_back([first]) == frozenset()


def test_a_gift_that_is_taken_back_takes_its_own_points(act):
    """And not those that came first."""
    first, second = act(staff_points.give, 300), act(staff_points.give, 200)

    take_back(second)

    left = Lot.objects.values("entry").annotate(left=Sum("remaining")).order_by("entry")
    assert [(row["entry"], row["left"]) for row in left] == [(first.pk, 300), (second.pk, 0)]


@pytest.mark.parametrize("reason", ["A slip", "Another reason"])
def test_t30_what_was_taken_back_once_is_refused_whatever_the_reason(act, reason):
    gift = act(staff_points.give, 5)
    act(staff_points.give, 5)
    take_back(gift)

    with pytest.raises(Refused) as refusal:
        take_back(gift, reason)

    (problem,) = refusal.value.problems
    assert (problem.field, problem.code) == ("gift", ErrorCode.DUPLICATE)
    assert balance() == 5
