"""What minting does where Saleor, or time, was in its way: each condition by itself."""

from datetime import timedelta

import pytest
from django.utils import timezone

from saleor_loyalty.models import Coupon, CouponCode
from saleor_loyalty.rewards import coupons
from saleor_loyalty.saleor_api.client import Saleor
from saleor_loyalty.saleor_api.transport import SaleorForbade, SaleorRefused
from tests.paper_saleor import JUICE, line
from tests.rewards.conftest import mint
from tests.shops import new_version


def earlier_try(paper, coupon) -> None:
    """A voucher was made, and then the worker died."""
    Saleor(paper).create_voucher(name="x", code=coupon.code, percentage=True, ends_at=None)


def test_a_coupon_that_has_days_left_keeps_its_end(paper, coupon):
    end = timezone.now() + timedelta(days=1)
    Coupon.objects.update(expires_at=end)
    coupon.refresh_from_db()

    mint(paper, coupon)

    assert Coupon.objects.get().expires_at == end


def test_a_coupon_that_is_made_at_last_says_no_more_why_it_was_not(paper, coupon):
    CouponCode.objects.update(error="down")

    mint(paper, coupon)

    assert CouponCode.objects.get().error == ""


def test_a_voucher_on_the_whole_order_that_an_earlier_try_made_is_limited_to_nothing(paper, coupon):
    earlier_try(paper, coupon)

    mint(paper, coupon)

    assert "voucher_list_in_channels" in paper.calls
    assert "voucher_limit" not in paper.calls


def test_a_code_that_is_taken_by_no_voucher_is_said_to_be(paper, coupon):
    earlier_try(paper, coupon)
    paper.before["voucher_by_code"] = paper.vouchers.clear

    with pytest.raises(SaleorRefused, match="its code is taken, yet no voucher has it"):
        mint(paper, coupon)


def test_a_coupon_on_the_whole_order_that_is_refused_says_why_and_not_that_it_is_limited(
    paper, coupon
):
    paper.refuses = "voucher_create"

    with pytest.raises(SaleorRefused, match="Cannot query field"):
        mint(paper, coupon)


def test_a_shop_that_forbids_vouchers_is_not_asked_what_is_left_of_its_goods(
    paper, program, settle
):
    program.current = new_version(program, limited_to=[JUICE])
    program.save()
    settle(paper.place(1, line(512)))

    def forbid() -> None:
        raise SaleorForbade("MANAGE_DISCOUNTS")

    paper.before["voucher_create"] = forbid

    with pytest.raises(SaleorForbade):
        mint(paper, Coupon.objects.get())
    assert "catalogue" not in paper.calls


@pytest.mark.usefixtures("connected")
def test_logs_call_a_coupon_by_its_uid(paper, shop, coupon, caplog):
    paper.down = True

    coupons.mint_due(shop)

    assert f"Coupon {coupon.uid} not minted" in caplog.text
