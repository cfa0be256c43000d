"""What a worker last saw of an order: by this a snapshot of it is known to be newer, or not."""

from datetime import datetime

from django.db import models

from saleor_loyalty.models.shop import Shop


class Sighting(models.Model):
    """The facts by which an order was last settled: how new they were, and where from.

    Kept for some days only: a snapshot older than that is not believed anyway.
    """

    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="+")
    order_id = models.CharField(max_length=64, help_text="Saleor's global id of the order.")
    updated_at = models.DateTimeField(help_text="The order's updatedAt, by Saleor's clock.")
    history = models.PositiveIntegerField(help_text="How many entries its history had.")
    fingerprint = models.CharField(max_length=64, help_text="Equal for equal facts.")
    was_asked = models.BooleanField(help_text="Saleor's own answer, and not an event's snapshot.")
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["shop", "order_id"], name="saleor_loyalty_sighting_once"
            ),
        ]
        indexes = [models.Index(fields=["seen_at"], name="saleor_loyalty_sighting_seen")]

    def __str__(self) -> str:
        return f"sighting of {self.order_id}"

    @property
    def version(self) -> tuple[datetime, int]:
        """Greater for newer facts, as that of an order."""
        return self.updated_at, self.history
