"""Who did what when, where no other row says it."""

from django.db import models
from django.utils import timezone

from saleor_loyalty.models.member import Member
from saleor_loyalty.models.shop import Shop
from saleor_loyalty.models.staff_note import StaffNote


class AuditAction(models.TextChoices):
    PROGRAM_ON = "PROGRAM_ON"
    PROGRAM_OFF = "PROGRAM_OFF"
    MEMBER_STATUS = "MEMBER_STATUS"
    COUPON_FORFEITED = "COUPON_FORFEITED", "Withdrew a coupon without its points"
    EMAIL_TRUSTED = "EMAIL_TRUSTED", "Trusted a member's email address again"
    MESSAGE_RESENT = "MESSAGE_RESENT"
    ALL_RESENT = "ALL_RESENT", "Had all failed messages of a kind or fault sent again"
    MESSAGE_TESTED = "MESSAGE_TESTED"
    MESSAGE_ON = "MESSAGE_ON"
    MESSAGE_OFF = "MESSAGE_OFF"
    BRANDING_CHANGED = "BRANDING_CHANGED"


class AuditRecord(models.Model):
    """One action of staff. Like an entry it is added and never changed: the database refuses.

    Gifts, corrections, rules and texts are not noted here: their own rows keep who made them.
    `detail` is the new status, the kind of message, the names of the fields or a coupon's uid: no
    personal data.
    Who did it and why is in an AuditNote beside it.
    """

    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="audit_records")
    at = models.DateTimeField()
    action = models.CharField(max_length=16, choices=AuditAction.choices)
    member = models.ForeignKey(
        Member, on_delete=models.PROTECT, related_name="audit_records", null=True
    )
    detail = models.CharField(max_length=255, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["shop", "-id"], name="saleor_loyalty_audit_of_shop"),
            models.Index(fields=["member", "-id"], name="saleor_loyalty_audit_of_member"),
        ]

    def __str__(self) -> str:
        return f"{self.action} at {self.at}"

    @property
    def actor(self) -> str:
        """Who did it; empty where that was erased. Reads `note`, as `reason` does."""
        return self.note.actor

    @property
    def reason(self) -> str:
        """What staff wrote, where they were asked; likewise."""
        return self.note.reason

    @property
    def internal_note(self) -> str:
        """What they wrote for each other; likewise."""
        return self.note.internal_note


class AuditNote(StaffNote):
    """Who of staff did what a record says, and why."""

    record = models.OneToOneField(AuditRecord, on_delete=models.PROTECT, related_name="note")

    def __str__(self) -> str:
        return f"note on record {self.record_id}"


def note(
    *,
    shop: Shop,
    actor: str,
    action: AuditAction,
    member: Member | None = None,
    detail: str = "",
    reason: str = "",
    internal_note: str = "",
) -> None:
    """Keep that `actor` did this now. In the transaction of the action: both stand or neither."""
    record = AuditRecord.objects.create(
        shop=shop, at=timezone.now(), action=action, member=member, detail=detail[:255]
    )
    AuditNote.objects.create(record=record, actor=actor, reason=reason, internal_note=internal_note)
