"""Our pages in Saleor's process, shown in a frame of the shop's Dashboard."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from saleor_loyalty.conf import conf
from saleor_loyalty.doors.plugin import addresses, shop


@xframe_options_exempt
@require_safe
def app_view(request: HttpRequest) -> HttpResponse:
    """The page that the Dashboard shows for the App."""
    addressed = {"graphql_url": addresses.api_url(), "manifest_url": ""}
    response = render(request, "saleor_loyalty/app.html", {"shop": shop.here(), **addressed})
    response["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; base-uri 'none'; "
        f"form-action 'none'; frame-ancestors {' '.join(dashboards())}"
    )
    return response


def dashboards() -> list[str]:
    """Where the shop's Dashboard is served from: Saleor knows its host as that of a client."""
    clients: list[str] = getattr(settings, "ALLOWED_CLIENT_HOSTS", [])
    hosts = [f"*{host}" if host.startswith(".") else host for host in clients]
    return ["'self'", *hosts, *conf.allowed_origins]
