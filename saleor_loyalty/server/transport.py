"""By which way browsers are to come: https alone, once they came by it."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from saleor_loyalty.conf import conf

View = Callable[[HttpRequest], HttpResponseBase]


def strict_transport(get_response: View) -> View:
    """Middleware: says so (RFC 6797) where the public address is one of https.

    Django's own goes by how a request reached us, which behind a proxy may be http; by http a
    browser gives nothing for the header.
    """

    def answer(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if settings.HSTS_SECONDS and conf.public_url.startswith("https://"):
            response["Strict-Transport-Security"] = f"max-age={settings.HSTS_SECONDS}"
        return response

    return answer
