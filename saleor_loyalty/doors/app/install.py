"""The installation handshake: a shop hands us the token of the App it has made for us."""

import logging
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone

from saleor_loyalty.conf import conf
from saleor_loyalty.doors.app import body, keys, rates, shops
from saleor_loyalty.doors.app.refusals import Code, Refusal, door
from saleor_loyalty.doors.jwks import Jwks
from saleor_loyalty.doors.manifest import APP_ID
from saleor_loyalty.models import Shop
from saleor_loyalty.saleor_api.client import Saleor
from saleor_loyalty.saleor_api.facts import App
from saleor_loyalty.saleor_api.transport import HttpTransport, SaleorRefused, SaleorUnavailable
from saleor_loyalty.shop.vault import seal
from saleor_loyalty.workers.waking import wake

logger = logging.getLogger(__name__)


@door(
    "Saleor calls this address, by POST, when a shop installs the app. Its manifest: app/manifest"
)
def register_view(request: HttpRequest) -> HttpResponse:
    """Take a shop in, or its new token. The call is unsigned: all it says is checked with Saleor.

    Installing again keeps the shop's row, and so everything that belongs to it.
    """
    token = _token(body.parse(body.read(request)))
    api_url = request.headers.get("Saleor-Api-Url", "")
    domain = request.headers.get("Saleor-Domain", "")
    if not api_url or not domain:
        message = "The headers Saleor-Api-Url and Saleor-Domain are needed."
        raise Refusal(Code.HEADER_MISSING, message)
    if not shops.may_install(api_url):
        message = f"{api_url} may not install this app: add it to LOYALTY_ALLOWED_API_URLS."
        raise Refusal(Code.API_URL_NOT_ALLOWED, message)
    with rates.installation(api_url, source=request.META.get("REMOTE_ADDR", "")):
        app = _ask_who_we_are(api_url, token)
        jwks = _fetch_keys(api_url)
    shop = _save(api_url=api_url, domain=domain, app=app, token=token, jwks=jwks)
    logger.info("Shop %s installed the app as %s", shop.pk, shop.app_id)
    wake("reconcile")  # what happened while the app was not installed
    return JsonResponse({"success": True})


def _token(content: dict[str, Any]) -> str:
    token = content.get("auth_token")
    if not isinstance(token, str) or not token.isascii() or not token.isprintable() or not token:
        raise Refusal(Code.AUTH_TOKEN_MISSING, "The body has no auth_token.")
    return token


def _ask_who_we_are(api_url: str, token: str) -> App:
    try:
        with HttpTransport(api_url, token=token, timeout=conf.http_timeout) as transport:
            app = Saleor(transport).app()
    except SaleorRefused as error:
        message = (
            f"{api_url} does not accept the token it sent, or the App is not active there. "
            "Install the app with activation switched on."
        )
        raise Refusal(Code.AUTH_TOKEN_REFUSED, message) from error
    except SaleorUnavailable as error:
        message = f"{api_url} cannot be reached from here. Check the network between the servers."
        raise Refusal(Code.API_UNAVAILABLE, message) from error
    if app.identifier != APP_ID:
        message = f"The token belongs to another app of {api_url}. Install this one there."
        raise Refusal(Code.AUTH_TOKEN_REFUSED, message)
    return app


def _fetch_keys(api_url: str) -> Jwks:
    try:
        return keys.fetch(api_url)
    except keys.KeysUnavailable as error:
        raise Refusal(Code.KEYS_UNAVAILABLE, str(error)) from error


def _save(*, api_url: str, domain: str, app: App, token: str, jwks: Jwks) -> Shop:
    now = timezone.now()
    current = {
        "domain": domain[:255],
        "app_id": app.id,
        "sealed_token": seal(token),
        "jwks": jwks,
        "jwks_asked_at": now,
        "jwks_fetched_at": now,
        "is_active": True,
        "token_unknown_at": None,
    }
    shop, _ = Shop.objects.update_or_create(
        api_url=api_url, defaults=current, create_defaults={**current, "installed_at": now}
    )
    return shop
