"""What is left of the points one entry brought."""

from django.db import models

from saleor_loyalty.models.entry import Entry
from saleor_loyalty.models.member import Member
from saleor_loyalty.models.shop import Shop


class Lot(models.Model):
    """Points of one credit that are not spent yet. Written by the ledger alone.

    What is left in a member's lots is their balance; a debt is in none. `expires_at` is the end
    the lot was made with, moved along with the programme's time zone (see ends); the programme may
    protect it for longer (see rules.expiry).
    """

    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="+")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="lots")
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="lot")
    remaining = models.BigIntegerField()
    expires_at = models.DateTimeField(null=True, help_text="Null: made under no such policy.")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(remaining__gte=0), name="saleor_loyalty_lot_not_negative"
            ),
        ]
        indexes = [
            models.Index(
                fields=["member"],
                condition=models.Q(remaining__gt=0),
                name="saleor_loyalty_lot_open",
            ),
            models.Index(
                fields=["shop", "expires_at"],
                condition=models.Q(remaining__gt=0),
                name="saleor_loyalty_lot_to_expire",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.remaining} left of entry {self.entry_id}"
