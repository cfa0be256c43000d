"""How the page is sent: never kept by a cache, nothing run that is not ours, framed by few."""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language_info, override

from saleor_loyalty import __version__
from saleor_loyalty.conf import conf
from saleor_loyalty.messages import colors
from saleor_loyalty.models import Branding
from saleor_loyalty.shop import branding
from saleor_loyalty.templating import rendered

PAGE = "account"  # the name of the page's own address, below which all others are


def page(
    request: HttpRequest,
    template: str,
    context: Mapping[str, Any],
    *,
    shown_as: Branding,
    language: str,
    status: int = 200,
    framed_by: Sequence[str] | None = None,
) -> HttpResponse:
    """A page of ours in a shop's look and in one of our languages.

    The storefronts may frame it, or who is in `framed_by`.
    """
    nonce = secrets.token_urlsafe(16)
    frame = {
        "branding": shown_as,
        "palette": colors.palette(shown_as.brand_color),
        "nonce": nonce,
        "version": __version__,
        "root": _root(request),
        "language": get_language_info(language),
    }
    with override(language):
        content = rendered(f"account/{template}.html", {**frame, **context}, request)
    response = HttpResponse(content, status=status)
    response["Content-Security-Policy"] = _policy(
        nonce, shown_as.logo_address, conf.allowed_origins if framed_by is None else framed_by
    )
    return guarded(response)


def guarded(response: HttpResponse) -> HttpResponse:
    """The headers that every answer of the page carries."""
    response["Cache-Control"] = "no-store, private"
    response["Referrer-Policy"] = "same-origin"
    response["X-Content-Type-Options"] = "nosniff"
    response["X-Robots-Tag"] = "noindex"
    # Who may frame the page is in its Content-Security-Policy; this header knows no list.
    response.xframe_options_exempt = True
    return response


def base(request: HttpRequest) -> str:
    """The path of the page itself, below which all others are."""
    match = request.resolver_match
    is_page = match is not None and match.url_name == PAGE
    return request.path if is_page else f"{request.path.rstrip('/').rpartition('/')[0]}/"


def _root(request: HttpRequest) -> str:
    """The way from the address of a request to that of the page itself, wherever it is mounted."""
    match = request.resolver_match
    return "./" if match and match.url_name == PAGE else "../"


def _policy(nonce: str, logo_address: str, framed_by: Sequence[str]) -> str:
    frames = " ".join(framed_by) or "'none'"
    logo = urlsplit(logo_address)
    # Checked when it was saved, but what else would stand there is no word of a policy.
    is_host = branding.HOST.fullmatch(logo.netloc)
    pictures = f"'self' {logo.scheme}://{logo.netloc}" if is_host else "'self'"
    return (
        "default-src 'none'; script-src 'self'; "
        f"style-src 'self' 'nonce-{nonce}'; img-src {pictures}; "
        "base-uri 'none'; form-action 'self'; "
        f"frame-ancestors {frames}"
    )
