"""The outbox: what a member is to be told."""

import uuid
from collections.abc import Sequence

from django.contrib.postgres.fields import ArrayField
from django.db import models

from saleor_loyalty.models.coupon import Coupon
from saleor_loyalty.models.entry import Entry
from saleor_loyalty.models.member import Member
from saleor_loyalty.models.shop import Shop


class MessageKind(models.TextChoices):
    """The names of the kinds; what each is stands in messages.kinds.

    Columns hold them without `choices`, so that a new kind changes no table.
    """

    REWARD_EMAIL = "REWARD_EMAIL"
    REWARD_PUSH = "REWARD_PUSH"
    EXPIRY_EMAIL = "EXPIRY_EMAIL"
    GIFT_EMAIL = "GIFT_EMAIL"
    GIFT_PUSH = "GIFT_PUSH"
    WELCOME_EMAIL = "WELCOME_EMAIL"


class MessageStatus(models.TextChoices):
    PENDING = "PENDING"
    SENT = "SENT"
    SKIPPED = "SKIPPED", "Skipped: the member does not take it"
    FAILED = "FAILED", "Failed: given up after the last try"


class MessageFault(models.TextChoices):
    REFUSED = "REFUSED", "Refused: the provider will never take it"
    TEXT = "TEXT", "Text: it cannot be rendered"
    TRIES = "TRIES", "Tries: none of many got through"
    OUTAGE = "OUTAGE", "Outage: the provider was away for too long"


class Message(models.Model):
    """One message, once per member, kind and cause.

    `due_at` is null while the message waits for its coupons: those that are `announced_as` its
    cause, of which `coupon` is the first. `uid` goes out with every try
    (Message-ID of an email, tag of a push), so that a repeated try can be told from a new message.
    A reminder's `points` are those that end at its `deadline`, as last counted.
    """

    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="+")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="messages")
    kind = models.CharField(max_length=32)
    cause = models.CharField(max_length=255)
    uid = models.UUIDField(default=uuid.uuid4, unique=True)
    coupon = models.ForeignKey(Coupon, on_delete=models.PROTECT, related_name="messages", null=True)
    entry = models.ForeignKey(
        Entry, on_delete=models.PROTECT, related_name="+", null=True, help_text="Of a gift."
    )
    points = models.BigIntegerField(null=True, help_text="Of a reminder: how many end.")
    deadline = models.DateTimeField(null=True, help_text="Of a reminder: when they end.")
    status = models.CharField(
        max_length=7, choices=MessageStatus.choices, default=MessageStatus.PENDING
    )
    created_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(
        default=0, help_text="Times a worker took it up; only grows, and so names the lease."
    )
    failures = models.PositiveIntegerField(
        default=0, db_default=0, help_text="Tries that failed, other than by a provider's outage."
    )
    error = models.CharField(max_length=500, blank=True)
    fault = models.CharField(
        max_length=7,
        choices=MessageFault.choices,
        blank=True,
        default="",
        db_default="",
        help_text="Why it was given up.",
    )
    resent_by = models.CharField(
        max_length=255,
        blank=True,
        default="",
        db_default="",
        help_text="Who last had it tried again after it was given up.",
    )
    delivered_devices = ArrayField(
        models.BigIntegerField(), default=list, help_text="Devices that have this push already."
    )
    refused_devices = ArrayField(
        models.BigIntegerField(),
        default=list,
        db_default=[],
        help_text="Devices that will never take this push.",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["member", "kind", "cause"], name="saleor_loyalty_message_once"
            ),
        ]
        indexes = [
            # One for each urgency: either is read in its order, however many wait in the other.
            models.Index(
                fields=["due_at", "id"],
                condition=models.Q(status=MessageStatus.PENDING)
                & ~models.Q(kind=MessageKind.EXPIRY_EMAIL),
                name="saleor_loyalty_message_to_send",
            ),
            models.Index(
                fields=["due_at", "id"],
                condition=models.Q(status=MessageStatus.PENDING, kind=MessageKind.EXPIRY_EMAIL),
                name="saleor_loyalty_reminder_due",
            ),
            models.Index(
                fields=["shop", "id", "kind", "fault", "created_at"],
                condition=models.Q(status=MessageStatus.FAILED),
                name="saleor_loyalty_message_failed",
            ),
        ]

    # The coupons that can be used, as read right before it goes; nothing of the row.
    told: Sequence[Coupon] = ()
    # The channel its member shops in, likewise; empty: not known.
    shops_in: str = ""

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
