"""One member: where they stand, how it came about, and what staff can do for them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django import forms
from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from saleor_loyalty.activities import staff_points
from saleor_loyalty.dashboard_extension.forms import (
    CorrectForm,
    GiftForm,
    ResendForm,
    TakeBackForm,
    WithdrawForm,
)
from saleor_loyalty.dashboard_extension.pages import Visit, page, show
from saleor_loyalty.dashboard_extension.words import (
    action_in_words,
    language_name,
)
from saleor_loyalty.database.paging import whole_number
from saleor_loyalty.ledger.endings import endings_of
from saleor_loyalty.members import announcements, followed
from saleor_loyalty.messages import bounces
from saleor_loyalty.messages.explanations import explain, explainable, taken_back
from saleor_loyalty.messages.kinds import KINDS, PUSHES
from saleor_loyalty.models import (
    BY_SALEOR,
    Coupon,
    CouponStatus,
    Entry,
    EntryKind,
    Member,
    MemberStatus,
    Message,
    MessageStatus,
    Shop,
)
from saleor_loyalty.permissions import Permission
from saleor_loyalty.rewards.coupon_terms import asks_for_more, terms_now
from saleor_loyalty.rewards.offers import offers, reward_name
from saleor_loyalty.rules.rewards import progress
from saleor_loyalty.sentences import locale

HISTORY = 20
COUPONS = 50
MESSAGES = 10
ACTIONS = 10
BY_STAFF = (EntryKind.GIFT, EntryKind.ADJUSTMENT)


@page(Permission.MANAGE_USERS)
def member_view(visit: Visit, *, member_id: int) -> HttpResponse:
    """The page; `?older=` continues the history, `?undo=` asks whether to take a gift back."""
    member = member_of(visit.shop, member_id)
    asked = whole_number(visit.request.GET.get("undo"))
    if asked is None:
        return show_member(visit, member)
    gift = gift_of(visit.shop, asked, member)
    form = TakeBackForm(initial={"reason": why_taken_back(gift)})
    return show_undo(visit, member, Undone(gift, form))


def member_of(shop: Shop, member_id: int) -> Member:
    """The shop's member, else Http404."""
    member = Member.objects.filter(shop=shop, pk=member_id).select_related("account").first()
    if member is None:
        raise Http404
    return member


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the history. `can_undo`: staff gave these points, and have not taken them back."""

    entry: Entry
    words: str
    can_undo: bool
    is_undone: bool


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
    withdraw: forms.Form | None = None,
    resend: forms.Form | None = None,
    undone: Undone | None = None,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    """The member's page, with the dialog `opened` and the form in it that was refused.

    `undone` is a dialog of its own: it is there only when asked for.
    """
    rows, older = _history(visit, member)
    context = {
        "member": member,
        "orders_wait": orders_wait(visit.shop, member.customer_id),
        "opened": opened,
        "refusal": refusal,
        "gift": gift or GiftForm(),
        "correct": correct or CorrectForm(),
        "withdraw": withdraw or WithdrawForm(),
        "resend": resend or ResendForm(),
        "fault": bounces.fault_of(member),
        "undone": undone,
        "rows": rows,
        "older": older,
        "is_start": "older" not in visit.request.GET,
        "coupons": _coupons(member),
        "messages": _messages(member),
        "devices": member.devices.order_by("-registered_at"),
        "actions": [
            action_in_words(record)
            for record in member.audit_records.select_related("note").order_by("-pk")[:ACTIONS]
        ],
        "language": language_name(member.language_code),
        "is_active": member.status == MemberStatus.ACTIVE,
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


def _history(visit: Visit, member: Member) -> tuple[list[Row], int | None]:
    """A page of the history, newest first, and where the next one starts."""
    entries = explainable(Entry.objects.filter(account__member=member))
    older = whole_number(visit.request.GET.get("older"))
    if older is not None:
        entries = entries.filter(pk__lt=older)
    found = list(entries.order_by("-pk")[: HISTORY + 1])
    gifts = [entry for entry in found if entry.kind in BY_STAFF and entry.points > 0]
    undone = staff_points.taken_back(gifts) if gifts else frozenset()
    rows = [
        Row(
            entry=entry,
            words=explain(entry, get_language()),
            can_undo=entry in gifts and entry.pk not in undone,
            is_undone=entry.pk in undone,
        )
        for entry in found[:HISTORY]
    ]
    return rows, found[HISTORY - 1].pk if len(found) > HISTORY else None


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
    return reason[: staff_points.LONGEST_REASON]


def _coupons(member: Member) -> list[dict[str, object]]:
    """Newest first, with what each gives and whether it can still be withdrawn."""
    now = timezone.now()
    coupons = (
        Coupon.objects.filter(member=member)
        .select_related("reward", "entry__version")
        .prefetch_related("reward__terms", "codes")
        .order_by("-pk")[:COUPONS]
    )
    return [
        {
            "coupon": coupon,
            "name": reward_name(terms := terms_now(coupon), locale()),
            "offers": offers(terms, locale()),
            "notes": list(_notes(coupon)),
            "why_not_made": coupon.current.error if coupon.status == CouponStatus.PENDING else "",
            "state": _state(coupon, coupon.status_at(now)),
            "can_withdraw": coupon.is_unused_at(now),
        }
        for coupon in coupons
    ]


def _state(coupon: Coupon, status: str) -> tuple[str, str]:
    """In words, and the badge's colour."""
    if status == CouponStatus.ACTIVE and coupon.refused_at:
        return pgettext("a coupon", "Not taken by Saleor"), "warn"
    return {
        CouponStatus.PENDING: (pgettext("a coupon", "Being made"), "warn"),
        CouponStatus.ACTIVE: (pgettext("a coupon", "Can be used"), "good"),
        CouponStatus.USED: (pgettext("a coupon", "Used"), ""),
        CouponStatus.EXPIRED: (pgettext("a coupon", "Expired"), ""),
        CouponStatus.WITHDRAWN: (pgettext("a coupon", "Withdrawn"), "bad"),
    }[CouponStatus(status)]


def _notes(coupon: Coupon) -> Iterator[str]:
    """What was done to the coupon in Saleor, and by whom it was withdrawn."""
    if coupon.shop_terms is not None:
        yield _("Changed in Saleor since it was issued.")
    if asks_for_more(coupon):
        yield _("Its voucher asks for more there than is shown here.")
    if coupon.status == CouponStatus.ACTIVE and coupon.refused_at:
        yield _("Its code is held by a draft order, or its voucher is not listed in any channel.")
    if coupon.status == CouponStatus.WITHDRAWN and coupon.withdrawn_by == BY_SALEOR:
        yield _("Its voucher was deleted in Saleor; the points are back.")
    elif coupon.status == CouponStatus.WITHDRAWN and coupon.withdrawn_by:
        yield _("Withdrawn by {actor}.").format(actor=coupon.withdrawn_by)
        if coupon.forfeited:
            yield _("Its points did not come back.")


def _messages(member: Member) -> list[dict[str, object]]:
    messages = Message.objects.filter(member=member).order_by("-pk")[:MESSAGES]
    is_reached = bool(announcements.with_device([member.pk]))
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
            and (message.kind not in PUSHES or is_reached),
            "was_sent": message.status == MessageStatus.SENT,
        }
        for message in messages
    ]
