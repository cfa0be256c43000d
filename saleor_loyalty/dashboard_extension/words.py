"""Staff's words for what the models call by constants."""

from datetime import datetime
from typing import NamedTuple

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from saleor_loyalty.dashboard_extension.tags import number
from saleor_loyalty.messages import reach
from saleor_loyalty.messages.kinds import KINDS
from saleor_loyalty.models import (
    AuditAction,
    AuditRecord,
    Coupon,
    EntryKind,
    Member,
    MemberStatus,
    MessageFault,
    MessageKind,
    Shop,
)
from saleor_loyalty.rules import languages
from saleor_loyalty.sentences import locale

FAULTS = {
    MessageFault.REFUSED: _("The provider refused it"),
    MessageFault.TEXT: _("Its text cannot be written"),
    MessageFault.TRIES: _("No try got through"),
    MessageFault.OUTAGE: _("The provider was away too long"),
}
STATUS_SET = {
    MemberStatus.ACTIVE: _("Unblocked the member"),
    MemberStatus.BLOCKED: _("Blocked the member"),
    MemberStatus.CLOSED: _("Closed the member"),
}
DEEDS = {
    AuditAction.PROGRAM_ON: _("Switched the program on"),
    AuditAction.PROGRAM_OFF: _("Switched the program off"),
    AuditAction.MESSAGE_RESENT: _("Sent a message again"),
    AuditAction.ALL_RESENT: _("Sent all failed messages again"),
    AuditAction.MESSAGE_TESTED: _("Sent a test message"),
    AuditAction.MESSAGE_ON: _("Switched a message on"),
    AuditAction.MESSAGE_OFF: _("Switched a message off"),
    AuditAction.COUPON_FORFEITED: _("Withdrew a coupon without its points"),
    AuditAction.EMAIL_TRUSTED: _("Trusted an email address again"),
    AuditAction.BRANDING_CHANGED: _("Changed the branding"),
}
LOOK = {
    "shop_name": _("Name of the shop"),
    "logo_url": _("Address of the logo"),
    "logo_name": _("Uploaded logo"),
    "brand_color": _("Color"),
    "discounts_url": _("Page with a member’s discounts"),
    "push_url": _("Where a push notice leads"),
    "default_language": _("Language for everybody else"),
    "sender_name": _("Sender’s name"),
    "reply_to": _("Answers go to"),
}
ENTRY_KINDS = {
    EntryKind.ORDER: _("Orders"),
    EntryKind.GIFT: _("Gifts"),
    EntryKind.ADJUSTMENT: _("Corrections"),
    EntryKind.REWARD: _("Coupons"),
    EntryKind.EXPIRY: _("Points that expired"),
    EntryKind.REVERSAL: _("Taken back or returned"),
    EntryKind.IMPORT: _("Imported"),
}
GIFT_MESSAGES = (MessageKind.GIFT_EMAIL, MessageKind.GIFT_PUSH)
NOBODY = _("nobody in particular")


def language_in_words(code: str) -> str:
    """ "fr" -> "French", in the reader's language, as within a sentence."""
    known = languages.known_locale(code)
    return (known and known.get_display_name(locale())) or code


def language_name(code: str) -> str:
    """The same by itself: with a capital in every language."""
    name = language_in_words(code)
    return f"{name[:1].upper()}{name[1:]}"


def gave(points: int) -> str:
    words = ngettext("Gave {number} point", "Gave {number} points", points)
    return words.format(number=number(points))


def told_of_gift(shop: Shop, member: Member | None) -> str:
    """Which messages a gift would bring now, or why none; None: to who is no member yet."""
    why_not = reach.foretold(shop, member, GIFT_MESSAGES)
    by_email, by_push = (not why_not[kind] for kind in GIFT_MESSAGES)
    name = (member.first_name or member.email) if member else gettext("The customer")
    if by_email and by_push:
        words = gettext("{name} gets an email and a push notice, with the reason.")
    elif by_email:
        words = gettext("{name} gets an email, with the reason.")
    elif by_push:
        words = gettext("{name} gets a push notice, with the reason, and no email: {why}")
    else:
        words = gettext("Nothing is sent: {why}")
    return words.format(name=name, why=why_not[MessageKind.GIFT_EMAIL])


def took_back(points: int) -> str:
    words = ngettext("Took back {number} point", "Took back {number} points", points)
    return words.format(number=number(points))


def withdrew(coupon: Coupon) -> str:
    """And what became of the points it had cost."""
    if coupon.forfeited:
        words = ngettext(
            "Coupon withdrawn, its {number} point stays spent",
            "Coupon withdrawn, its {number} points stay spent",
            coupon.cost,
        )
    else:
        words = ngettext(
            "Coupon withdrawn, {number} point returned",
            "Coupon withdrawn, {number} points returned",
            coupon.cost,
        )
    return words.format(number=number(coupon.cost))


class Action(NamedTuple):
    """One action of staff. `detail`: on what; `reason`: why, as they wrote it."""

    at: datetime
    actor: str
    what: str
    detail: str
    reason: str
    internal_note: str


def action_in_words(record: AuditRecord) -> Action:
    """Who did what when, and why. Reads `note`."""
    is_status = record.action == AuditAction.MEMBER_STATUS
    what = (
        STATUS_SET[MemberStatus(record.detail)] if is_status else DEEDS[AuditAction(record.action)]
    )
    return Action(
        record.at,
        record.actor or str(NOBODY),
        str(what),
        "" if is_status else _detail(record),
        record.reason,
        record.internal_note,
    )


def _detail(record: AuditRecord) -> str:
    if record.action == AuditAction.BRANDING_CHANGED:
        return ", ".join(str(LOOK.get(name, name)) for name in record.detail.split(", "))
    if record.action == AuditAction.COUPON_FORFEITED:
        return ""
    if record.action == AuditAction.ALL_RESENT:
        return ", ".join(_word(part) for part in record.detail.split())
    kind, _space, more = record.detail.partition(" ")
    if kind not in KINDS:
        return record.detail
    words = str(KINDS[kind].label)
    if not more:
        return words
    return gettext("{message} in {language}").format(
        message=words, language=language_in_words(more)
    )


def _word(part: str) -> str:
    """Of what was sent again: a kind, a fault, or how many."""
    if part in KINDS:
        return str(KINDS[part].label)
    return str(FAULTS[MessageFault(part)]) if part in MessageFault.values else part
