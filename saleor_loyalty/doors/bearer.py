"""A bearer token of Saleor's becomes a `Viewer`: what both doors demand of one."""

import enum
from collections.abc import Callable
from typing import Any

import jwt
from django.http import HttpRequest

from saleor_loyalty.conf import conf
from saleor_loyalty.doors import jwks
from saleor_loyalty.models import Shop
from saleor_loyalty.permissions import Viewer

LEEWAY = 5  # seconds that the shop's clock and ours may differ
SCHEMES = ("bearer", "jwt")

Claims = dict[str, Any]
# Gives what the check returns for the shop's key `kid`. Raises jwks.UnknownKey, and what it raises.
WithKey = Callable[[str | None, Callable[[jwt.PyJWK], Claims]], Claims]


class TokenProblem(enum.Enum):
    """Why a token is refused."""

    UNREADABLE = "This is not a token of Saleor."
    ISSUER_UNKNOWN = "This token is of a shop that has not installed this app."
    SIGNATURE_INVALID = "Signature verification failed."
    EXPIRED = "Signature has expired."
    WITHDRAWN = "This token is of somebody who has to sign in again."
    AUDIENCE_FOREIGN = "This token is meant for somebody else."
    KIND_REFUSED = "Only a shopper's access token or a token made for this app is accepted."
    APP_FOREIGN = "This token was made for another app."
    APP_UNKNOWN = "This is not a token of Saleor, nor of an app that is active in the shop."
    SHOP_UNNAMED = "Say in the header Saleor-Api-Url of which shop's app this token is."
    NOT_STAFF = "This token was made for this app, but not for a member of staff."


class InvalidToken(Exception):
    """A token that says nothing we may believe."""

    def __init__(self, problem: TokenProblem) -> None:
        super().__init__(problem.value)
        self.problem = problem


def token_of(request: HttpRequest) -> str:
    """The token from where Saleor itself looks for it, in the same order; empty: none."""
    if token := request.headers.get("Authorization-Bearer"):
        return token
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() in SCHEMES else ""


def issuer_of(token: str) -> str:
    """The shop's API that a token names, by which its keys may be looked up: nothing is proven.

    Raises InvalidToken.
    """
    try:
        claims: Claims = jwt.decode(token, options={"verify_signature": False})
    except (jwt.PyJWTError, RecursionError) as error:
        raise InvalidToken(TokenProblem.UNREADABLE) from error
    issuer = claims.get("iss")
    if not isinstance(issuer, str):
        raise InvalidToken(TokenProblem.ISSUER_UNKNOWN)
    return issuer


def verify(token: str, *, shop: Shop, with_key: WithKey) -> Viewer:
    """The shopper or staff member of this shop a token was made for. Raises InvalidToken."""
    claims = _claims(shop, token, with_key)
    match claims.get("type"):
        case "access":
            return _customer(shop, claims)
        case "thirdparty":
            return _staff(shop, claims)
    raise InvalidToken(TokenProblem.KIND_REFUSED)


def _claims(shop: Shop, token: str, with_key: WithKey) -> Claims:
    """What a token says, once it is proven that the shop made it, for us, and not too long ago."""

    def check(key: jwt.PyJWK) -> Claims:
        claims: Claims = jwt.decode(
            token,
            key,
            algorithms=[jwks.ALGORITHM],
            issuer=shop.api_url,
            leeway=LEEWAY,
            options={"require": ["exp", "iss", "type"], "verify_aud": False},
        )
        return claims

    try:
        claims = with_key(jwt.get_unverified_header(token).get("kid"), check)
    except jwt.ExpiredSignatureError as error:
        raise InvalidToken(TokenProblem.EXPIRED) from error
    except (jwt.PyJWTError, jwks.UnknownKey, TypeError) as error:  # an `exp` of null, for one
        raise InvalidToken(TokenProblem.SIGNATURE_INVALID) from error
    if not _is_for_us(claims.get("aud")):
        raise InvalidToken(TokenProblem.AUDIENCE_FOREIGN)
    return claims


def _is_for_us(audience: object) -> bool:
    """A token need not name its audience; if it does, we are to be among it (RFC 7519, 4.1.3)."""
    if audience is None:
        return True
    return conf.public_url in (audience if isinstance(audience, list) else [audience])


def _customer(shop: Shop, claims: Claims) -> Viewer:
    """A shopper, or staff shopping: either way somebody who may see their own things only."""
    customer_id = claims.get("user_id")
    if not isinstance(customer_id, str) or not customer_id:
        raise InvalidToken(TokenProblem.UNREADABLE)
    return Viewer(shop=shop, customer_id=customer_id, is_staff=claims.get("is_staff") is True)


def _staff(shop: Shop, claims: Claims) -> Viewer:
    """Staff in the Dashboard, with all that Saleor allows them, not only what it allows us.

    Saleor also makes such tokens for shoppers, through an extension that asks for no permission:
    hence `is_staff`.
    """
    if claims.get("app") != shop.app_id:
        raise InvalidToken(TokenProblem.APP_FOREIGN)
    permissions = claims.get("user_permissions")
    if claims.get("is_staff") is not True or not isinstance(permissions, list):
        raise InvalidToken(TokenProblem.NOT_STAFF)
    return Viewer(
        shop=shop,
        actor=str(claims.get("email", "")),
        permissions=frozenset(map(str, permissions)),
    )
