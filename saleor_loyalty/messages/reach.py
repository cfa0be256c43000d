"""Who takes which messages: asked right before one goes, and before staff cause or repeat one."""

from collections.abc import Collection

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from saleor_loyalty.conf import conf
from saleor_loyalty.members import announcements
from saleor_loyalty.messages import bounces
from saleor_loyalty.messages.kinds import PUSHES
from saleor_loyalty.messages.wording import silenced
from saleor_loyalty.models import EmailFault, Member, MemberStatus, Shop

ADDRESS = {
    EmailFault.BOUNCED: _("Mail to the member’s address comes back."),
    EmailFault.COMPLAINED: _("The reader reported our mail as spam."),
}


SILENCED = _("The shop does not send this kind of message.")
NO_DEVICE = _("No device takes push notices.")


def foretold(shop: Shop, member: Member | None, kinds: Collection[str]) -> dict[str, str | Promise]:
    """Why the member would get no message of each kind if it came up now; "" where they would.

    None is a customer who would become a member by it: they have chosen nothing yet. Reads the
    member as they are, `shop` included.
    """
    off = silenced(shop)
    has_device = bool(member and announcements.with_device([member.pk]))

    def why(kind: str) -> str | Promise:
        if kind in PUSHES and not has_device:
            return NO_DEVICE
        if member is None:
            return SILENCED if kind in off else ""
        return why_not(member, kind, off)

    return {kind: why(kind) for kind in kinds}


def why_not(member: Member, kind: str, off: Collection[str] = ()) -> str | Promise:
    """Why the member is to get no message of a kind now; "" when they take it.

    `off` are the kinds that the shop does not send. Reads the member as they are: have them
    read just before. One statement at most. Whether they have a device for a push notice is not
    asked.
    """
    if kind in off:
        return SILENCED
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
