"""Who takes which messages: asked right before one goes, and before staff send one again."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from saleor_loyalty.conf import conf
from saleor_loyalty.messages import bounces
from saleor_loyalty.messages.kinds import PUSHES
from saleor_loyalty.models import EmailFault, Member, MemberStatus

ADDRESS = {
    EmailFault.BOUNCED: _("Mail to the member’s address comes back."),
    EmailFault.COMPLAINED: _("The reader reported our mail as spam."),
}


def why_not(member: Member, kind: str) -> str | Promise:
    """Why the member is to get no message of a kind now; "" when they take it.

    Reads the member as they are: have them read just before. One statement at most. Whether they
    have a device for a push notice is not asked.
    """
    if member.status != MemberStatus.ACTIVE:
        is_blocked = member.status == MemberStatus.BLOCKED
        return _("The member is blocked.") if is_blocked else _("The member is closed.")
    if not member.customer_is_active:
        return _("The customer is inactive in the shop.")
    return _no_push(member) if kind in PUSHES else _no_email(member)


def _no_push(member: Member) -> str | Promise:
    if not conf.fcm_service_account_file:
        return _("Push is not configured.")
    return "" if member.push_enabled else _("The member takes no push notices.")


def _no_email(member: Member) -> str | Promise:
    if not member.email_enabled:
        return _("The member takes no email.")
    if not member.email:
        return _("The member has no email address.")
    fault = bounces.fault_of(member)
    return ADDRESS[EmailFault(fault.fault)] if fault else ""
