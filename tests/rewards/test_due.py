"""Coupons that are due to be made, codes that are due to be retired: of which shops, and which."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from saleor_loyalty.models import Coupon, RetiredCode, Shop
from saleor_loyalty.rewards import coupons, retirement
from tests.paper_saleor import line
from tests.shops import new_program, new_shop

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


def retired(coupon: Coupon, code: str, **fields: object) -> RetiredCode:
    return RetiredCode.objects.create(
        **{"shop": coupon.shop, "coupon": coupon, "code": code, "due_at": timezone.now(), **fields}
    )


@pytest.mark.parametrize("change", [LATER, {"status": "ACTIVE"}], ids=["later", "made"])
def test_a_shop_has_coupons_to_make_only_while_some_are_pending_and_due(
    shop, other, coupon, change
):
    assert coupons.shops_with_work() == [shop]

    Coupon.objects.update(**change)

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


def test_a_coupon_that_is_not_pending_is_not_taken_up(shop, coupon):
    Coupon.objects.update(status="ACTIVE")

    assert coupons.mint_due(shop) == 0
    assert Coupon.objects.get().attempts == 0


def test_a_shop_has_codes_to_retire_only_while_some_are_due(shop, other, coupon):
    retired(coupon, "A")
    assert retirement.shops_with_work() == [shop]

    RetiredCode.objects.update(**LATER)

    assert retirement.shops_with_work() == []


def test_a_shop_retires_no_code_of_another(coupon, other):
    retired(coupon, "A")

    assert retirement.retire_due(other) == 0
    assert RetiredCode.objects.get().due_at is not None


def test_a_former_code_is_given_up_though_its_coupons_new_one_is_just_being_made(shop, coupon):
    Coupon.objects.update(due_at=timezone.now() + timedelta(minutes=1))
    retired(coupon, "FORMER")

    retirement.retire_due(shop)

    assert RetiredCode.objects.get().due_at is None


def test_of_all_codes_only_the_one_whose_voucher_was_made_after_all_is_looked_for_again(
    shop, coupon, other
):
    for its_shop, code in ((shop, "MADE"), (shop, "OTHER"), (other, "MADE")):
        retired(coupon, code, shop=its_shop, due_at=None)

    retirement.retire_again(shop_id=shop.pk, code="MADE")

    due = RetiredCode.objects.exclude(due_at=None)
    assert list(due.values_list("shop", "code")) == [(shop.pk, "MADE")]


def test_a_code_that_is_looked_for_again_has_all_its_tries_and_no_error(shop, coupon):
    retired(coupon, "MADE", due_at=None, attempts=5, error="down")

    retirement.retire_again(shop_id=shop.pk, code="MADE")

    again = RetiredCode.objects.get()
    assert (again.attempts, again.error) == (0, "")
