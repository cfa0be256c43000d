"""The shopper's points: what a storefront shows of the loyalty app's answer."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from sandbox.inboxes.models import Phone
from sandbox.shop import tokens
from sandbox.shop.ids import keys_of, parts
from sandbox.shop.models import User
from sandbox.shop.pages import loyalty, visitor
from sandbox.shop.pages.frame import overview_of
from sandbox.shop.vouchers import LIMITS


@require_safe
def account(request: HttpRequest) -> HttpResponse:
    user = visitor.user_of(request)
    if user is None or user.is_staff:
        return render(request, "shop/account.html", {"is_shopper": False})
    context: dict[str, Any] = {
        "is_shopper": True,
        "phone": Phone.objects.filter(name=_phone_name(user)).first(),
    }
    try:
        data = loyalty.ask(loyalty.ACCOUNT, token=tokens.access(user))
    except loyalty.Unavailable as error:
        context["trouble"] = str(error)
    else:
        context |= _shown(data)
    return render(request, "shop/account.html", context)


@never_cache
@require_safe
def hosted_page(request: HttpRequest) -> HttpResponse:
    """Hand the shopper over to the loyalty app's own page: a form with a token just made.

    It posts itself, so a click on a link is enough.
    """
    user = visitor.user_of(request)
    if user is None or user.is_staff:
        return redirect("account")
    handover = {
        "address": f"{settings.LOYALTY_APP_URL}/account/sign-in/",
        "token": tokens.access(user),
        "return_url": f"{settings.PUBLIC_URL}{reverse('account')}",
        "channel_slug": visitor.channel_of(request).slug,
    }
    return render(request, "shop/hosted_page.html", handover)


@require_POST
def join(request: HttpRequest) -> HttpResponse:
    """Become a member of the program, with no order behind it."""
    user = visitor.user_of(request)
    if user is None or user.is_staff:
        return redirect("account")
    try:
        outcome = loyalty.ask(loyalty.JOIN, token=tokens.access(user))["loyaltyJoin"]
    except loyalty.Unavailable as error:
        messages.error(request, str(error))
        return redirect("account")
    for error in outcome["errors"]:
        messages.error(request, error["message"])
    if outcome["member"]:
        messages.success(request, "You are a member now. A welcome is on its way: see Mail.")
    return redirect("account")


@require_POST
def allow_notices(request: HttpRequest) -> HttpResponse:
    """Get a device token where a phone gets it, and tell the loyalty app about it."""
    user = visitor.user_of(request)
    if user is None or user.is_staff:
        return redirect("account")
    phone, _ = Phone.objects.get_or_create(name=_phone_name(user))
    try:
        answer = loyalty.ask(loyalty.DEVICE, token=tokens.access(user), deviceToken=phone.token)
    except loyalty.Unavailable as error:
        phone.delete()
        messages.error(request, str(error))
    else:
        _tell_outcome(request, phone, answer["loyaltyDeviceRegister"])
    return redirect("account")


@require_safe
def balance(request: HttpRequest) -> JsonResponse:
    """The balance for the header, which asks again while the page is open."""
    member = overview_of(request, visitor.user_of(request)).member
    return JsonResponse({"balance": member["balance"] if member else None})


def _tell_outcome(request: HttpRequest, phone: Phone, outcome: dict[str, Any]) -> None:
    if outcome["ok"]:
        messages.success(request, "Notices will arrive on your phone: see Push.")
        return
    phone.delete()
    messages.error(request, " ".join(error["message"] for error in outcome["errors"]))


def _phone_name(user: User) -> str:
    return f"{user.first_name}'s phone"


def _shown(data: dict[str, Any]) -> dict[str, Any]:
    """The answer as the template wants it: datetimes, the way to the reward in percent."""
    member, program = data["loyalty"], data["loyaltyProgram"]
    if not member:
        return {"program": program, "member": None}
    zone = ZoneInfo(program["timeZone"] if program else "UTC")
    coupons = [_coupon(edge["node"], zone) for edge in member["coupons"]["edges"]]
    entries = _with_balances([_entry(edge["node"]) for edge in member["entries"]["edges"]])
    done = program["threshold"] - member["pointsToNextReward"] if program else 0
    return {
        "program": program,
        "member": member,
        "coupons": coupons,
        "entries": entries,
        "awaits_code": any(coupon["status"] == "PENDING" for coupon in coupons),
        "points_last_day": _last_day(_moment(member["expiresAt"]), zone),
        "owes": program is not None and member["pointsToNextReward"] > program["threshold"],
        "older": member["entries"]["totalCount"] - len(entries),
        "percent": max(0, min(100, 100 * done // program["threshold"])) if program else 0,
    }


def _coupon(coupon: dict[str, Any], zone: ZoneInfo) -> dict[str, Any]:
    moments = {name: _moment(coupon[name]) for name in ("issuedAt", "expiresAt", "usedAt")}
    return {
        **coupon,
        **moments,
        "last_day": _last_day(moments["expiresAt"], zone),
        "only_on": _names(coupon["limitedTo"]),
        "is_open": coupon["status"] in {"ACTIVE", "PENDING"},
    }


def _names(limited_to: dict[str, list[str]]) -> list[str]:
    """What a coupon is limited to, as the shop calls it: the loyalty app knows it by its ids."""
    return [
        row.name
        for name, model in LIMITS.items()
        for row in model._default_manager.filter(pk__in=keys_of(model.__name__, limited_to[name]))
    ]


def _entry(entry: dict[str, Any]) -> dict[str, Any]:
    """With the key of the order's page: the loyalty app knows orders by Saleor's global id."""
    key = parts(entry["orderId"])[1] if entry["orderId"] else None
    return {**entry, "createdAt": _moment(entry["createdAt"]), "order_key": key}


def _with_balances(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Newest first, with whether the balance was below 0 then: a shopper is answered 0 for it."""
    balance = entries[-1]["balanceAfter"] - entries[-1]["points"] if entries else 0
    for entry in reversed(entries):
        balance = entry["balanceAfter"] or balance + entry["points"]
        entry["is_owed"] = balance < 0
    return entries


def _last_day(end: datetime | None, zone: ZoneInfo) -> date | None:
    """The day that an end closes: the programme's things end at a midnight of its time zone."""
    return (end - timedelta(microseconds=1)).astimezone(zone).date() if end else None


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
