"""The staff's side: gifts of points, orders, the installed app and what was sent to it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.crypto import get_random_string
from django.views.decorators.http import require_POST, require_safe

from sandbox.shop import tokens
from sandbox.shop.ids import global_id
from sandbox.shop.installation import InstallationFailed, install
from sandbox.shop.models import App, Delivery, Order, User
from sandbox.shop.pages import loyalty, visitor

MEMBER = "{ balance debt }"


@require_safe
def staff(request: HttpRequest) -> HttpResponse:
    user = visitor.user_of(request)
    if user is None or not user.is_staff:
        return render(request, "shop/staff.html", {"is_staff": False})
    app = App.objects.order_by("pk").first()
    orders = Order.objects.exclude(status=Order.Status.DRAFT).select_related("channel", "user")
    context: dict[str, Any] = {
        "is_staff": True,
        "app": app,
        "orders": orders.order_by("-number")[:8],
        "deliveries": Delivery.objects.select_related("webhook").order_by("-pk")[:8],
        "gift_key": get_random_string(20),
    }
    try:
        context["shoppers"] = _shoppers(user, app)
    except loyalty.Unavailable as error:
        context |= {"shoppers": _shoppers(user, None), "trouble": str(error)}
    return render(request, "shop/staff.html", context)


@require_POST
def gift(request: HttpRequest) -> HttpResponse:
    """Give points, with the staff member's own token for the app, as the Dashboard would."""
    user, app = visitor.user_of(request), App.objects.order_by("pk").first()
    if user is None or not user.is_staff or app is None:
        return redirect("staff")
    shopper = get_object_or_404(User, pk=request.POST["shopper"], is_staff=False)
    points = request.POST.get("points", "")
    try:
        answer = loyalty.ask(
            loyalty.GIFT,
            token=tokens.third_party(user, app),
            customerId=global_id("User", shopper.pk),
            points=int(points) if points.removeprefix("-").isdecimal() else 0,
            reason=request.POST.get("reason", ""),
            key=request.POST.get("key", ""),
        )["loyaltyPointsGift"]
    except loyalty.Unavailable as error:
        messages.error(request, str(error))
        return redirect("staff")
    for refusal in answer["errors"]:
        messages.error(request, refusal["message"])
    if not answer["errors"]:
        balance = answer["member"]["balance"]
        messages.success(request, f"{shopper.first_name} has {balance:,} points now.")
    return redirect("staff")


@require_POST
def install_app(request: HttpRequest) -> HttpResponse:
    user = visitor.user_of(request)
    if user is None or not user.is_staff:
        return redirect("staff")
    try:
        app = install(request.POST.get("manifest_url", "").strip())
    except InstallationFailed as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"{app.name} is installed.")
    return redirect("staff")


def _shoppers(staff: User, app: App | None) -> list[dict[str, Any]]:
    """The shoppers with their balances, if there is an app to ask: in one request.

    Raises loyalty.Unavailable.
    """
    users = list(User.objects.filter(is_staff=False, is_active=True).order_by("pk"))
    members: dict[str, Any] = {}
    if app and users:
        fields = " ".join(
            f'u{user.pk}: loyaltyMember(customerId: "{global_id("User", user.pk)}") {MEMBER}'
            for user in users
        )
        members = loyalty.ask(
            f"query Balances {{ {fields} }}", token=tokens.third_party(staff, app)
        )
    return [{"user": user, "member": members.get(f"u{user.pk}")} for user in users]
