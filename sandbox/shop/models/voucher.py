"""Vouchers, their codes, and what they are worth in which channel."""

from decimal import Decimal

from django.db import models
from django.utils import timezone

from sandbox.shop.models.catalogue import Category, Channel, Collection, Product


class Voucher(models.Model):
    """A discount on the entire order, or on specific products.

    Without a listing in a channel it does nothing there.
    """

    class Type(models.TextChoices):
        ENTIRE_ORDER = "ENTIRE_ORDER"
        SPECIFIC_PRODUCT = "SPECIFIC_PRODUCT"

    class ValueType(models.TextChoices):
        PERCENTAGE = "PERCENTAGE"
        FIXED = "FIXED"

    name = models.CharField(max_length=255, null=True)  # noqa: DJ001  # null is what Saleor answers
    type = models.CharField(max_length=16, choices=Type, default=Type.ENTIRE_ORDER)
    products = models.ManyToManyField(Product, related_name="+")
    collections = models.ManyToManyField(Collection, related_name="+")
    categories = models.ManyToManyField(Category, related_name="+")
    apply_once_per_order = models.BooleanField(default=False)
    discount_value_type = models.CharField(
        max_length=10, choices=ValueType, default=ValueType.FIXED
    )
    start_date = models.DateTimeField(default=timezone.now)
    end_date = models.DateTimeField(null=True)
    single_use = models.BooleanField(default=False)
    usage_limit = models.PositiveIntegerField(null=True)

    def __str__(self) -> str:
        return f"voucher {self.pk}"


class VoucherCode(models.Model):
    """A code that gives its voucher's discount.

    `used` counts only where the voucher has a limit; a single use switches the code off.
    """

    voucher = models.ForeignKey(Voucher, on_delete=models.CASCADE, related_name="codes")
    code = models.CharField(max_length=255, unique=True)
    used = models.PositiveIntegerField(default=0)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"voucher code {self.pk}"


class VoucherListing(models.Model):
    """What a voucher is worth in a channel: percent, or an amount in the channel's currency."""

    voucher = models.ForeignKey(Voucher, on_delete=models.CASCADE, related_name="listings")
    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="+")
    discount_value = models.DecimalField(max_digits=12, decimal_places=3, default=Decimal(0))
    min_spent = models.DecimalField(max_digits=12, decimal_places=2, null=True)

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(
                fields=("voucher", "channel"), name="shop_one_listing_per_channel"
            )
        ]

    def __str__(self) -> str:
        return f"voucher listing {self.pk}"
