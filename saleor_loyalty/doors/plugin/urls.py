"""Saleor's addresses, and our pages' beside them."""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, include, path
from saleor.core.db.connection import allow_writer

from saleor_loyalty.account_page.urls import account_urls
from saleor_loyalty.dashboard_extension import urls as staff
from saleor_loyalty.dashboard_extension.pages import shell
from saleor_loyalty.doors.app.account import customer_of
from saleor_loyalty.doors.plugin.addresses import PREFIX
from saleor_loyalty.doors.plugin.pages import PluginDoor
from saleor_loyalty.unsubscribe_page import unsubscribe_view

DOOR = {"door": PluginDoor()}


def may_write(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page that uses the main database: Saleor reports each use that was not announced."""

    @wraps(view)
    def announced(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with allow_writer():
            return view(request, *args, **kwargs)

    return announced


def announced(patterns: Iterable[URLPattern]) -> list[URLPattern]:
    return [URLPattern(p.pattern, may_write(p.callback), p.default_args, p.name) for p in patterns]


pages: list[URLPattern | URLResolver] = [
    # The Dashboard asks for the first page without the slash.
    path("app", may_write(shell), DOOR),
    path("app/", include((announced(staff.urlpatterns), staff.app_name)), DOOR),
    path("account/", include(announced(account_urls(customer_of)))),
    path("unsubscribe/<token>", may_write(unsubscribe_view)),
]

urlpatterns = [
    path(PREFIX, include(pages)),
    path("", include("saleor.urls")),
]
