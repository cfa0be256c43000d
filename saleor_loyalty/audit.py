"""Noting actions of staff that leave no other trace."""

from django.utils import timezone

from saleor_loyalty.models import AuditAction, AuditNote, AuditRecord, Member, Shop


def note(
    *,
    shop: Shop,
    actor: str,
    action: AuditAction,
    member: Member | None = None,
    detail: str = "",
    reason: str = "",
) -> None:
    """Keep that `actor` did this now. In the transaction of the action: both stand or neither."""
    record = AuditRecord.objects.create(
        shop=shop, at=timezone.now(), action=action, member=member, detail=detail[:255]
    )
    AuditNote.objects.create(record=record, actor=actor, reason=reason)
