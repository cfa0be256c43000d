"""Coupons that are due to be made, codes that are due to be retired: of which shops, and which."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from saleor_loyalty.models import Coupon, CouponCode, Shop
from saleor_loyalty.rewards import coupons, retirement
from tests.paper_saleor import line
from tests.shops import LONG_AGO, new_program, new_shop

LATER = {"due_at": datetime(2100, 1, 1, tzinfo=UTC)}


@pytest.fixture
def coupon(paper, settle, connected) -> Coupon:
    """Still PENDING: no worker has been there yet."""
    settle(paper.place(1, line(512)))
    return Coupon.objects.get()


@pytest.fixture
def other(db) -> Shop:
    """Another shop, whose programme is on, and which has no coupons."""
    other = new_shop("https://other.example.com/graphql/")
    new_program(other)
    return other


def retired(coupon: Coupon, code: str, **fields: object) -> CouponCode:
    now = timezone.now()
    values = {"shop": coupon.shop, "coupon": coupon, "due_at": now, "retired_at": now}
    return CouponCode.objects.create(
        **{**values, "code": code, "issue": 2 + coupon.codes.count(), **fields}
    )


@pytest.mark.parametrize(
    "change",
    [LATER, {"due_at": None}, {"made_at": LONG_AGO}, {"retired_at": LONG_AGO}],
    ids=["later", "never", "made", "retired"],
)
def test_a_shop_has_coupons_to_make_only_while_some_are_pending_and_due(
    shop, other, coupon, change
):
    assert coupons.shops_with_work() == [shop]

    CouponCode.objects.update(**change)

    assert coupons.shops_with_work() == []


def test_a_shop_that_left_has_no_coupons_to_make(shop, coupon):
    Shop.objects.update(is_active=False)

    assert coupons.shops_with_work() == []


def test_coupons_of_a_programme_that_was_just_switched_off_are_not_made(
    paper, shop, program, coupon
):
    program.is_active = False
    program.save()

    assert coupons.mint_due(shop) == 0
    assert paper.vouchers == {}


def test_a_shop_makes_no_coupon_of_another(paper, coupon, other):
    assert coupons.mint_due(other) == 0
    assert paper.vouchers == {}


@pytest.mark.parametrize("moment", ["made_at", "retired_at"])
def test_a_code_that_is_made_or_retired_is_not_taken_up(shop, coupon, moment):
    CouponCode.objects.update(**{moment: LONG_AGO})

    assert coupons.mint_due(shop) == 0
    assert CouponCode.objects.get().attempts == 0


def test_a_shop_has_codes_to_retire_only_while_some_are_due(shop, other, coupon):
    retired(coupon, "A")
    assert retirement.shops_with_work() == [shop]

    CouponCode.objects.update(**LATER)

    assert retirement.shops_with_work() == []


def test_a_shop_retires_no_code_of_another(coupon, other):
    retired(coupon, "A")

    assert retirement.retire_due(other) == 0
    assert CouponCode.objects.get(code="A").due_at is not None


def test_a_former_code_is_given_up_though_its_coupons_new_one_is_just_being_made(shop, coupon):
    CouponCode.objects.update(due_at=timezone.now() + timedelta(minutes=1))
    retired(coupon, "FORMER")

    retirement.retire_due(shop)

    assert CouponCode.objects.get(code="FORMER").due_at is None


def test_a_code_that_is_still_to_open_something_is_not_retired(paper, shop, coupon):
    assert retirement.shops_with_work() == []
    assert retirement.retire_due(shop) == 0
    assert paper.calls.count("voucher_by_code") == 0


def test_a_code_is_looked_for_until_nobody_can_make_its_voucher_any_more(shop, coupon):
    now = timezone.now()
    soon = now + timedelta(minutes=1)
    retired(coupon, "BEING MADE", sought_until=soon)
    retired(coupon, "GIVEN UP", sought_until=now)

    retirement.retire_due(shop)

    assert CouponCode.objects.get(code="BEING MADE").due_at == soon
    assert CouponCode.objects.get(code="GIVEN UP").due_at is None


def test_of_all_codes_only_the_one_whose_voucher_was_made_after_all_is_looked_for_again(coupon):
    made, _other = (retired(coupon, code, due_at=None) for code in ("MADE", "OTHER"))

    retirement.retire_again(made)

    due = CouponCode.objects.filter(retired_at__isnull=False).exclude(due_at=None)
    assert list(due) == [made]


def test_a_code_that_was_never_retired_is_not_looked_for(coupon):
    CouponCode.objects.update(due_at=None)

    retirement.retire_again(coupon.current)

    assert CouponCode.objects.get().due_at is None


def test_a_code_that_is_looked_for_again_has_all_its_tries_and_no_error(coupon):
    again = retired(coupon, "MADE", due_at=None, attempts=5, error="down")

    retirement.retire_again(again)

    again.refresh_from_db()
    assert (again.attempts, again.error) == (0, "")
