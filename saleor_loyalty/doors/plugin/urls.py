"""Saleor's addresses, and our pages' beside them."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from saleor.core.db.connection import allow_writer

from saleor_loyalty.doors.plugin.addresses import PREFIX
from saleor_loyalty.doors.plugin.pages import app_view


def may_write(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page that uses the main database: Saleor reports each use that was not announced."""

    @wraps(view)
    def announced(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with allow_writer():
            return view(request, *args, **kwargs)

    return announced


pages = [path("app/", may_write(app_view), name="app")]

urlpatterns = [
    path(PREFIX, include((pages, "loyalty"))),
    path("", include("saleor.urls")),
]
