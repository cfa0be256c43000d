"""What Saleor reads before it installs the app."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.templatetags.static import static
from django.views.decorators.http import require_safe

from saleor_loyalty import __version__
from saleor_loyalty.conf import conf
from saleor_loyalty.dashboard_extension.extensions import EXTENSIONS
from saleor_loyalty.saleor_api.client import document

APP_ID = "saleor.loyalty"
NAME = "Loyalty"
# Orders with their customers, the vouchers that are coupons, and to be told of customers: Saleor
# sends their events to no app without MANAGE_USERS. Nothing else is asked for.
PERMISSIONS = ("MANAGE_ORDERS", "MANAGE_DISCOUNTS", "MANAGE_USERS")
ORDER_EVENTS = (
    "ORDER_CREATED",
    "ORDER_PAID",
    "ORDER_FULLY_PAID",
    "ORDER_UPDATED",
    "ORDER_REFUNDED",
    "ORDER_FULLY_REFUNDED",
    "ORDER_CANCELLED",
    "ORDER_EXPIRED",
    "ORDER_BULK_CREATED",
)
CUSTOMER_EVENTS = ("CUSTOMER_CREATED", "CUSTOMER_UPDATED", "ACCOUNT_CONFIRMED", "ACCOUNT_DELETED")


@require_safe
def manifest_view(request: HttpRequest) -> JsonResponse:
    """The manifest. It is public: shops install the app by this address."""
    return JsonResponse(manifest())


def manifest() -> dict[str, Any]:
    """Our manifest, in the form of Saleor 3.22 and later."""
    # No slash at the end: the Dashboard puts the addresses of pages right behind it.
    app_url = f"{conf.public_url}/app"
    return {
        "id": APP_ID,
        "version": __version__,
        "requiredSaleorVersion": ">=3.22 <4",
        "name": NAME,
        "author": "saleor-loyalty contributors",
        "about": (
            "Shoppers collect points for what they pay; enough points become a single-use voucher "
            "that reaches them by email and push."
        ),
        "permissions": list(PERMISSIONS),
        "appUrl": app_url,
        "tokenTargetUrl": f"{conf.public_url}/app/register",
        # Saleor writes it into the tokens it makes for us, which no other app can then use.
        "audience": conf.public_url,
        "brand": {"logo": {"default": conf.public_url + static("saleor_loyalty/logo.png")}},
        "extensions": [extension.manifest(app_url) for extension in EXTENSIONS],
        "webhooks": [
            _webhook("Orders", ORDER_EVENTS, query="order_events"),
            _webhook("Customers", CUSTOMER_EVENTS, query="customer_events"),
        ],
    }


def _webhook(name: str, events: Iterable[str], *, query: str) -> dict[str, Any]:
    return {
        "name": name,
        "asyncEvents": list(events),
        "isActive": True,
        "targetUrl": f"{conf.public_url}/app/webhooks",
        "query": document(query),
    }
