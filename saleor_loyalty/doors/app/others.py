"""The shop's other apps: a till, a newsletter tool. Their tokens are known by asking the shop.

They are opaque, so nothing in them can be checked here. What the shop said of one is remembered for
a minute, by a hash under a key of this process: no token is kept, and none is ever logged.
"""

import hashlib
import secrets
import threading
import time
from dataclasses import dataclass

from django.http import HttpRequest

from saleor_loyalty.conf import conf
from saleor_loyalty.doors import bearer
from saleor_loyalty.doors.app import rates, shops, tokens
from saleor_loyalty.doors.app.refusals import Code, Refusal
from saleor_loyalty.doors.bearer import InvalidToken, TokenProblem
from saleor_loyalty.models import Shop
from saleor_loyalty.permissions import Viewer
from saleor_loyalty.saleor_api.client import Saleor
from saleor_loyalty.saleor_api.facts import App
from saleor_loyalty.saleor_api.transport import HttpTransport, SaleorRefused, SaleorUnavailable

REMEMBERED = 60.0  # seconds
MOST = 1_000  # tokens that a process remembers
LONGEST = 255  # characters of a token

Key = tuple[int, bytes]


@dataclass(frozen=True, slots=True)
class Known:
    """What the shop said of a token, by time.monotonic. `app` None: it does not know it."""

    app: App | None
    until: float


_secret = secrets.token_bytes()
_known: dict[Key, Known] = {}
_lock = threading.Lock()


def viewer_of(request: HttpRequest) -> Viewer:
    """Who sent a request: as `tokens.viewer_of` says, or an app of the shop, with its permissions.

    The shop is the one that the header Saleor-Api-Url names, or the only one there is. Raises
    InvalidToken, keys.KeysUnavailable and Refusal.
    """
    token = bearer.token_of(request)
    if not token or token.count(".") == 2:  # of a person: a JWT
        return tokens.viewer_of(request)
    if not (token.isascii() and token.isprintable() and len(token) <= LONGEST):
        raise InvalidToken(TokenProblem.UNREADABLE)
    shop = _shop(request)
    app = _app(shop, token, source=request.META.get("REMOTE_ADDR", ""))
    if app is None:
        raise InvalidToken(TokenProblem.APP_UNKNOWN)
    return Viewer(shop=shop, actor=app.name or f"app {app.id}", permissions=app.permissions)


def forget() -> None:
    """Remember nothing of what was asked before."""
    with _lock:
        _known.clear()


def _shop(request: HttpRequest) -> Shop:
    api_url = request.headers.get("Saleor-Api-Url")
    shop = shops.installed(api_url) if api_url else shops.only_installed()
    if shop is None:
        raise InvalidToken(TokenProblem.ISSUER_UNKNOWN if api_url else TokenProblem.SHOP_UNNAMED)
    return shop


def _app(shop: Shop, token: str, *, source: str) -> App | None:
    """The app a token belongs to, as the shop says now or said within a minute."""
    key = shop.pk, hashlib.blake2b(token.encode(), key=_secret).digest()
    known = _known.get(key)
    if known is None or known.until <= time.monotonic():
        # Who guesses tokens is slowed down, and does not keep out who is known.
        with rates.unknown_token(shop, source=source, is_known=bool(known and known.app)):
            known = Known(_ask(shop, token), time.monotonic() + REMEMBERED)
        _remember(key, known)
    return known.app


def _ask(shop: Shop, token: str) -> App | None:
    try:
        with HttpTransport(shop.api_url, token=token, timeout=conf.http_timeout) as transport:
            return Saleor(transport).app()
    except SaleorRefused:
        return None
    except SaleorUnavailable as error:
        message = "The shop does not say just now whose this token is. Try again."
        raise Refusal(Code.API_UNAVAILABLE, message, shop_id=shop.pk) from error


def _remember(key: Key, known: Known) -> None:
    """Those that the shop did not know make room first, then the oldest."""
    with _lock:
        _known.pop(key, None)
        if len(_known) >= MOST:
            _known.pop(
                next((k for k, one in _known.items() if one.app is None), next(iter(_known)))
            )
        _known[key] = known
