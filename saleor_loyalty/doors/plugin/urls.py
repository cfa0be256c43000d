"""Saleor's addresses, and our pages' beside them."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, include, path
from saleor.core.db.connection import allow_writer

from saleor_loyalty.account_page.logo import logo_view
from saleor_loyalty.account_page.unsubscribe import unsubscribe_view
from saleor_loyalty.account_page.urls import account_urls
from saleor_loyalty.dashboard_extension.overview import overview_view
from saleor_loyalty.doors.plugin.addresses import PREFIX, api_url
from saleor_loyalty.doors.plugin.pages import PluginDoor, customer_of
from saleor_loyalty.doors.signpost import Sign, shoppers_page, signpost

DOOR = {"door": PluginDoor()}


def may_write(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page that uses the main database: Saleor reports each use that was not announced."""

    @wraps(view)
    def announced(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with allow_writer():
            return view(request, *args, **kwargs)

    return announced


account = [
    URLPattern(page.pattern, may_write(page.callback), page.default_args, page.name)
    for page in account_urls(customer_of)
]


def signs() -> list[Sign]:
    return [
        ("Staff", "in the Dashboard, Customers > Loyalty"),
        shoppers_page(),
        ("Programs", f"in Saleor's own GraphQL API at {api_url()}"),
    ]


pages: list[URLPattern | URLResolver] = [
    path("", signpost(signs)),
    # The Dashboard asks for the first page without the slash.
    path("app", overview_view, DOOR),
    path("app/", include("saleor_loyalty.dashboard_extension.urls"), DOOR),
    path("account/", include(account)),
    path("unsubscribe/<token>", may_write(unsubscribe_view)),
    path("logo/<name>.png", may_write(logo_view)),
]

urlpatterns = [
    path(PREFIX, include(pages)),
    path("", include("saleor.urls")),
]
