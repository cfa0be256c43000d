"""A page to try the GraphQL API on, for development: shown at its address while DEBUG is on."""

import secrets
from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt

POLICY = (
    "default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def explored(answer: Callable[[HttpRequest], HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """The view `answer`, and for a browser that comes to look, the page."""

    @csrf_exempt
    @wraps(answer)
    def view(request: HttpRequest) -> HttpResponseBase:
        looking = request.method == "GET" and settings.DEBUG
        return _page(request) if looking else answer(request)

    return view


def _page(request: HttpRequest) -> HttpResponse:
    nonce = secrets.token_urlsafe()
    response = render(request, "saleor_loyalty/explorer.html", {"nonce": nonce})
    response["Content-Security-Policy"] = POLICY.format(nonce=nonce)
    return response
