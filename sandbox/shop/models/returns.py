"""What of an order came back, and what staff granted to pay back for it."""

from django.db import models
from django.utils import timezone

from sandbox.shop.models.order import Order, OrderLine


class Fulfillment(models.Model):
    """Pieces that came back: nothing here is ever sent."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="fulfillments")
    status = models.CharField(max_length=32, default="RETURNED")
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"fulfillment {self.pk}"


class FulfillmentLine(models.Model):
    """So many pieces of a line."""

    fulfillment = models.ForeignKey(Fulfillment, on_delete=models.CASCADE, related_name="lines")
    order_line = models.ForeignKey(
        OrderLine, on_delete=models.CASCADE, related_name="fulfillment_lines"
    )
    quantity = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"fulfillment line {self.pk}"


class GrantedRefund(models.Model):
    """A refund that staff granted. Whether it was paid is told by the transactions alone."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="granted_refunds")
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    shipping_costs_included = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"granted refund {self.pk}"


class GrantedRefundLine(models.Model):
    """So many pieces of a line."""

    refund = models.ForeignKey(GrantedRefund, on_delete=models.CASCADE, related_name="lines")
    order_line = models.ForeignKey(OrderLine, on_delete=models.CASCADE, related_name="+")
    quantity = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"granted refund line {self.pk}"
