"""The cart: pieces, the coupon field, and the way to an order, paid or not yet."""

from decimal import Decimal

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from sandbox.shop import checkouts, payments, vouchers
from sandbox.shop.models import Checkout, Order, Product
from sandbox.shop.pages import visitor
from sandbox.shop.pages.frame import overview_of
from sandbox.shop.problems import ShopError
from sandbox.shop.templatetags.shop_format import money

MAX_PIECES = 99


@require_safe
def cart(request: HttpRequest) -> HttpResponse:
    checkout = visitor.cart_of(request)
    if checkout is None or not checkout.lines.exists():
        return render(request, "shop/cart.html", {"totals": None})
    _deliver_as_needed(checkout)
    totals = checkouts.totals(checkout)
    overview = overview_of(request, visitor.user_of(request))
    earned = sum(
        (after for line, _, after in totals.lines if line.product.is_shipping_required), Decimal(0)
    )
    if overview.program and overview.program["includeShipping"]:
        earned += totals.shipping
    context = {
        "trouble": request.session.pop("code_trouble", ""),
        "checkout": checkout,
        "totals": totals,
        "points": overview.points_for(earned, checkout.channel),
    }
    return render(request, "shop/cart.html", context)


@require_POST
def set_quantity(request: HttpRequest) -> HttpResponse:
    """Have so many pieces (`quantity`), or without it one more, of a product in the cart."""
    product = get_object_or_404(Product, pk=request.POST["product"])
    checkout = visitor.cart_of(request) or visitor.new_cart(request)
    line = checkout.lines.filter(product=product).first()
    had = line.quantity if line else 0
    wanted = _number(request.POST.get("quantity")) if "quantity" in request.POST else had + 1
    checkouts.set_quantity(checkout, product, min(wanted, MAX_PIECES))
    if wanted > had:
        messages.success(request, f"{product.name} is in your cart.")
    return redirect("cart" if "quantity" in request.POST else "front")


@require_POST
def code(request: HttpRequest) -> HttpResponse:
    """Use the code typed in, or take out the one in use."""
    checkout = visitor.cart_of(request)
    typed = request.POST.get("code", "").strip()
    if checkout is None:
        return redirect("cart")
    if "remove" in request.POST:
        checkouts.remove_code(checkout)
        return redirect("cart")
    try:
        checkouts.add_code(checkout, typed)
    except ShopError as error:
        request.session["code_trouble"] = _why_not(checkout, typed, error)
    else:
        messages.success(request, "The code is good: see the new total.")
    return redirect("cart")


@require_POST
def complete(request: HttpRequest) -> HttpResponse:
    """Order what is in the cart; paid at once unless asked otherwise."""
    checkout = visitor.cart_of(request)
    if checkout is None:
        return redirect("cart")
    try:
        order = _complete(
            checkout, email=request.POST.get("email", ""), is_paid="pay" in request.POST
        )
    except (ShopError, ValidationError) as error:
        message = error.messages[0] if isinstance(error, ValidationError) else str(error)
        messages.error(request, message)
        return redirect("cart")
    del request.session["checkout"]
    messages.success(request, f"Thank you. This is your order {order.number}.")
    return redirect("order", pk=order.pk)


@transaction.atomic
def _complete(checkout: Checkout, *, email: str, is_paid: bool) -> Order:
    if checkout.user is None:
        validate_email(email)
        checkout.email = email
        checkout.save(update_fields=["email"])
    _deliver_as_needed(checkout)
    if is_paid:
        payments.create(checkout, name="Card", amounts={"CHARGE": checkouts.totals(checkout).total})
    return checkouts.complete(checkout)


def _deliver_as_needed(checkout: Checkout) -> None:
    """There is one way of delivery: chosen for the shopper, and dropped when nothing needs it."""
    needed = checkouts.needs_delivery(checkout)
    if checkout.has_delivery != needed:
        checkouts.deliver(checkout, needed)


def _why_not(checkout: Checkout, typed: str, error: ShopError) -> str:
    """Why a code does not do, for whoever typed it: Saleor does not tell what it is for."""
    if error.entry["code"] == "VOUCHER_NOT_APPLICABLE":
        channel = checkout.channel
        listing = vouchers.active_code(typed, channel).voucher.listings.get(channel=channel)
        least = listing.min_spent or Decimal(0)
        if checkouts.totals(checkout).undiscounted >= least:
            return "This coupon is for other products than these."
        return f"This coupon is for orders from {money(least, channel.currency_code)}."
    said = str(error).rstrip(".")
    return f"{typed or 'An empty code'}: {said[0].lower()}{said[1:]}."


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() else 0
