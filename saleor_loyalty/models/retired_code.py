"""A coupon code that must not open a discount any more."""

from django.db import models

from saleor_loyalty.models.coupon import Coupon
from saleor_loyalty.models.shop import Shop


class RetiredCode(models.Model):
    """A code its coupon had: withdrawn, or replaced by a new one when its order was cancelled.

    Its voucher is deleted in Saleor when `due_at` comes; null once that is done, or when there is
    nothing to do. Kept, so that an order placed with the code is still known by it.
    """

    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="+")
    coupon = models.ForeignKey(Coupon, on_delete=models.PROTECT, related_name="retired_codes")
    code = models.CharField(max_length=40)
    due_at = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["shop", "code"], name="saleor_loyalty_code_retired_once"
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=models.Q(due_at__isnull=False),
                name="saleor_loyalty_code_to_retire",
            ),
        ]

    def __str__(self) -> str:
        return f"retired code {self.pk}"
