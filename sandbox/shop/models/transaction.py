"""Payments: transactions, and the reports of the payment provider they are made of."""

import uuid
from decimal import Decimal

from django.db import models
from django.utils import timezone

from sandbox.shop.models.checkout import Checkout
from sandbox.shop.models.order import Order


class Transaction(models.Model):
    """One payment of an order, or of a checkout that becomes one.

    The three amounts follow from its events.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    order = models.ForeignKey(
        Order, on_delete=models.CASCADE, null=True, related_name="transactions"
    )
    checkout = models.ForeignKey(
        Checkout, on_delete=models.SET_NULL, null=True, related_name="transactions"
    )
    name = models.CharField(max_length=512, default="")
    psp_reference = models.CharField(max_length=512, default="")
    currency = models.CharField(max_length=3)
    authorized = models.DecimalField(max_digits=12, decimal_places=2, default=Decimal(0))
    charged = models.DecimalField(max_digits=12, decimal_places=2, default=Decimal(0))
    refunded = models.DecimalField(max_digits=12, decimal_places=2, default=Decimal(0))
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("created_at",)

    def __str__(self) -> str:
        return f"transaction {self.pk}"


class TransactionEvent(models.Model):
    """What the provider reported.

    Events with the same reference belong together: a request and its outcome.
    """

    transaction = models.ForeignKey(Transaction, on_delete=models.CASCADE, related_name="events")
    type = models.CharField(max_length=32)
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    psp_reference = models.CharField(max_length=512, default="")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("created_at", "pk")

    def __str__(self) -> str:
        return f"transaction event {self.pk}"
