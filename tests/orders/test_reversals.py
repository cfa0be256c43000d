"""Reversals larger than the balance: unused coupons pay first, the rest is a debt."""

from datetime import UTC, datetime, timedelta
from unittest import mock

import pytest
from django.utils import timezone

from saleor_loyalty.models import Account, Coupon, CouponCode, Entry, Member
from tests.paper_saleor import ANNA, BEN, line
from tests.shops import new_version

PAID_AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def paid(paper, settle) -> str:
    """Order 1 of 512.00: 5,120 points, of which 5,000 became a coupon."""
    key = paper.place(1, line(512))
    settle(key)
    return key


def order_due(member: Member | None = None) -> tuple[int, int]:
    """Balance as shoppers see it, and debt."""
    member = member or Member.objects.get(customer_id=ANNA["id"])
    member.refresh_from_db()
    return member.spendable, member.debt


def use_coupon(paper, settle) -> Coupon:
    coupon = Coupon.objects.get()
    settle(paper.place(9, line(0), voucherCode=coupon.code, user=BEN))
    coupon.refresh_from_db()
    assert coupon.status == "USED"
    return coupon


def test_t03_a_full_refund_withdraws_the_unused_coupon(paper, settle, paid):
    paper.charge(paid, 0.0)
    settle(paid)

    assert order_due() == (0, 0)
    assert Account.objects.get().lifetime_points == 0
    assert Coupon.objects.get().status == "WITHDRAWN"
    assert list(Entry.objects.order_by("pk").values_list("kind", "points")) == [
        ("ORDER", 5120),
        ("REWARD", -5000),
        ("REVERSAL", -5120),
        ("REVERSAL", 5000),
    ]


def test_a_withdrawn_coupons_code_is_to_be_disabled_in_the_shop(paper, settle, paid):
    code = Coupon.objects.get().code
    paper.charge(paid, 0.0)
    settle(paid)

    retired = CouponCode.objects.get()
    assert retired.retired_at is not None
    assert retired.code == code
    assert retired.due_at is not None


def test_a_refund_after_the_coupon_was_used_leaves_a_debt_that_later_points_absorb(
    paper, settle, paid
):
    use_coupon(paper, settle)
    paper.charge(paid, 0.0)
    settle(paid)
    assert order_due() == (0, 5000)

    settle(paper.place(2, line(600)))
    assert order_due() == (1000, 0)
    assert Coupon.objects.count() == 1


def test_t08_a_partial_refund_withdraws_the_coupon_and_keeps_the_rest(paper, settle, paid):
    paper.charge(paid, 460.80)
    settle(paid)

    assert order_due() == (4608, 0)


def test_only_as_many_coupons_as_needed_are_withdrawn_newest_first(paper, settle):
    key = paper.place(1, line(1530))
    settle(key)
    paper.charge(key, 1530 - 600.0)
    settle(key)

    assert order_due() == (300 - 6000 + 2 * 5000, 0)
    assert list(Coupon.objects.order_by("pk").values_list("status", flat=True)) == [
        "PENDING",
        "WITHDRAWN",
        "WITHDRAWN",
    ]


def test_a_coupon_that_has_ended_does_not_pay(paper, settle, paid):
    Coupon.objects.update(status="ACTIVE", expires_at=timezone.now() - timedelta(days=1))
    paper.charge(paid, 0.0)
    settle(paid)

    assert order_due() == (0, 5000)


def test_t10_a_withdrawn_coupon_that_was_used_all_the_same_costs_its_points_again(
    paper, settle, paid
):
    paper.charge(paid, 0.0)
    settle(paid)
    use_coupon(paper, settle)

    assert order_due() == (0, 5000)


def test_t13_a_coupon_used_on_an_order_that_is_cancelled_is_issued_anew(paper, settle, paid):
    used = use_coupon(paper, settle)
    code = used.code
    order = next(o for o in paper.orders.values() if o["voucherCode"])
    order["status"] = "CANCELED"
    settle(order["id"])

    used.refresh_from_db()
    assert (used.status, used.used_at, used.used_order_id) == ("PENDING", None, "")
    assert used.current.issue == 2
    assert used.code != code
    assert used.messages.filter(cause=f"coupon:{used.uid}:2", due_at=None).count() == 1
    assert order_due() == (120, 0)


def test_t13_a_cancelled_order_seen_again_issues_no_second_coupon(paper, settle, paid):
    used = use_coupon(paper, settle)
    order = next(o for o in paper.orders.values() if o["voucherCode"])
    order["status"] = "CANCELED"
    settle(order["id"])
    settle(order["id"])

    used.refresh_from_db()
    assert used.current.issue == 2


def test_t13_an_order_that_comes_back_uses_up_the_coupon_issued_for_it(paper, settle, paid):
    used = use_coupon(paper, settle)
    order = next(o for o in paper.orders.values() if o["voucherCode"])
    order["status"] = "CANCELED"
    settle(order["id"])
    order["status"] = "UNFULFILLED"
    settle(order["id"])

    used.refresh_from_db()
    assert (used.status, used.used_order_id) == ("USED", order["id"])
    assert used.current.retired_at is not None
    assert used.current.due_at is not None


def test_t13_a_coupon_given_back_to_a_member_in_debt_pays_the_debt(paper, settle, paid):
    use_coupon(paper, settle)
    paper.charge(paid, 0.0)
    settle(paid)
    assert order_due() == (0, 5000)
    order = next(o for o in paper.orders.values() if o["voucherCode"])
    order["status"] = "CANCELED"
    settle(order["id"])

    coupon = Coupon.objects.get()
    assert order_due() == (0, 0)
    assert coupon.status == "WITHDRAWN"
    assert not coupon.messages.filter(status="PENDING").exists()  # nobody is told of it again


def test_an_order_that_moves_to_another_customer_takes_its_points_along(paper, settle):
    key = paper.place(1, line(100))
    settle(key)
    paper.orders[key]["user"] = BEN
    settle(key)

    assert order_due() == (0, 0)
    assert order_due(Member.objects.get(customer_id=BEN["id"])) == (1000, 0)
    assert list(Entry.objects.order_by("pk").values_list("kind", "points")) == [
        ("ORDER", 1000),
        ("REVERSAL", -1000),
        ("ORDER", 1000),
    ]


def test_an_order_whose_customer_is_deleted_stays_with_its_member(paper, settle):
    key = paper.place(1, line(100))
    settle(key)
    paper.orders[key]["user"] = None
    settle(key)
    assert order_due() == (1000, 0)

    paper.charge(key, 50.0)
    settle(key)
    assert order_due() == (500, 0)


def test_a_blocked_members_new_order_earns_nothing_even_after_they_are_unblocked(
    paper, settle, anna
):
    Member.objects.update(status="BLOCKED")
    key = paper.place(1, line(100))
    settle(key)
    assert order_due() == (0, 0)

    Member.objects.update(status="ACTIVE")
    settle(key)
    assert order_due() == (0, 0)


def test_a_blocked_members_refund_is_taken_back(paper, settle):
    key = paper.place(1, line(100))
    settle(key)
    Member.objects.update(status="BLOCKED")
    paper.charge(key, 40.0)
    settle(key)

    assert order_due() == (400, 0)


def test_a_refund_that_withdraws_a_coupon_does_not_start_the_period_anew(paper, settle, program):
    program.current = new_version(program, expiry_policy="ROLLING", expiry_days=30)
    program.save()
    with mock.patch("django.utils.timezone.now", return_value=PAID_AT):
        key = paper.place(1, line(512))
        settle(key)
    ends = Account.objects.get().expires_at

    with mock.patch("django.utils.timezone.now", return_value=PAID_AT + timedelta(days=20)):
        paper.charge(key, 460.8)
        settle(key)

    assert Account.objects.get().expires_at == ends


def test_a_newly_paid_order_renews_all_points_and_more_for_an_old_one_does_not(
    paper, settle, program
):
    program.current = new_version(program, expiry_policy="ROLLING", expiry_days=30)
    program.save()
    old = paper.place(1, line(100), totalCharged={"amount": 60.0})
    ends = []
    for day, key in enumerate((old, paper.place(2, line(10)), old)):
        with mock.patch("django.utils.timezone.now", return_value=PAID_AT + timedelta(days=day)):
            settle(key)
        ends.append(Account.objects.get().expires_at)
        paper.charge(old, 100.0)

    assert ends == [ends[0], ends[0] + timedelta(days=1), ends[1]]
    assert Member.objects.get().balance == 1100


def test_an_order_that_moves_and_grows_takes_back_before_others_credit(paper, settle):
    later = [{"type": "ORDER_FULLY_PAID", "date": "2026-03-02T10:00:00+00:00"}]
    moving = paper.place(2, line(500), events=later)
    paper.charge(moving, 480.0)
    settle(moving)
    paper.charge(moving, 500.0)
    paper.orders[moving]["user"] = BEN
    settle(moving, paper.place(1, line(20)))

    assert order_due() == (200, 0)
    assert Coupon.objects.filter(member__customer_id=ANNA["id"]).count() == 0


def test_t10_an_order_that_only_names_a_code_has_not_used_it(paper, settle, paid):
    paper.charge(paid, 0.0)
    settle(paid)
    code = Coupon.objects.get().code
    settle(paper.place(9, line(0), voucherCode=code, discounts=[], user=BEN))

    assert Coupon.objects.get().status == "WITHDRAWN"
    assert order_due() == (0, 0)


def test_t04_refunding_an_order_bought_with_a_coupon_takes_that_orders_points_alone(
    paper, settle, paid
):
    coupon = Coupon.objects.get()
    bought = paper.place(2, line(108), voucherCode=coupon.code)
    settle(bought)
    assert order_due() == (1200, 0)

    paper.charge(bought, 54.0)
    settle(bought)
    assert order_due() == (660, 0)
    paper.charge(bought, 0.0)
    settle(bought)
    assert order_due() == (120, 0)

    coupon.refresh_from_db()
    assert (coupon.status, coupon.used_order_id) == ("USED", bought)


def test_a_coupon_that_waited_past_its_days_pays_a_debt(paper, settle, paid):
    Coupon.objects.update(expires_at=timezone.now() - timedelta(days=1))  # and is still PENDING
    paper.charge(paid, 0.0)
    settle(paid)

    assert order_due() == (0, 0)
    assert Coupon.objects.get().status == "WITHDRAWN"
