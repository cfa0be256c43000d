"""What is left of the points one entry brought, who took from it, and what is owed."""

from django.db import models

from saleor_loyalty.models.account import Account
from saleor_loyalty.models.entry import Entry
from saleor_loyalty.models.shop import Shop


class Lot(models.Model):
    """Points of one credit, and how many of them are not spent yet. Written by the ledger alone.

    What is left in an account's lots is its balance; a debt is in none. `expires_at` is the end
    the lot was made with, moved along with the programme's time zone (see ends); the programme may
    protect it for longer (see rules.expiry).
    """

    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="lots")
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="lot")
    points = models.BigIntegerField(
        help_text="What the entry brought, but for what it gave back to other lots."
    )
    remaining = models.BigIntegerField()
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, help_text="Null: made under no such policy.")
    had_grace = models.BooleanField(
        default=False, help_text="Points that came back after their end had some days once."
    )
    renewed_until = models.DateTimeField(
        null=True, help_text="The end of the ROLLING period that its order began; null: it did not."
    )
    renewed_from = models.DateTimeField(
        null=True, help_text="The end of the period that ran before; null: none did."
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(remaining__gte=0, remaining__lte=models.F("points")),
                name="saleor_loyalty_lot_in_range",
            ),
        ]
        indexes = [
            models.Index(
                fields=["account"],
                condition=models.Q(remaining__gt=0),
                name="saleor_loyalty_lot_open",
            ),
            models.Index(
                fields=["shop", "expires_at"],
                condition=models.Q(remaining__gt=0),
                name="saleor_loyalty_lot_to_expire",
            ),
            models.Index(
                fields=["account", "renewed_from"],
                condition=models.Q(renewed_from__isnull=False),
                name="saleor_loyalty_lot_renewed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.remaining} left of entry {self.entry_id}"


class LotUse(models.Model):
    """Points that a debit took from a lot: where they go when the debit is reversed."""

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="uses")
    lot = models.ForeignKey(Lot, on_delete=models.PROTECT, related_name="uses")
    points = models.BigIntegerField()
    returned = models.BigIntegerField(default=0, help_text="Of these, what went back to the lot.")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(points__gt=0, returned__gte=0, returned__lte=models.F("points")),
                name="saleor_loyalty_lot_use_in_range",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.points} of lot {self.lot_id} for entry {self.entry_id}"


class Debt(models.Model):
    """What no lot held when a debit was posted, until later credits have paid it."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="debts")
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="debt")
    remaining = models.BigIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(remaining__gte=0), name="saleor_loyalty_debt_not_negative"
            ),
        ]
        indexes = [
            models.Index(
                fields=["account"],
                condition=models.Q(remaining__gt=0),
                name="saleor_loyalty_debt_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.remaining} owed for entry {self.entry_id}"
