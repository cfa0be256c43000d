"""The codes of a coupon, one after the other: at most one of them opens a discount."""

from django.db import models
from django.db.models import OuterRef, QuerySet, Subquery

from saleor_loyalty.models.coupon import Coupon
from saleor_loyalty.models.shop import Shop

TO_MAKE = models.Q(made_at=None, retired_at=None)


class CouponCode(models.Model):
    """One issue of a coupon: its code, and the voucher that has it in Saleor.

    The code is chosen with the row, before Saleor hears of it, so that a voucher made just before
    a crash is found again by its code. A coupon that is issued anew gets a row more; all but the
    last are retired, and that one too once the coupon was withdrawn. Kept, so that an order placed
    with a former code is still known by it.

    `due_at` says when a worker may try what is still to be done in Saleor, or that one is at it
    until then: to make the voucher, or, of a retired code, to delete it. Null: nothing is.
    """

    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="+")
    coupon = models.ForeignKey(Coupon, on_delete=models.PROTECT, related_name="codes")
    issue = models.PositiveIntegerField(default=1, help_text="Counts up from 1 in a coupon.")
    code = models.CharField(max_length=40)
    voucher_id = models.CharField(max_length=64, blank=True, help_text="Saleor's global id.")
    made_at = models.DateTimeField(null=True, help_text="Since when its voucher is known of.")
    retired_at = models.DateTimeField(null=True, help_text="When it was to open nothing any more.")
    sought_until = models.DateTimeField(
        null=True,
        help_text="Of one retired before it was made: until when a worker may still make it.",
    )
    due_at = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["shop", "code"], name="saleor_loyalty_code_once"),
            models.UniqueConstraint(
                fields=["coupon", "issue"], name="saleor_loyalty_one_code_per_issue"
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=TO_MAKE & models.Q(due_at__isnull=False),
                name="saleor_loyalty_code_to_make",
            ),
            models.Index(
                fields=["due_at"],
                condition=models.Q(retired_at__isnull=False, due_at__isnull=False),
                name="saleor_loyalty_code_to_retire",
            ),
        ]

    def __str__(self) -> str:
        return f"code {self.pk}"

    @property
    def cause(self) -> str:
        """Names this issue of the coupon as the cause of entries, and of a reissue's messages.

        Reads `coupon`: select it along.
        """
        return f"coupon:{self.coupon.uid}:{self.issue}"


def with_code(coupons: QuerySet[Coupon]) -> QuerySet[Coupon]:
    """Coupons with the `code` of each read along, by the same statement."""
    codes = CouponCode.objects.filter(coupon=OuterRef("pk")).order_by("-issue")
    return coupons.annotate(code_now=Subquery(codes.values("code")[:1]))
