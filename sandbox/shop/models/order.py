"""Orders, what is in them and what has happened to them."""

import uuid
from decimal import Decimal

from django.db import models
from django.utils import timezone

from sandbox.shop.models.catalogue import Channel, Product
from sandbox.shop.models.user import User


class Order(models.Model):
    """An order, or the draft of one.

    `total_charged` is net of refunds and chargebacks; `total_refunded` only ever rises.
    """

    class Status(models.TextChoices):
        DRAFT = "DRAFT"
        UNFULFILLED = "UNFULFILLED"
        CANCELED = "CANCELED"
        PARTIALLY_RETURNED = "PARTIALLY_RETURNED"
        RETURNED = "RETURNED"

    class Charge(models.TextChoices):
        NONE = "NONE"
        PARTIAL = "PARTIAL"
        FULL = "FULL"
        OVERCHARGED = "OVERCHARGED"

    class Origin(models.TextChoices):
        CHECKOUT = "CHECKOUT"
        DRAFT = "DRAFT"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.PositiveIntegerField(unique=True)
    status = models.CharField(max_length=18, choices=Status, default=Status.UNFULFILLED)
    origin = models.CharField(max_length=8, choices=Origin, default=Origin.CHECKOUT)
    charge_status = models.CharField(max_length=11, choices=Charge, default=Charge.NONE)
    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="orders")
    user = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="orders")
    user_email = models.EmailField()
    language_code = models.CharField(max_length=35, default="EN")
    voucher_code = models.CharField(max_length=255, null=True)  # noqa: DJ001  # null is what Saleor answers
    discount = models.DecimalField(max_digits=12, decimal_places=2, default=Decimal(0))
    is_discount_on_lines = models.BooleanField(default=False)
    shipping_price = models.DecimalField(max_digits=12, decimal_places=2)
    total = models.DecimalField(max_digits=12, decimal_places=2)
    total_charged = models.DecimalField(max_digits=12, decimal_places=2, default=Decimal(0))
    total_refunded = models.DecimalField(max_digits=12, decimal_places=2, default=Decimal(0))
    created = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(auto_now=True, db_index=True)

    def __str__(self) -> str:
        return f"order {self.number}"

    @property
    def is_fully_charged(self) -> bool:
        return self.charge_status in {self.Charge.FULL, self.Charge.OVERCHARGED}


class OrderLine(models.Model):
    """So many pieces of a product, and their price with tax, before and after the discount."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField()
    product = models.ForeignKey(Product, on_delete=models.SET_NULL, null=True, related_name="+")
    product_name = models.CharField(max_length=250)
    quantity = models.PositiveIntegerField()
    undiscounted_total = models.DecimalField(max_digits=12, decimal_places=2)
    total = models.DecimalField(max_digits=12, decimal_places=2)

    class Meta:
        ordering = ("position",)

    def __str__(self) -> str:
        return f"order line {self.pk}"


class OrderEvent(models.Model):
    """One line of an order's history, under Saleor's name for it."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="events")
    type = models.CharField(max_length=64)
    date = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("date", "pk")

    def __str__(self) -> str:
        return f"order event {self.pk}"
