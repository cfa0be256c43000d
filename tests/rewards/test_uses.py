"""Which orders use which coupons, and which coupons staff may take back: condition by condition."""

from datetime import timedelta

import pytest
from django.utils import timezone

from saleor_loyalty import proof
from saleor_loyalty.members import reasons
from saleor_loyalty.models import AuditAction, AuditRecord, Coupon, CouponCode, Member
from saleor_loyalty.problems import Refused
from saleor_loyalty.rewards import coupons, withdrawal
from saleor_loyalty.saleor_api.facts import Order
from tests.accounts import entries_of
from tests.coupons import make_vouchers
from tests.paper_saleor import line
from tests.shops import new_program, new_shop


@pytest.fixture
def coupon(paper, settle) -> Coupon:
    settle(paper.place(1, line(512)))
    make_vouchers()
    return Coupon.objects.get()


@pytest.fixture
def other(db):
    other = new_shop("https://other.example.com/graphql/")
    new_program(other)
    return other


def naming(paper, code: str) -> list[Order]:
    return [Order.from_json(paper.orders[paper.place(2, line(10), voucherCode=code)])]


def found(shop, orders: list[Order]) -> tuple[int, int]:
    """How many coupons and codes are read for orders."""
    those, codes = coupons.named_by(shop, orders)
    return those.count(), codes.count()


def test_orders_name_the_coupons_of_their_own_shop_alone(paper, shop, coupon, other):
    CouponCode.objects.create(
        shop=shop, coupon=coupon, issue=0, code="FORMER", retired_at=timezone.now()
    )

    assert found(other, naming(paper, coupon.code)) == (0, 0)
    assert found(other, naming(paper, "FORMER")) == (0, 0)


def test_an_order_that_names_a_former_code_names_its_coupon(paper, shop, coupon):
    CouponCode.objects.create(
        shop=shop, coupon=coupon, issue=0, code="FORMER", retired_at=timezone.now()
    )

    assert found(shop, naming(paper, "FORMER")) == (1, 1)


def test_an_order_that_is_called_off_makes_room_for_one_that_used_the_code_before_we_looked(
    paper, settle, coupon
):
    """Though the one that lives comes first among the orders that are looked at."""
    gone = paper.place(3, line(10), voucherCode=coupon.code)
    settle(gone)
    paper.orders[gone]["status"] = "CANCELED"
    alive = paper.place(2, line(10), voucherCode=coupon.code)

    settle(alive, gone)

    coupon.refresh_from_db()
    assert (coupon.status, coupon.used_order_id) == ("USED", alive)


def test_a_used_coupon_stays_with_its_first_order_when_another_that_names_it_is_called_off(
    paper, settle, coupon
):
    first = paper.place(2, line(10), voucherCode=coupon.code)
    settle(first)

    settle(paper.place(3, line(10), voucherCode=coupon.code, status="CANCELED"))

    coupon.refresh_from_db()
    assert (coupon.status, coupon.used_order_id, coupon.current.issue) == ("USED", first, 1)


def test_a_used_coupon_stays_with_its_first_order_when_another_names_it(paper, settle, coupon):
    first = paper.place(2, line(10), voucherCode=coupon.code)
    settle(first)

    settle(paper.place(3, line(10), voucherCode=coupon.code))

    coupon.refresh_from_db()
    assert (coupon.status, coupon.used_order_id) == ("USED", first)


def withdraw(shop, coupon, reason: str = "a mistake") -> Coupon:
    return withdrawal.withdraw(shop=shop, coupon_id=coupon.pk, reason=reason, actor="Sam")


def test_a_coupon_is_not_withdrawn_for_a_blank_reason(shop, coupon):
    with pytest.raises(Refused, match="Say why"):
        withdraw(shop, coupon, reason=" \n")


def test_a_shop_withdraws_no_coupon_of_another(coupon, other):
    with pytest.raises(Refused, match="The shop has no coupon"):
        withdraw(other, coupon)


def test_a_coupon_that_was_withdrawn_gives_its_points_back_once(shop, coupon):
    withdraw(shop, coupon)

    again = withdraw(shop, coupon)

    assert again.status == "WITHDRAWN"
    assert entries_of(again.member).filter(kind="REVERSAL").count() == 1


@pytest.mark.parametrize("is_used", [True, False], ids=["used", "over"])
def test_a_coupon_that_is_used_or_over_is_not_withdrawn(shop, coupon, is_used):
    now = timezone.now()
    if is_used:
        Coupon.objects.update(status="USED", used_at=now)
    else:
        Coupon.objects.update(expires_at=now - timedelta(seconds=1))

    with pytest.raises(Refused, match="used or over"):
        withdraw(shop, coupon)


def test_a_reason_is_kept_without_the_space_around_it_and_not_longer_than_there_is_room(
    shop, coupon
):
    withdraw(shop, coupon, reason="  " + "x" * 600)

    assert entries_of(coupon.member).latest("pk").reason == "x" * reasons.LONGEST


def forfeit(shop, coupon) -> Coupon:
    return withdrawal.withdraw(
        shop=shop, coupon_id=coupon.pk, reason="Sold on", actor="Sam", return_points=False
    )


def test_a_coupon_is_withdrawn_without_its_points(shop, coupon):
    before = coupon.member.balance
    history = entries_of(coupon.member).count()

    withdrawn = forfeit(shop, coupon)

    assert (withdrawn.status, withdrawn.forfeited) == ("WITHDRAWN", True)
    assert (withdrawn.withdrawn_by, withdrawn.withdrawal_reason) == ("Sam", "Sold on")
    assert CouponCode.objects.get(coupon=coupon).retired_at is not None
    assert Member.objects.get(pk=coupon.member_id).balance == before
    assert entries_of(coupon.member).count() == history
    assert list(proof.differences()) == []


def test_who_withdrew_a_coupon_without_its_points_and_why_is_kept(shop, coupon):
    forfeit(shop, coupon)

    record = AuditRecord.objects.get()
    assert (record.action, record.detail) == (AuditAction.COUPON_FORFEITED, str(coupon.uid))
    assert (record.member, record.actor, record.reason) == (coupon.member, "Sam", "Sold on")


def test_a_forfeited_coupon_that_was_used_all_the_same_costs_nothing_again(
    paper, settle, shop, coupon
):
    forfeit(shop, coupon)
    history = entries_of(coupon.member).filter(kind="REWARD").count()

    settle(paper.place(2, line(0), voucherCode=coupon.code))

    coupon.refresh_from_db()
    assert (coupon.status, coupon.forfeited, coupon.withdrawal_reason) == ("USED", False, "")
    assert entries_of(coupon.member).filter(kind="REWARD").count() == history
    assert list(proof.differences()) == []


def test_a_withdrawn_coupon_forfeits_nothing_afterwards(shop, coupon):
    withdraw(shop, coupon)

    assert forfeit(shop, coupon).forfeited is False
    assert not AuditRecord.objects.exists()
