"""GraphQL requests that are refused."""

import time

from django.http import HttpResponse

from saleor_loyalty.models import Shop
from tests.doors.refused.world import (
    BODY,
    DEEP,
    Refusals,
    World,
    twice_more_than_allowed,
    with_setting,
)
from tests.signing import SigningKey, signed_with_the_public_key, unsigned

MEMBER = '{ loyaltyMember(customerId: "VXNlcjo5OQ==") { balance } }'


def with_a_token_whose_keys_cannot_be_fetched(world: World) -> HttpResponse:
    world.saleor.is_down = True
    return world.ask(SigningKey("a-new-key").token(world.saleor.access_claims()))


def of_a_shop_that_removed_the_app(world: World) -> HttpResponse:
    Shop.objects.update(is_active=False)
    return world.ask(world.shopper())


REQUESTS: Refusals = {
    "an expired token": (
        lambda w: w.ask(w.shopper(exp=time.time() - 60)),
        401,
        "ExpiredSignatureError",
    ),
    "a token that never expires": (
        lambda w: w.ask(w.shopper(exp=None)),
        401,
        "InvalidSignatureError",
    ),
    "a refresh token": (lambda w: w.ask(w.shopper(type="refresh")), 401, "InvalidTokenError"),
    "a token of an unknown kind": (lambda w: w.ask(w.shopper(type="x")), 401, "InvalidTokenError"),
    "a token of an unknown shop": (
        lambda w: w.ask(w.shopper(iss="https://unknown.example.com/graphql/")),
        401,
        "InvalidTokenError",
    ),
    "a token of a shop that removed the app": (
        of_a_shop_that_removed_the_app,
        401,
        "InvalidTokenError",
    ),
    "a token signed by nobody we know": (
        lambda w: w.ask(w.stranger.token(w.saleor.access_claims())),
        401,
        "InvalidSignatureError",
    ),
    "a token with algorithm none": (
        lambda w: w.ask(unsigned(w.forged(), {"kid": w.key.kid})),
        401,
        "InvalidSignatureError",
    ),
    "a token of HS256 with the public key as its secret": (
        lambda w: w.ask(signed_with_the_public_key(w.key, w.forged(), {})),
        401,
        "InvalidSignatureError",
    ),
    "a token made for another audience": (
        lambda w: w.ask(w.shopper(aud="https://another.example.com")),
        401,
        "InvalidTokenError",
    ),
    "a Dashboard token made for another app": (
        lambda w: w.ask(w.staff(app="QXBwOjk5")),
        401,
        "InvalidTokenError",
    ),
    "a Dashboard token of a shopper": (
        lambda w: w.ask(w.staff(is_staff=False)),
        401,
        "InvalidTokenError",
    ),
    "a webhook's signature as token": (
        lambda w: w.ask(w.key.sign(BODY)),
        401,
        "InvalidTokenError",
    ),
    "garbage as token": (lambda w: w.ask("garbage"), 401, "InvalidTokenError"),
    "while the shop's new keys cannot be fetched": (
        with_a_token_whose_keys_cannot_be_fetched,
        503,
        "KEYS_UNAVAILABLE",
    ),
    "another customer's points, asked by a shopper": (
        lambda w: w.ask(w.shopper(), MEMBER),
        200,
        "PermissionDenied",
    ),
    "another customer's points, asked by a shopper who is staff too": (
        lambda w: w.ask(w.shopper(is_staff=True, user_permissions=["MANAGE_USERS"]), MEMBER),
        200,
        "PermissionDenied",
    ),
    "a customer's points, asked by nobody": (lambda w: w.ask("", MEMBER), 200, "PermissionDenied"),
    "a customer's points, asked by staff without MANAGE_USERS": (
        lambda w: w.ask(w.staff(user_permissions=["MANAGE_ORDERS"]), MEMBER),
        200,
        "PermissionDenied",
    ),
    "a body that is no JSON": (lambda w: w.ask(query=b"{"), 400, "BODY_MALFORMED"),
    "a body nested deeply": (
        lambda w: w.ask(query=b'{"query": ' + DEEP + b"}"),
        400,
        "BODY_MALFORMED",
    ),
    "a body over the limit": (
        with_setting("LOYALTY_MAX_BODY_BYTES", 10, lambda w: w.ask()),
        413,
        "BODY_TOO_LARGE",
    ),
    "a query nested deeply": (
        lambda w: w.ask(query="{ __typename " + "{ a " * 30 + "}" * 30 + " }"),
        400,
        "GraphQLError",
    ),
    "the hash of no document": (
        lambda w: w.ask(query=b'{"documentId": "sha256:5ab2"}'),
        200,
        "PERSISTED_QUERY_NOT_FOUND",
    ),
    "a text that is no document, with LOYALTY_DOCUMENTS_ONLY": (
        with_setting("LOYALTY_DOCUMENTS_ONLY", True, lambda w: w.ask()),
        400,
        "QUERY_NOT_IN_SAFELIST",
    ),
    "more than LOYALTY_RATE_REQUESTS, LOYALTY_RATE_VISITORS or LOYALTY_RATE_CUSTOMER": (
        with_setting("LOYALTY_RATE_VISITORS", "2/hour", twice_more_than_allowed(lambda w: w.ask())),
        429,
        "TOO_MANY_REQUESTS",
    ),
    "more mutations of a customer than LOYALTY_RATE_MUTATIONS": (
        with_setting(
            "LOYALTY_RATE_MUTATIONS",
            "2/hour",
            twice_more_than_allowed(lambda w: w.ask(w.shopper(), "mutation { __typename }")),
        ),
        429,
        "TOO_MANY_REQUESTS",
    ),
}
