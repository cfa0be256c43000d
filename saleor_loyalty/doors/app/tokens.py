"""Whom a request comes from: of all the shops there are, the one whose key signed its token."""

from functools import partial

from django.http import HttpRequest

from saleor_loyalty.doors import bearer
from saleor_loyalty.doors.app import keys, shops
from saleor_loyalty.doors.bearer import InvalidToken, TokenProblem
from saleor_loyalty.permissions import Viewer


def viewer_of(request: HttpRequest) -> Viewer:
    """Who sent a request. Raises InvalidToken, or keys.KeysUnavailable when nobody can say now.

    Without a token: nobody in particular, at the shop that the header Saleor-Api-Url names, or at
    the only shop there is.
    """
    token = bearer.token_of(request)
    if token:
        return verify(token)
    api_url = request.headers.get("Saleor-Api-Url")
    return Viewer(shop=shops.installed(api_url) if api_url else shops.only_installed())


def verify(token: str) -> Viewer:
    """The shopper or staff member a token was made for. Raises as `viewer_of` does."""
    shop = shops.installed(bearer.issuer_of(token))
    if shop is None:
        raise InvalidToken(TokenProblem.ISSUER_UNKNOWN)
    return bearer.verify(token, shop=shop, with_key=partial(keys.verify, shop))
