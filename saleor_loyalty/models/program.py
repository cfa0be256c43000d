"""What a shop promises, in versions that never change."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from saleor_loyalty.models.channel import InChannel
from saleor_loyalty.models.reward import RewardVersion
from saleor_loyalty.models.shop import Shop
from saleor_loyalty.rules.expiry import ExpiryRule


class SpendBasis(models.TextChoices):
    GROSS = "GROSS"
    NET = "NET"


class ExpiryPolicy(models.TextChoices):
    NEVER = "NEVER"
    ROLLING = "ROLLING"
    PER_LOT = "PER_LOT"


class Program(models.Model):
    """A shop's loyalty programme. Locked while its rules or its switch change."""

    shop = models.OneToOneField(Shop, on_delete=models.PROTECT, related_name="program")
    current = models.ForeignKey(
        "ProgramVersion", on_delete=models.PROTECT, related_name="+", null=True
    )
    is_active = models.BooleanField(default=False)
    reminded_until = models.DateTimeField(
        null=True, help_text="Reminders that were due before this moment are queued."
    )

    def __str__(self) -> str:
        return f"program of shop {self.shop_id}"


class Activation(models.Model):
    """A stretch of time during which the programme was on; open while `ended_at` is null.

    Only orders paid within one earn points, so switching on never credits the past by itself.
    """

    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="activations")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["program"],
                condition=models.Q(ended_at=None),
                name="saleor_loyalty_one_open_activation",
            ),
        ]

    def __str__(self) -> str:
        return f"activation {self.pk}"


class ProgramVersion(models.Model):
    """The rules from one change to the next. The database refuses to edit or delete one."""

    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    name = models.CharField(max_length=120)
    threshold = models.PositiveIntegerField(help_text="Points for one reward.")
    reward = models.ForeignKey(
        RewardVersion,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="What the threshold brings.",
    )
    basis = models.CharField(max_length=5, choices=SpendBasis.choices)
    include_shipping = models.BooleanField()
    expiry_policy = models.CharField(max_length=7, choices=ExpiryPolicy.choices)
    expiry_days = models.PositiveIntegerField(null=True, help_text="Null only for NEVER.")
    protected_until = models.DateTimeField(
        null=True, help_text="Points from before the last change of expiry do not end earlier."
    )
    time_zone = models.CharField(max_length=64, help_text="IANA name; days end at midnight there.")
    reminders = ArrayField(models.CharField(max_length=10), default=list)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=255, help_text="Who made the change.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["program", "number"], name="saleor_loyalty_one_version_per_number"
            ),
            models.CheckConstraint(
                condition=models.Q(threshold__gt=0), name="saleor_loyalty_threshold_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} v{self.number}"

    @property
    def expiry(self) -> ExpiryRule:
        """When points end by these rules."""
        return ExpiryRule(
            self.expiry_policy, self.expiry_days, self.time_zone, self.protected_until
        )


class ChannelTerms(InChannel):
    """What orders in one channel earn by a version. As immutable as the version."""

    version = models.ForeignKey(ProgramVersion, on_delete=models.PROTECT, related_name="channels")
    points_per_unit = models.DecimalField(max_digits=12, decimal_places=4)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["version", "channel_id"], name="saleor_loyalty_one_terms_per_channel"
            ),
            models.CheckConstraint(
                condition=models.Q(points_per_unit__gte=0),
                name="saleor_loyalty_terms_in_range",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.known_as}: {self.points_per_unit} per {self.currency}"
