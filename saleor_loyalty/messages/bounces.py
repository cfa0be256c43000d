"""What mail providers report of addresses: bounces and complaints stop further mail to them.

Anymail receives and checks the reports and sends them as a signal; connected when Django is ready.
"""

import logging
from typing import Any

from anymail.signals import AnymailTrackingEvent, EventType, RejectReason, tracking
from django.db import transaction
from django.dispatch import receiver
from django.utils import timezone

from saleor_loyalty import audit
from saleor_loyalty.models import AuditAction, EmailFault, Member

# What a provider refuses to send, by its reason: it remembers an earlier bounce or complaint.
REFUSED = {
    RejectReason.BOUNCED: EmailFault.BOUNCED,
    RejectReason.INVALID: EmailFault.BOUNCED,
    RejectReason.SPAM: EmailFault.COMPLAINED,
}
GONE = {RejectReason.BOUNCED, RejectReason.INVALID}

logger = logging.getLogger(__name__)


@receiver(tracking, dispatch_uid="saleor_loyalty.bounces")
def follow(event: AnymailTrackingEvent, **_kwargs: Any) -> None:
    """Note what a report says of its address, in every shop; one seen before changes nothing.

    Raises what the database raises, so that the provider reports again later.
    """
    if not event.recipient:
        return
    members = Member.objects.filter(email__iexact=event.recipient)
    if _is_unsubscribed(event):
        members.filter(email_enabled=True).update(email_enabled=False)
    elif fault := _fault(event):
        marked = members.exclude(email_fault=fault).update(
            email_fault=fault, email_fault_at=event.timestamp or timezone.now()
        )
        if marked:
            logger.warning("%s members' address has %s", marked, fault.lower())


def lift(member: Member, *, actor: str) -> Member:
    """Have the member's address trusted again, until the next report; the member as they are now.

    `actor` is who trusts it, and is kept; an address without a fault stays as it is, unnoted. A
    provider may keep a list of its own and go on refusing the address.
    """
    with transaction.atomic():
        faulty = Member.objects.filter(pk=member.pk).exclude(email_fault="")
        if faulty.update(email_fault="", email_fault_at=None):
            audit.note(
                shop=member.shop, actor=actor, action=AuditAction.EMAIL_TRUSTED, member=member
            )
    member.email_fault, member.email_fault_at = "", None
    return member


def _is_unsubscribed(event: AnymailTrackingEvent) -> bool:
    """By the provider's own link or list."""
    is_refused = event.event_type == EventType.REJECTED
    is_by_list = is_refused and event.reject_reason == RejectReason.UNSUBSCRIBED
    return bool(is_by_list or event.event_type == EventType.UNSUBSCRIBED)


def _fault(event: AnymailTrackingEvent) -> EmailFault | None:
    """None for what may pass: a full mailbox, a delay, a mail that was too large."""
    match event.event_type:
        case EventType.COMPLAINED:
            return EmailFault.COMPLAINED
        case EventType.BOUNCED if event.reject_reason in GONE:
            return EmailFault.BOUNCED
        case EventType.REJECTED:
            return REFUSED.get(event.reject_reason)
    return None
