"""What a member holds in a program."""

from django.db import models

from saleor_loyalty.models.member import Member
from saleor_loyalty.models.program import Program
from saleor_loyalty.models.shop import Shop


class Account(models.Model):
    """A member's points, from their first entry on. Written by the ledger alone.

    Who holds the lock of a member holds that of their account.
    """

    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="+")
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="accounts")
    member = models.OneToOneField(Member, on_delete=models.PROTECT, related_name="account")
    balance = models.BigIntegerField(default=0, help_text="Sum of the entries; negative: a debt.")
    lifetime_points = models.BigIntegerField(default=0, help_text="Ever earned, net of reversals.")
    expires_at = models.DateTimeField(
        null=True, help_text="When the period of a ROLLING programme ends; null: none runs."
    )
    rewards_to_come = models.CharField(
        max_length=255,
        blank=True,
        default="",
        db_default="",
        help_text="What brought more coupons than a transaction issues; empty: nothing.",
    )

    class Meta:
        indexes = [
            models.Index(
                fields=["shop", "expires_at"],
                condition=models.Q(balance__gt=0),
                name="saleor_loyalty_account_ending",
            ),
            models.Index(
                fields=["shop"],
                condition=~models.Q(rewards_to_come=""),
                name="saleor_loyalty_account_rewards",
            ),
        ]

    def __str__(self) -> str:
        return f"account of member {self.member_id}"
