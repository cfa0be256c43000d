"""The page's addresses, at any prefix: what links them is relative."""

from importlib.resources import files

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.views.decorators.http import require_safe

from saleor_loyalty.account_page import views
from saleor_loyalty.account_page.answers import PAGE
from saleor_loyalty.account_page.sessions import Verify

STATIC = files("saleor_loyalty.account_page") / "static"
ASSETS = {
    "account.css": "text/css; charset=utf-8",
    "account.js": "text/javascript; charset=utf-8",
    "icon.svg": "image/svg+xml",
}


def account_urls(verify: Verify) -> list[URLPattern]:
    """What a door mounts, with its way of telling whose a Saleor access token is."""
    return [
        path("", views.account, name=PAGE),
        path("sign-in/", views.sign_in, {"verify": verify}),
        path("sign-out/", views.sign_out),
        path("join/", views.join),
        path("preferences/", views.change_preferences),
        *(path(name, asset, {"name": name}) for name in ASSETS),
    ]


@require_safe
def asset(request: HttpRequest, name: str) -> HttpResponse:
    """A file of the page, from the package: nothing to collect or to serve besides."""
    response = HttpResponse((STATIC / name).read_bytes(), content_type=ASSETS[name])
    response["Cache-Control"] = "public, max-age=3600"
    return response
