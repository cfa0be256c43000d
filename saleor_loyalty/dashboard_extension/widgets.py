"""What stands on the Dashboard's own pages of a customer and an order, and its popup."""

from django.http import HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from saleor_loyalty import members, staff_points
from saleor_loyalty.dashboard_extension.forms import CorrectForm, GiftForm
from saleor_loyalty.dashboard_extension.member_page import gift_of, standing, taking_back
from saleor_loyalty.dashboard_extension.pages import Visit, page, show, tell
from saleor_loyalty.dashboard_extension.tags import points, signed
from saleor_loyalty.explanations import explain
from saleor_loyalty.models import Entry, SettledOrder
from saleor_loyalty.permissions import Permission
from saleor_loyalty.problems import Refused
from saleor_loyalty.saleor_api.transport import SaleorUnavailable

LATEST = 3


@page(Permission.MANAGE_USERS)
def customer_view(visit: Visit) -> HttpResponse:
    """`?customerId=`: the customer's points, and how they came about last."""
    customer_id = visit.request.GET.get("customerId", "")
    member = members.find(shop=visit.shop, customer_id=customer_id)
    context: dict[str, object] = {"member": member, "customer_id": customer_id}
    if member:
        entries = Entry.objects.filter(member=member).select_related("version", "order")
        context |= {
            **standing(visit, member),
            "latest": [
                (entry.points, explain(entry, get_language()))
                for entry in entries.order_by("-pk")[:LATEST]
            ],
        }
    return show(visit, "widgets/customer.html", context)


@page(Permission.MANAGE_ORDERS)
def order_view(visit: Visit) -> HttpResponse:
    """`?orderId=`: the points the order stands at, and why."""
    order_id = visit.request.GET.get("orderId", "").replace("\x00", "")  # text has no NUL
    order = (
        SettledOrder.objects.filter(shop=visit.shop, order_id=order_id)
        .select_related("member")
        .first()
    )
    entries = order.entries.select_related("version", "order").order_by("-pk") if order else ()
    context = {
        "order": order,
        "entries": [(entry, explain(entry, get_language())) for entry in entries],
        "may_see_members": visit.viewer.may(Permission.MANAGE_USERS),
    }
    return show(visit, "widgets/order.html", context)


@page(Permission.MANAGE_USERS, methods=("GET", "POST"))
def gift_view(visit: Visit) -> HttpResponse:
    """The popup “Gift points” of a customer; who is no member yet becomes one."""
    customer_id = visit.request.GET.get("customerId", "")
    form = GiftForm(visit.request.POST if visit.is_post else None)
    if form.is_valid():
        try:
            entry = staff_points.give(
                shop=visit.shop,
                customer_id=customer_id,
                points=form.cleaned_data["points"],
                reason=form.cleaned_data["reason"],
                actor=visit.viewer.actor,
                idempotency_key=form.cleaned_data["key"],
            )
        except Refused as refused:
            form.refuse(refused)
        except SaleorUnavailable:
            form.add_error(None, _("The shop does not answer just now. Nothing was given."))
        else:
            given = show(visit, "widgets/given.html", {"entry": entry})
            return tell(given, _("Gave {points}").format(points=points(entry.points)))
    context = {
        "form": form,
        "customer_id": customer_id,
        "member": members.find(shop=visit.shop, customer_id=customer_id),
    }
    return show(visit, "widgets/gift.html", context, status=422 if form.errors else 200)


@page(Permission.MANAGE_USERS, methods=("POST",))
def gift_undo_view(visit: Visit, *, entry_id: int) -> HttpResponse:
    """Take a gift back where it was given; once, however often it is asked."""
    entry = gift_of(visit.shop, entry_id)
    form = CorrectForm(taking_back(entry))
    form.full_clean()
    try:
        undone = staff_points.adjust(
            shop=visit.shop,
            customer_id=entry.member.customer_id,
            points=form.cleaned_data["points"],
            reason=form.cleaned_data["reason"],
            actor=visit.viewer.actor,
            idempotency_key=form.cleaned_data["key"],
        )
    except Refused as refused:
        form.refuse(refused)
        context = {"entry": entry, "form": form}
        return show(visit, "widgets/given.html", context, status=422)
    shown = show(visit, "widgets/given.html", {"entry": undone, "is_undone": True})
    return tell(shown, _("Corrected by {points}").format(points=signed(undone.points)))
