"""What points become, in versions that never change."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.functions import RandomUUID
from django.db import models

from saleor_loyalty.models.channel import InChannel
from saleor_loyalty.models.shop import Shop


class RewardKind(models.TextChoices):
    DISCOUNT = "DISCOUNT"


class DiscountType(models.TextChoices):
    PERCENTAGE = "PERCENTAGE"
    FIXED = "FIXED"


class Reward(models.Model):
    """Something that a shop gives its members: what exactly, its versions say."""

    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="rewards")
    uid = models.UUIDField(
        default=uuid.uuid4,
        db_default=RandomUUID(),
        unique=True,
        help_text="What it is called outside its database.",
    )
    kind = models.CharField(max_length=13, choices=RewardKind.choices, default=RewardKind.DISCOUNT)

    def __str__(self) -> str:
        return f"reward {self.uid}"


class RewardVersion(models.Model):
    """A reward from one change to the next. The database refuses to edit or delete one.

    What was issued keeps the version it was issued by.
    """

    reward = models.ForeignKey(Reward, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    name = models.CharField(max_length=120)  # empty: it is called by its discount
    discount_type = models.CharField(max_length=10, choices=DiscountType.choices)
    valid_days = models.PositiveIntegerField(null=True, help_text="Null: no end.")
    limited_to = ArrayField(
        models.CharField(max_length=64),
        default=list,
        db_default=[],
        help_text="What it is good for, by Saleor's ids; empty: the whole order.",
    )
    limited_names = models.JSONField(
        default=dict, db_default={}, help_text="What that was called then, by id."
    )
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=255, help_text="Who made the change.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["reward", "number"], name="saleor_loyalty_one_reward_version_per_number"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name or 'reward'} v{self.number}"


class RewardTerms(InChannel):
    """What a version gives in one channel. As immutable as the version."""

    version = models.ForeignKey(RewardVersion, on_delete=models.PROTECT, related_name="terms")
    discount_value = models.DecimalField(
        max_digits=20, decimal_places=3, help_text="Percent, or an amount."
    )
    min_spent = models.DecimalField(
        max_digits=20, decimal_places=3, null=True, help_text="Order amount that it asks for."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["version", "channel_id"], name="saleor_loyalty_one_reward_per_channel"
            ),
            models.CheckConstraint(
                condition=models.Q(discount_value__gt=0), name="saleor_loyalty_reward_in_range"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.known_as}: {self.discount_value} off"
