"""By what a customer's orders were last looked for: while it stays, none can have become theirs."""

from django.db import models

from saleor_loyalty.models.shop import Shop


class FollowedCustomer(models.Model):
    """A customer, member or not, all of whose orders were marked.

    Saleor gives guests' orders to a customer on confirmation and with a new email alone; either
    changes the fingerprint. So does setting them active again: what they paid for meanwhile waits.
    """

    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="+")
    customer_id = models.CharField(max_length=64, help_text="Saleor's global id of the customer.")
    fingerprint = models.CharField(
        max_length=64, help_text="Equal while email, confirmation and activity stay."
    )
    is_active = models.BooleanField(
        default=True, db_default=True, help_text="When last seen; else the walk looks again."
    )
    orders_wait = models.BooleanField(
        default=False,
        db_default=False,
        help_text="They have paid, and get no points until their email is confirmed.",
    )
    since = models.DateTimeField(help_text="When the fingerprint was first seen.")
    followed_at = models.DateTimeField(help_text="When all orders were last looked for.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["shop", "customer_id"], name="saleor_loyalty_followed_once"
            ),
        ]
        indexes = [
            models.Index(
                "shop", condition=models.Q(is_active=False), name="saleor_loyalty_not_active"
            ),
            models.Index(
                "shop", condition=models.Q(orders_wait=True), name="saleor_loyalty_orders_wait"
            ),
        ]

    def __str__(self) -> str:
        return f"followed customer {self.customer_id}"
