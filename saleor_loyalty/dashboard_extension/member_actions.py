"""What staff do for a member: each action is one POST, and is kept with its actor."""

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
from saleor_loyalty.dashboard_extension.member_page import (
    Undone,
    gift_of,
    kept_of,
    member_of,
    show_member,
    show_undo,
)
from saleor_loyalty.dashboard_extension.pages import REFUSED, Visit, go, page
from saleor_loyalty.dashboard_extension.tags import signed
from saleor_loyalty.dashboard_extension.words import gave, took_back, withdrew
from saleor_loyalty.members import enrolment
from saleor_loyalty.messages import bounces, failed
from saleor_loyalty.models import Member, MemberStatus, Message
from saleor_loyalty.permissions import Permission
from saleor_loyalty.problems import Refused
from saleor_loyalty.rewards import withdrawal


@page(Permission.MANAGE_USERS, methods=("POST",))
def gift_view(visit: Visit, *, member_id: int) -> HttpResponse:
    member, form = member_of(visit.shop, member_id), GiftForm(visit.request.POST)
    if entry := form.post(visit, member.customer_id):
        return _done(visit, member, gave(entry.points))
    return show_member(visit, member, opened="gift", gift=form, status=REFUSED)


@page(Permission.MANAGE_USERS, methods=("POST",))
def correct_view(visit: Visit, *, member_id: int) -> HttpResponse:
    member, form = member_of(visit.shop, member_id), CorrectForm(visit.request.POST)
    if entry := form.post(visit, member.customer_id):
        told = _("Corrected by {points}").format(points=signed(entry.points))
        return _done(visit, member, told)
    return show_member(visit, member, opened="correct", correct=form, status=REFUSED)


@page(Permission.MANAGE_USERS, methods=("POST",))
def take_back_view(visit: Visit, *, member_id: int, entry_id: int) -> HttpResponse:
    """All that was given goes, or nothing: how much is not in the form."""
    member, form = member_of(visit.shop, member_id), TakeBackForm(visit.request.POST)
    gift = gift_of(visit.shop, entry_id, member)
    if form.is_valid():
        try:
            staff_points.take_back(
                gift,
                reason=form.cleaned_data["reason"],
                actor=visit.viewer.actor,
                internal_note=form.cleaned_data["internal_note"],
            )
        except Refused as refused:
            form.refuse(refused)
        else:
            return _done(visit, member, took_back(gift.points))
    return show_undo(visit, member, Undone(gift, form), status=REFUSED)


@page(Permission.MANAGE_USERS, methods=("POST",))
def status_view(visit: Visit, *, member_id: int) -> HttpResponse:
    """Block with a reason, or unblock. Who is closed stays so: the shop has them no more."""
    member, form = member_of(visit.shop, member_id), BlockForm(visit.request.POST)
    status = visit.request.POST.get("status")
    if member.status == MemberStatus.CLOSED or status not in (
        MemberStatus.ACTIVE,
        MemberStatus.BLOCKED,
    ):
        return show_member(visit, member, refusal=_("That cannot be done."), status=REFUSED)
    is_blocked = status == MemberStatus.BLOCKED
    if is_blocked and not form.is_valid():
        return show_member(visit, member, opened="status", why_blocked=form, status=REFUSED)
    try:
        enrolment.set_status(
            shop=visit.shop,
            customer_id=member.customer_id,
            status=str(status),
            actor=visit.viewer.actor,
            reason=form.cleaned_data["reason"] if is_blocked else "",
        )
    except Refused as refused:  # the shop has just closed them
        return show_member(visit, member, refusal=str(refused), status=REFUSED)
    return _done(visit, member, _("Member blocked") if is_blocked else _("Member unblocked"))


@page(Permission.MANAGE_USERS, methods=("POST",))
def withdraw_view(visit: Visit, *, member_id: int, coupon_id: int) -> HttpResponse:
    member = member_of(visit.shop, member_id)
    form = WithdrawForm(coupon_id, visit.request.POST)
    if not member.coupons.filter(pk=coupon_id).exists():
        raise Http404
    if form.is_valid():
        try:
            coupon = withdrawal.withdraw(
                shop=visit.shop,
                coupon_id=coupon_id,
                reason=form.cleaned_data["reason"],
                actor=visit.viewer.actor,
                internal_note=form.cleaned_data["internal_note"],
                return_points=form.returns_points,
            )
        except Refused as refused:
            form.refuse(refused)
        else:
            kept = kept_of(visit)  # the coupon that was sought among it
            return go(visit, "member", member_id, told=withdrew(coupon), query=kept)
    return show_member(visit, member, opened=form.name, withdraw=form, status=REFUSED)


@page(Permission.MANAGE_USERS, methods=("POST",))
def trust_view(visit: Visit, *, member_id: int) -> HttpResponse:
    """Send email to the member's address again, though mail came back or was complained of."""
    member = member_of(visit.shop, member_id)
    bounces.lift(member, actor=visit.viewer.actor)
    return _done(visit, member, _("The address is trusted again"))


@page(Permission.MANAGE_USERS, methods=("POST",))
def resend_view(visit: Visit, *, member_id: int, message_id: int) -> HttpResponse:
    """A message again; one that was sent only when told `why`."""
    member = member_of(visit.shop, member_id)
    message = Message.objects.filter(member=member, pk=message_id).first()
    if message is None:
        raise Http404
    form = ResendForm(visit.request.POST)
    form.is_valid()  # a reason is asked for only where the message was sent
    try:
        failed.resend(message, actor=visit.viewer.actor, reason=form.cleaned_data.get("why", ""))
    except Refused as refused:
        if any(problem.field == "why" for problem in refused.problems):
            form.refuse(refused)
            opened = f"resend-{message_id}"
            return show_member(visit, member, opened=opened, resend=form, status=REFUSED)
        return show_member(visit, member, refusal=str(refused), status=REFUSED)
    return _done(visit, member, _("The message will go out again"))


def _done(visit: Visit, member: Member, told: str) -> HttpResponse:
    """The member's page with its lists as they were; no coupon is sought there any more."""
    kept = {name: value for name, value in kept_of(visit).items() if name != "coupon"}
    return go(visit, "member", member.pk, told=told, query=kept)
