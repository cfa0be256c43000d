"""Carts."""

import uuid

from django.db import models

from sandbox.shop.models.catalogue import Channel, Product
from sandbox.shop.models.user import User


class Checkout(models.Model):
    """A cart on its way to becoming an order.

    Without `user` it is a guest's, known by `email` alone.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="checkouts")
    email = models.EmailField(default="")
    voucher_code = models.CharField(max_length=255, null=True)  # noqa: DJ001  # null is what Saleor answers
    has_delivery = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"checkout {self.pk}"


class CheckoutLine(models.Model):
    """So many pieces of a product in a cart."""

    checkout = models.ForeignKey(Checkout, on_delete=models.CASCADE, related_name="lines")
    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="+")
    quantity = models.PositiveIntegerField()

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(
                fields=("checkout", "product"), name="shop_one_line_per_product"
            )
        ]

    def __str__(self) -> str:
        return f"checkout line {self.pk}"
