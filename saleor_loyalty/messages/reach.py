"""Who takes which messages: asked right before one goes, and before staff send one again."""

from saleor_loyalty.conf import conf
from saleor_loyalty.messages import bounces
from saleor_loyalty.messages.kinds import PUSHES
from saleor_loyalty.models import Member, MemberStatus


def why_not(member: Member, kind: str) -> str:
    """Why the member is to get no message of a kind now; "" when they take it.

    Reads the member as they are: have them read just before. One statement at most. Whether they
    have a device for a push notice is not asked.
    """
    if member.status != MemberStatus.ACTIVE:
        return f"The member is {member.status.lower()}."
    if not member.customer_is_active:
        return "The customer is inactive in the shop."
    return _no_push(member) if kind in PUSHES else _no_email(member)


def _no_push(member: Member) -> str:
    if not conf.fcm_service_account_file:
        return "Push is not configured."
    return "" if member.push_enabled else "The member takes no push notices."


def _no_email(member: Member) -> str:
    if not member.email_enabled:
        return "The member takes no email."
    if not member.email:
        return "The member has no email address."
    fault = bounces.fault_of(member)
    return f"The member's address has {fault.fault.lower()}." if fault else ""
