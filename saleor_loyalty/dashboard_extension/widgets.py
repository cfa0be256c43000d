"""What stands on the Dashboard's own pages of a customer and an order, and its popup."""

from django.http import HttpResponse
from django.utils.translation import get_language

from saleor_loyalty.activities import staff_points
from saleor_loyalty.dashboard_extension.forms import GiftForm
from saleor_loyalty.dashboard_extension.member_page import (
    gift_of,
    orders_wait,
    standing,
    why_taken_back,
)
from saleor_loyalty.dashboard_extension.pages import Visit, page, show, tell
from saleor_loyalty.dashboard_extension.words import gave, told_of_gift, took_back
from saleor_loyalty.members import enrolment
from saleor_loyalty.messages.explanations import explain, explainable
from saleor_loyalty.models import Entry, SettledOrder
from saleor_loyalty.permissions import Permission
from saleor_loyalty.problems import Refused

LATEST = 3


@page(Permission.MANAGE_USERS)
def customer_view(visit: Visit) -> HttpResponse:
    """`?customerId=`: the customer's points, and how they came about last."""
    customer_id = visit.request.GET.get("customerId", "")
    member = enrolment.find(shop=visit.shop, customer_id=customer_id)
    context: dict[str, object] = {
        "member": member,
        "customer_id": customer_id,
        "orders_wait": orders_wait(visit.shop, customer_id),
    }
    if member:
        entries = explainable(Entry.objects.filter(account__member=member))
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
        .select_related("member__account")
        .first()
    )
    entries = order.entries.order_by("-pk") if order else Entry.objects.none()
    context = {
        "order": order,
        "entries": [(entry, explain(entry, get_language())) for entry in explainable(entries)],
        "may_see_members": visit.viewer.may(Permission.MANAGE_USERS),
    }
    return show(visit, "widgets/order.html", context)


@page(Permission.MANAGE_USERS, methods=("GET", "POST"))
def gift_view(visit: Visit) -> HttpResponse:
    """The popup “Gift points” of a customer; who is no member yet becomes one."""
    customer_id = visit.request.GET.get("customerId", "")
    form = GiftForm(visit.request.POST if visit.is_post else None)
    if visit.is_post and (entry := form.post(visit, customer_id)):
        given = show(visit, "widgets/given.html", {"entry": entry, "title": gave(entry.points)})
        return tell(given, gave(entry.points))
    member = enrolment.find(shop=visit.shop, customer_id=customer_id)
    context = {
        "form": form,
        "customer_id": customer_id,
        "member": member,
        "told_of_gift": told_of_gift(visit.shop, member),
    }
    return show(visit, "widgets/gift.html", context, status=422 if form.errors else 200)


@page(Permission.MANAGE_USERS, methods=("POST",))
def gift_undo_view(visit: Visit, *, entry_id: int) -> HttpResponse:
    """Take a gift back where it was given; once, however often it is asked."""
    gift = gift_of(visit.shop, entry_id)
    try:
        undone = staff_points.take_back(gift, reason=why_taken_back(gift), actor=visit.viewer.actor)
    except Refused as refused:
        context = {"entry": gift, "title": gave(gift.points), "refusal": str(refused)}
        return show(visit, "widgets/given.html", context, status=422)
    told = took_back(gift.points)
    context = {"entry": undone, "title": told, "is_undone": True}
    return tell(show(visit, "widgets/given.html", context), told)
