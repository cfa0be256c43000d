"""A stand-in for Saleor's Dashboard: the app's pages, widgets and popups in frames, for staff."""

import json
from typing import Any
from urllib.parse import urlencode

import httpx
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from sandbox.shop import tokens
from sandbox.shop.http import client
from sandbox.shop.ids import global_id as id_of
from sandbox.shop.ids import key_of
from sandbox.shop.models import App, Order, User
from sandbox.shop.pages import visitor


@require_safe
def dashboard(request: HttpRequest, path: str = "") -> HttpResponse:
    """The first page, or one of the app's in full."""
    if (frame := _frame(request)) is None:
        messages.info(request, "The Dashboard is for staff: be Sam.")
        return _sign_in_first(request)
    return render(request, "shop/dashboard.html", {**frame, "page": path and f"/{path}"})


@require_safe
def customers(request: HttpRequest) -> HttpResponse:
    if (frame := _frame(request)) is None:
        return _sign_in_first(request)
    shoppers = [
        {"user": user, "id": id_of("User", user.pk)}
        for user in User.objects.filter(is_staff=False).order_by("pk")
    ]
    orders = [
        {"order": order, "id": id_of("Order", order.pk)}
        for order in Order.objects.exclude(status=Order.Status.DRAFT)
        .select_related("user")
        .order_by("-number")[:20]
    ]
    context = {"shoppers": shoppers, "orders": orders, "is_list": True}
    return render(request, "shop/dashboard.html", {**frame, **context})


@require_safe
def customer(request: HttpRequest, global_id: str) -> HttpResponse:
    """A customer's page, with the app's widget and its actions."""
    if (frame := _frame(request)) is None:
        return _sign_in_first(request)
    about = json.dumps({"customerId": global_id})
    user = get_object_or_404(User, pk=key_of("User", global_id))
    shown = {
        "title": f"{user.first_name} {user.last_name}",
        "about_json": about,
        "mount": "CUSTOMER_DETAILS",
    }
    return render(request, "shop/dashboard.html", {**frame, **shown})


@require_safe
def order(request: HttpRequest, global_id: str) -> HttpResponse:
    if (frame := _frame(request)) is None:
        return _sign_in_first(request)
    about = json.dumps({"orderId": global_id})
    number = get_object_or_404(Order, pk=key_of("Order", global_id)).number
    shown = {"title": f"Order {number}", "about_json": about, "mount": "ORDER_DETAILS"}
    return render(request, "shop/dashboard.html", {**frame, **shown})


@require_safe
@xframe_options_sameorigin
def token(request: HttpRequest) -> HttpResponse:
    """A new token for the app, as the Dashboard fetches one when the last has nearly run out."""
    user = visitor.user_of(request)
    if user is None or not user.is_staff:
        return JsonResponse({}, status=403)
    app = get_object_or_404(App.objects.order_by("pk")[:1])
    return JsonResponse({"token": tokens.third_party(user, app)})


def _sign_in_first(request: HttpRequest) -> HttpResponse:
    """And then back to where the visitor wanted to go."""
    return redirect(f"{reverse('sign_in')}?{urlencode({'next': request.get_full_path()})}")


def _frame(request: HttpRequest) -> dict[str, Any] | None:
    """What every page has; None for who is no staff."""
    user = visitor.user_of(request)
    if user is None or not user.is_staff:
        return None
    app = App.objects.order_by("pk").first()
    extensions = [
        extension
        for extension in (_extensions(app) if app else [])
        if set(extension["permissions"]) <= set(user.permissions)
    ]
    return {
        "app": app,
        "settings": {
            "id": id_of("App", app.pk),
            "appUrl": app.app_url,
            "apiUrl": tokens.api_url(),
            "tokenUrl": reverse("dashboard_token"),
            "home": reverse("dashboard"),
        }
        if app
        else {},
        "extensions": extensions,
    }


def _extensions(app: App) -> list[dict[str, Any]]:
    """As the app's manifest says them now; none while it does not answer."""
    try:
        manifest: dict[str, Any] = client.get(app.manifest_url).raise_for_status().json()
    except (httpx.HTTPError, ValueError):
        return []
    return list(manifest.get("extensions", []))
