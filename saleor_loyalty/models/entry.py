"""One movement of the points of an account."""

from operator import attrgetter

from django.db import models

from saleor_loyalty.models.account import Account
from saleor_loyalty.models.member import Member
from saleor_loyalty.models.program import ProgramVersion
from saleor_loyalty.models.settled_order import SettledOrder
from saleor_loyalty.models.shop import Shop
from saleor_loyalty.rules.entitlement import Entitlement


class EntryKind(models.TextChoices):
    ORDER = "ORDER"
    GIFT = "GIFT"
    ADJUSTMENT = "ADJUSTMENT"
    REWARD = "REWARD"
    EXPIRY = "EXPIRY"
    REVERSAL = "REVERSAL"
    IMPORT = "IMPORT"


class Entry(models.Model):
    """A signed number of points, appended by the ledger and refused any change by the database.

    `source` names the cause and is unique per account and kind, so nothing is posted twice.
    What an order's points were computed from is kept in `currency`, `unpaid` and its OrderParts.
    What staff wrote, and who they are, is in an EntryNote beside it.
    """

    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="entries")
    kind = models.CharField(max_length=10, choices=EntryKind.choices)
    source = models.CharField(max_length=255)
    points = models.BigIntegerField()
    balance_after = models.BigIntegerField()
    created_at = models.DateTimeField()
    version = models.ForeignKey(ProgramVersion, on_delete=models.PROTECT, related_name="+")
    order = models.ForeignKey(
        SettledOrder, on_delete=models.PROTECT, related_name="entries", null=True
    )
    reverses = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        related_name="reversals",
        null=True,
        help_text="The entry whose points these give back or take back.",
    )
    ended_at = models.DateTimeField(
        null=True, help_text="When points ended that an EXPIRY takes, or that are given back."
    )
    currency = models.CharField(max_length=3, blank=True)
    unpaid = models.DecimalField(
        max_digits=20,
        decimal_places=3,
        null=True,
        help_text=(
            "What of the order's total was given back or never paid. Null of points that were "
            "computed from no order, and of those that a member gave up with one."
        ),
    )
    entitled = models.BigIntegerField(null=True, help_text="The order's points after this entry.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "kind", "source"], name="saleor_loyalty_entry_one_per_cause"
            ),
            models.CheckConstraint(
                condition=~models.Q(points=0), name="saleor_loyalty_entry_not_zero"
            ),
            models.CheckConstraint(
                condition=(
                    models.Q(order=None, entitled=None, unpaid=None)
                    | models.Q(order__isnull=False, entitled__isnull=False)
                ),
                name="saleor_loyalty_entry_of_an_order",
            ),
        ]
        indexes = [
            models.Index(fields=["account", "-id"], name="saleor_loyalty_entry_history"),
            models.Index(
                fields=["shop", "created_at"],
                include=["kind", "points"],
                name="saleor_loyalty_entry_by_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.points:+d}"

    @property
    def member_id(self) -> int:
        """Whose points they are. Reads `account`: select it along."""
        return self.account.member_id

    @property
    def member(self) -> Member:
        """Likewise. Reads `account.member`."""
        return self.account.member

    @property
    def is_by_staff(self) -> bool:
        """Whether it has a note. Reads `note`, as `reason` and `actor` do: select it along."""
        return getattr(self, "note", None) is not None

    @property
    def reason(self) -> str:
        """What staff wrote; empty where they wrote nothing, or it was erased."""
        return self.note.reason if self.is_by_staff else ""

    @property
    def internal_note(self) -> str:
        """What they wrote for each other, which its member never reads; likewise."""
        return self.note.internal_note if self.is_by_staff else ""

    @property
    def actor(self) -> str:
        """Who of the staff; likewise."""
        return self.note.actor if self.is_by_staff else ""

    @property
    def basis(self) -> Entitlement | None:
        """What an order's points were computed from; None where they were not.

        Reads `parts`: have them prefetched.
        """
        if self.unpaid is None:
            return None
        rows = sorted(self.parts.all(), key=attrgetter("pk"))
        return Entitlement(self.currency, self.unpaid, tuple(row.part for row in rows))
