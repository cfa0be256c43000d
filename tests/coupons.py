"""Coupons as rows, with their codes: what tests begin with that need no ledger to issue them."""

from typing import Any

from django.utils import timezone

from saleor_loyalty.models import TO_MAKE, Coupon, CouponCode, CouponStatus


def new_coupon(*, code: str, **fields: Any) -> Coupon:
    """A coupon with its first code; one that is not PENDING has a voucher."""
    coupon = Coupon.objects.create(**fields)
    is_pending = coupon.status == CouponStatus.PENDING
    CouponCode.objects.create(
        shop=coupon.shop,
        coupon=coupon,
        code=code,
        made_at=None if is_pending else coupon.issued_at,
        due_at=coupon.issued_at if is_pending else None,
    )
    return coupon


def make_vouchers() -> None:
    """All coupons that are on their way have their vouchers: they can be used."""
    CouponCode.objects.filter(TO_MAKE).update(made_at=timezone.now(), due_at=None)
    Coupon.objects.filter(status=CouponStatus.PENDING).update(status=CouponStatus.ACTIVE)
