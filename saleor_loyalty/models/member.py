"""A customer inside the programme."""

import uuid

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import Expression, F
from django.db.models.functions import Coalesce, Collate, Upper

from saleor_loyalty.models.shop import Shop


class MemberStatus(models.TextChoices):
    ACTIVE = "ACTIVE"
    BLOCKED = "BLOCKED"
    CLOSED = "CLOSED"


# Find by the first letters, letter case aside, and sort: by bytes ("C") one index does both.
EMAIL_LETTERS = Collate(Upper("email"), "C")
FIRST_NAME_LETTERS = Collate(Upper("first_name"), "C")
# Who never did anything has been here since they joined.
LAST_ACTIVITY = Coalesce("last_activity_at", "joined_at")

# One for each order in which staff read the list of members, and one to find names.
KEYS: dict[str, Expression | F] = {
    "email": EMAIL_LETTERS,
    "name": FIRST_NAME_LETTERS,
    "joined": F("joined_at"),
    "active": LAST_ACTIVITY,
    "status": F("status"),
}
MEMBER_LISTS = [
    models.Index("shop", key, "id", name=f"saleor_loyalty_member_{name}")
    for name, key in KEYS.items()
]


class Member(models.Model):
    """Who they are and what they chose. What they hold is in their account."""

    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="members")
    customer_id = models.CharField(max_length=64, help_text="Saleor's global id of the customer.")
    email = models.EmailField()
    first_name = models.CharField(max_length=256, blank=True)
    language_code = models.CharField(max_length=35, default="en")
    language_is_own = models.BooleanField(
        default=False,
        db_default=False,
        help_text="Chosen here by the member: no longer follows the shop's account.",
    )
    status = models.CharField(
        max_length=7, choices=MemberStatus.choices, default=MemberStatus.ACTIVE
    )
    status_by = models.CharField(
        max_length=255, blank=True, help_text="Who last set the status; empty: nobody, or the shop."
    )
    joined_at = models.DateTimeField()
    last_activity_at = models.DateTimeField(null=True)
    email_enabled = models.BooleanField(default=True)
    push_enabled = models.BooleanField(default=True)
    email_chosen_at = models.DateTimeField(
        null=True, help_text="When the member last said whether they take email."
    )
    unsubscribe_token = models.UUIDField(
        default=uuid.uuid4,
        db_default=RandomUUID(),
        unique=True,
        help_text="Proves whose the link in an email is.",
    )
    customer_is_active = models.BooleanField(
        default=True, db_default=True, help_text="As in the shop; staff there may say otherwise."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["shop", "customer_id"], name="saleor_loyalty_one_member_per_customer"
            ),
        ]
        indexes = [
            *MEMBER_LISTS,
            # Bounces name an address in any case, and no shop.
            models.Index(Upper("email"), name="saleor_loyalty_member_address"),
        ]

    def __str__(self) -> str:
        return f"member {self.pk}"

    @property
    def is_closed_by_shop(self) -> bool:
        """True when the shop had the customer no more; whom staff closed stays closed."""
        return self.status == MemberStatus.CLOSED and not self.status_by

    @property
    def takes_part(self) -> bool:
        """False when they earn nothing, are given nothing and are told nothing."""
        return self.status == MemberStatus.ACTIVE and self.customer_is_active

    @property
    def balance(self) -> int:
        """Their points, negative in debt; 0 before their first entry. Select `account` along."""
        return self.account.balance if hasattr(self, "account") else 0

    @property
    def lifetime_points(self) -> int:
        """Points ever earned, net of reversals; likewise."""
        return self.account.lifetime_points if hasattr(self, "account") else 0

    @property
    def spendable(self) -> int:
        """Points that can be spent now: 0 while in debt."""
        return max(0, self.balance)

    @property
    def debt(self) -> int:
        """Points owed after reversals: 0 unless the balance is negative."""
        return max(0, -self.balance)
