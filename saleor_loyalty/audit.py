"""Noting actions of staff that leave no other trace."""

from django.utils import timezone

from saleor_loyalty.models import AuditAction, AuditRecord, Member, Shop


def note(
    *, shop: Shop, actor: str, action: AuditAction, member: Member | None = None, detail: str = ""
) -> None:
    """Keep that `actor` did this now. In the transaction of the action: both stand or neither."""
    AuditRecord.objects.create(
        shop=shop, at=timezone.now(), actor=actor, action=action, member=member, detail=detail[:255]
    )
