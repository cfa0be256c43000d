"""The signal by which others hear of coupons; see docs/extending.md."""

from saleor_loyalty.database.signals import RowSignal
from saleor_loyalty.models import Coupon

coupon_issued = RowSignal(Coupon, "coupon")  # whose code may still be made in the shop
