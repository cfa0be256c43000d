"""One member: where they stand, how it came about, and what staff can do for them."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django import forms
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _

from saleor_loyalty.activities import staff_points
from saleor_loyalty.dashboard_extension.forms import (
    BlockForm,
    CorrectForm,
    GiftForm,
    ResendForm,
    TakeBackForm,
    WithdrawForm,
)
from saleor_loyalty.dashboard_extension.member_coupons import coupons
from saleor_loyalty.dashboard_extension.member_history import BY_STAFF, history
from saleor_loyalty.dashboard_extension.pages import Visit, page, show
from saleor_loyalty.dashboard_extension.words import (
    Action,
    action_in_words,
    language_name,
    told_of_gift,
)
from saleor_loyalty.database.paging import whole_number
from saleor_loyalty.ledger.endings import endings_of
from saleor_loyalty.members import announcements, followed, reasons
from saleor_loyalty.messages import bounces, failed, reach
from saleor_loyalty.messages.explanations import taken_back
from saleor_loyalty.messages.kinds import KINDS, PUSHES
from saleor_loyalty.models import (
    AddressFault,
    AuditAction,
    Entry,
    Member,
    MemberStatus,
    Message,
    MessageStatus,
    Shop,
)
from saleor_loyalty.permissions import Permission
from saleor_loyalty.rules.rewards import progress

MESSAGES = 10
ACTIONS = 10
KEPT = ("kind", "since", "until", "page", "coupons", "coupon_page", "coupon")


@page(Permission.MANAGE_USERS)
def member_view(visit: Visit, *, member_id: int) -> HttpResponse:
    """The page; `?undo=` asks whether to take a gift back. KEPT say what its lists show."""
    member = member_of(visit.shop, member_id)
    asked = whole_number(visit.request.GET.get("undo"))
    if asked is None:
        return show_member(visit, member)
    gift = gift_of(visit.shop, asked, member)
    form = TakeBackForm(initial={"reason": why_taken_back(gift)})
    return show_undo(visit, member, Undone(gift, form))


def kept_of(visit: Visit) -> dict[str, str]:
    """What the page's address says of its lists: they stay so whatever is done on the page."""
    asked = visit.request.GET
    return {name: asked[name] for name in KEPT if asked.get(name)}


def member_of(shop: Shop, member_id: int) -> Member:
    """The shop's member, else Http404."""
    member = Member.objects.filter(shop=shop, pk=member_id).select_related("account").first()
    if member is None:
        raise Http404
    return member


@dataclass(frozen=True, slots=True)
class Undone:
    """Points that staff gave and are about to take back, and the form that says why."""

    gift: Entry
    form: forms.Form


def show_member(
    visit: Visit,
    member: Member,
    *,
    opened: str = "",
    gift: forms.Form | None = None,
    correct: forms.Form | None = None,
    withdraw: WithdrawForm | None = None,
    why_blocked: forms.Form | None = None,
    resend: forms.Form | None = None,
    undone: Undone | None = None,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    """The member's page, with the dialog `opened` and the form in it that was refused.

    `undone` is a dialog of its own: it is there only when asked for.
    """
    kept = kept_of(visit)
    fault = bounces.fault_of(member)
    context = {
        "member": member,
        "orders_wait": orders_wait(visit.shop, member.customer_id),
        "opened": opened,
        "refusal": refusal,
        "gift": gift or GiftForm(),
        "told_of_gift": told_of_gift(visit.shop, member),
        "correct": correct or CorrectForm(),
        "why_blocked": why_blocked or BlockForm(),
        "resend": resend or ResendForm(),
        "fault": fault,
        "undone": undone,
        "history": history(visit, member, kept),
        "coupons": coupons(visit, member, kept, withdraw),
        "query": f"?{urlencode(kept)}" if kept else "",
        "messages": _messages(member, fault),
        "devices": member.devices.order_by("-registered_at"),
        "actions": [
            action_in_words(record)
            for record in member.audit_records.select_related("note").order_by("-pk")[:ACTIONS]
        ],
        "blocked": _blocking(member),
        "language": language_name(member.language_code),
        "is_active": member.status == MemberStatus.ACTIVE,
        "takes_points": member.status == MemberStatus.ACTIVE and member.customer_is_active,
        "can_change_status": member.status != MemberStatus.CLOSED,
        **standing(visit, member),
    }
    return show(visit, "members/member.html", context, status=status)


def orders_wait(shop: Shop, customer_id: str) -> bool:
    """Whether a customer has paid for what brings points once their email is confirmed."""
    known = customer_id.replace("\x00", "")  # text has no NUL
    return followed.have_orders_waiting(shop).filter(customer_id=known).exists()


def standing(visit: Visit, member: Member) -> Mapping[str, object]:
    """`way` to the next reward, and the `ending` that comes next; nothing without a program."""
    rules = visit.program.current if visit.program else None
    if visit.program is None or rules is None:
        return {}
    endings = endings_of(member, rules.expiry) if visit.program.is_active else []
    return {
        "way": progress(balance=member.balance, threshold=rules.threshold),
        "ending": endings[0] if endings else None,
    }


def show_undo(visit: Visit, member: Member, undone: Undone, *, status: int = 200) -> HttpResponse:
    """The member's page with the question whether to take a gift back, while it can be."""
    if staff_points.taken_back([undone.gift]):
        refusal = _("These points were taken back already.")
        return show_member(visit, member, refusal=refusal, status=status)
    return show_member(visit, member, undone=undone, status=status)


def gift_of(shop: Shop, entry_id: int, member: Member | None = None) -> Entry:
    """Points that staff gave, to the member if one is named; else Http404."""
    gifts = Entry.objects.filter(shop=shop, kind__in=BY_STAFF, points__gt=0)
    if member:
        gifts = gifts.filter(account__member=member)
    found = gifts.filter(pk=entry_id).select_related("account__member", "shop", "note").first()
    if found is None:
        raise Http404
    return found


def why_taken_back(gift: Entry) -> str:
    """The reason that taking a gift back starts from: the gift's own, in its reader's language."""
    reason = taken_back(gift.reason, gift.member.language_code)
    return reason[: reasons.LONGEST]


def _blocking(member: Member) -> Action | None:
    """When they were blocked, by whom and why; None for who is not, or by no record of ours."""
    if member.status != MemberStatus.BLOCKED:
        return None
    records = member.audit_records.filter(action=AuditAction.MEMBER_STATUS, detail=member.status)
    record = records.select_related("note").order_by("-pk").first()
    return action_in_words(record) if record else None


def _messages(member: Member, fault: AddressFault | None) -> list[dict[str, object]]:
    messages = failed.telling(Message.objects.filter(member=member)).order_by("-pk")[:MESSAGES]
    is_mailed = bool(member.email) and fault is None
    has_device = bool(announcements.with_device([member.pk]))

    def is_taken(kind: str) -> bool:
        return (has_device and not reach.why_not(member, kind)) if kind in PUSHES else is_mailed

    words = {
        MessageStatus.PENDING: (_("Waits"), "warn"),
        MessageStatus.SENT: (_("Sent"), "good"),
        MessageStatus.SKIPPED: (_("Not sent"), ""),
        MessageStatus.FAILED: (_("Failed"), "bad"),
    }
    return [
        {
            "message": message,
            "kind": KINDS[message.kind].label,
            "state": words[MessageStatus(message.status)],
            "can_resend": message.status != MessageStatus.PENDING
            and message.still_tells
            and is_taken(message.kind),
            "was_sent": message.status == MessageStatus.SENT,
        }
        for message in messages
    ]
