"""The signal by which others hear of coupons; see docs/extending.md."""

from collections.abc import Sequence

from django.db import transaction
from django.dispatch import Signal

from saleor_loyalty.models import Coupon

# Sent with each new `coupon`, once its transaction is committed; its code may still be made in the
# shop. What a receiver raises is logged.
coupon_issued = Signal()


def announce(coupons: Sequence[Coupon]) -> None:
    """Have receivers called with coupons once they are committed."""
    if coupon_issued.has_listeners(Coupon):
        transaction.on_commit(
            lambda: [coupon_issued.send_robust(Coupon, coupon=each) for each in coupons]
        )
