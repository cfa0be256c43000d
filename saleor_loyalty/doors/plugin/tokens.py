"""Whom a token was made for, by the keys of the Saleor we live in: it is not asked over HTTP.

A Saleor of one process would wait for itself.
"""

from collections.abc import Callable

import jwt
from django.http import HttpRequest
from saleor.core.db.connection import allow_writer
from saleor.core.jwt import get_user_from_payload
from saleor.core.jwt_manager import get_jwt_manager

from saleor_loyalty.doors import bearer, jwks
from saleor_loyalty.doors.bearer import Claims, InvalidToken, TokenProblem
from saleor_loyalty.doors.plugin import shop
from saleor_loyalty.permissions import Viewer


def viewer_of(request: HttpRequest) -> Viewer:
    """Who sent a request; without a token nobody in particular. Raises as `verify` does."""
    if token := bearer.token_of(request):
        return verify(token)
    with allow_writer():
        return Viewer(shop=shop.read())


def verify(token: str) -> Viewer:
    """The shopper or staff member a token was made for. Raises InvalidToken, shop.NotSetUp."""
    issuer = bearer.issuer_of(token)
    with allow_writer():
        here = shop.read()
        if issuer != here.api_url:
            raise InvalidToken(TokenProblem.ISSUER_UNKNOWN)
        return bearer.verify(token, shop=here, with_key=_with_key)


def _with_key(kid: str | None, check: Callable[[jwt.PyJWK], Claims]) -> Claims:
    claims = check(jwks.find(get_jwt_manager().get_jwks(), kid))
    try:
        get_user_from_payload(claims)
    except (jwt.InvalidTokenError, KeyError) as error:
        # As Saleor itself does: who was deactivated, or changed the password, has no token.
        raise InvalidToken(TokenProblem.WITHDRAWN) from error
    return claims
