"""An order and its history, and what the shop's staff would do with it."""

import uuid
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet, Sum
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from sandbox.shop import orders as shop_orders
from sandbox.shop import payments, returns, tokens
from sandbox.shop.ids import global_id
from sandbox.shop.models import Order
from sandbox.shop.pages import loyalty, visitor
from sandbox.shop.prices import to_cents
from sandbox.shop.problems import ShopError
from sandbox.shop.templatetags.shop_format import money

AWAITED = timedelta(seconds=20)  # after that the page no longer asks again


@require_safe
def orders(request: HttpRequest) -> HttpResponse:
    """A shopper's own orders; staff sees everybody's."""
    user = visitor.user_of(request)
    rows: QuerySet[Order] = Order.objects.select_related("channel", "user").order_by("-number")
    rows = rows.exclude(status=Order.Status.DRAFT)
    if user is None:
        rows = rows.none()
    elif not user.is_staff:
        rows = rows.filter(user=user)
    return render(request, "shop/orders.html", {"orders": rows[:100]})


@require_safe
def order(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """An order, for whoever has its address."""
    order = get_object_or_404(Order.objects.select_related("channel", "user"), pk=pk)
    context = {
        "order": order,
        "lines": order.lines.select_related("product").annotate(
            returned=Coalesce(Sum("fulfillment_lines__quantity"), 0)
        ),
        "events": order.events.all(),
        "undiscounted": order.total - order.shipping_price + order.discount,
        "unpaid": max(order.total - order.total_charged, Decimal(0)),
        **_points(request, order),
    }
    return render(request, "shop/order.html", context)


def _points(request: HttpRequest, order: Order) -> dict[str, Any]:
    """What came of the order for the shopper who looks at it, or whether that is still to come."""
    user = visitor.user_of(request)
    if user is None or user.is_staff or order.user != user or not order.total_charged:
        return {}
    try:
        member = loyalty.ask(loyalty.ACCOUNT, token=tokens.access(user))["loyalty"]
    except loyalty.Unavailable:
        return {}
    entries = [edge["node"] for edge in member["entries"]["edges"]] if member else []
    own = [entry for entry in entries if entry["orderId"] == global_id("Order", order.pk)]
    is_new = timezone.now() - order.created < AWAITED
    moments = {entry["createdAt"] for entry in own}
    return {
        "entries": own,
        "coupons": sum(e["kind"] == "REWARD" and e["createdAt"] in moments for e in entries),
        "awaits_points": is_new and not own,
    }


@require_POST
def pay(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Charge what is still open."""
    order = get_object_or_404(Order.objects.select_related("channel"), pk=pk)
    unpaid = order.total - order.total_charged
    if unpaid > 0:
        payments.create(order, name="Card", amounts={"CHARGE": unpaid})
        messages.success(request, f"{money(unpaid, order.channel.currency_code)} paid.")
    return redirect("order", pk=pk)


@require_POST
def refund(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Give back a part of what was charged, or all of it."""
    order = get_object_or_404(Order.objects.select_related("channel"), pk=pk)
    amount = (
        order.total_charged if "all" in request.POST else _amount(request.POST.get("amount", ""))
    )
    if not 0 < amount <= order.total_charged:
        most = money(order.total_charged, order.channel.currency_code)
        messages.error(request, f"Give an amount above 0 and at most {most}.")
        return redirect("order", pk=pk)
    left = amount
    for payment in order.transactions.filter(charged__gt=0):
        part = min(left, payment.charged)
        if part > 0:
            payments.report(
                payment, type_="REFUND_SUCCESS", amount=part, psp_reference=uuid.uuid4().hex
            )
            left -= part
    messages.success(request, f"{money(amount, order.channel.currency_code)} refunded.")
    return redirect("order", pk=pk)


@require_POST
def take_back(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One piece of a line comes back; what was paid for it is another matter."""
    order = get_object_or_404(Order, pk=pk)
    line = get_object_or_404(order.lines, pk=request.POST.get("line", ""))
    try:
        returns.take_back(order, {line: 1})
    except ShopError as error:
        messages.error(request, str(error))
    else:
        messages.success(
            request, f"1 × {line.product_name} came back. Nothing is refunded by that."
        )
    return redirect("order", pk=pk)


@require_POST
def cancel(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    order = get_object_or_404(Order, pk=pk)
    try:
        shop_orders.cancel(order)
    except ShopError as error:
        messages.error(request, str(error))
    else:
        messages.success(
            request, f"Order {order.number} is cancelled. What was paid is not given back by that."
        )
    return redirect("order", pk=pk)


def _amount(text: str) -> Decimal:
    try:
        return to_cents(Decimal(text.replace(",", ".")))
    except InvalidOperation:
        return Decimal(0)
