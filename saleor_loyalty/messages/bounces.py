"""What mail providers report of addresses: bounces and complaints stop further mail to them.

A fault belongs to the address, whoever has it: it outlasts an account, and a change of address
there and back. Anymail receives and checks the reports and sends them as a signal; connected when
Django is ready.
"""

import logging
from datetime import datetime
from typing import Any

from anymail.signals import AnymailTrackingEvent, EventType, RejectReason, tracking
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet, Value
from django.db.models.functions import Upper
from django.dispatch import receiver
from django.utils import timezone

from saleor_loyalty.members import addresses
from saleor_loyalty.models import AddressFault, AddressTrust, AuditAction, EmailFault, Member, audit

# What a provider refuses to send, by its reason: it remembers an earlier bounce or complaint.
REFUSED = {
    RejectReason.BOUNCED: EmailFault.BOUNCED,
    RejectReason.INVALID: EmailFault.BOUNCED,
    RejectReason.SPAM: EmailFault.COMPLAINED,
}
GONE = {RejectReason.BOUNCED, RejectReason.INVALID}
# Reports come late, twice and out of order: the newest counts.
NOTE = """
    INSERT INTO saleor_loyalty_addressfault AS known (address, fault, reported_at)
    VALUES (%s, %s, %s)
    ON CONFLICT (address) DO UPDATE
    SET fault = excluded.fault, reported_at = excluded.reported_at
    WHERE excluded.reported_at > known.reported_at
"""

logger = logging.getLogger(__name__)


@receiver(tracking, dispatch_uid="saleor_loyalty.bounces")
def follow(event: AnymailTrackingEvent, **_kwargs: Any) -> None:
    """Note what a report says of its address, for every shop; one seen before changes nothing.

    Nor does one that is older than what staff or the member said since. Raises what the database
    raises, so that the provider reports again later.
    """
    if not event.recipient:
        return
    at = event.timestamp or timezone.now()
    if _is_unsubscribed(event):
        _members_at(event.recipient).exclude(email_chosen_at__gt=at).update(email_enabled=False)
    elif (fault := _fault(event)) and note(addresses.keys(event.recipient)[0], fault, at):
        logger.warning("An address has %s", fault.lower())


def note(address: str, fault: str, reported_at: datetime) -> bool:
    """Keep what was reported of an address, by its key; False when something newer is known."""
    with connection.cursor() as cursor:
        cursor.execute(NOTE, [address, fault, reported_at])
        return bool(cursor.rowcount)


def fault_of(member: Member) -> AddressFault | None:
    """Why nothing is mailed to the member's address; None when mail may go there. One statement."""
    keys = addresses.keys(member.email)
    trusted = AddressTrust.objects.filter(
        shop=member.shop_id, address__in=keys, trusted_at__gte=OuterRef("reported_at")
    )
    faults = AddressFault.objects.filter(~Exists(trusted), address__in=keys)
    return faults.order_by("-reported_at").first()


def lift(member: Member, *, actor: str) -> None:
    """Have the shop trust the member's address again, until something newer is reported of it.

    `actor` is who trusts it, and is kept; an address without a fault stays as it is, unnoted. A
    provider may keep a list of its own and go on refusing the address.
    """
    with transaction.atomic():
        if (fault := fault_of(member)) is None:
            return
        AddressTrust.objects.update_or_create(
            shop=member.shop,
            address=addresses.keys(member.email)[0],
            # A provider's clock may be ahead of ours.
            defaults={"trusted_at": max(timezone.now(), fault.reported_at)},
        )
        audit.note(shop=member.shop, actor=actor, action=AuditAction.EMAIL_TRUSTED, member=member)


def _members_at(address: str) -> QuerySet[Member]:
    """In every shop."""
    spellings = [Upper(Value(each)) for each in addresses.spellings(address)]
    return Member.objects.alias(letters=Upper("email")).filter(letters__in=spellings)


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
