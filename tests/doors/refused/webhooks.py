"""Webhooks that are refused."""

from django.http import HttpResponse

from tests.doors.refused.world import (
    BODY,
    DEEP,
    Refusals,
    World,
    twice_more_than_allowed,
    with_setting,
)
from tests.saleor_over_http import Saleor
from tests.shops import installed
from tests.signing import SigningKey, signed_with_the_public_key, unsigned

DETACHED = {"b64": False, "crit": ["b64"]}


def from_an_unknown_shop(world: World) -> HttpResponse:
    return world.event(Saleor_Api_Url="https://unknown.example.com/graphql/")


def signed_by_another_installed_shop(world: World) -> HttpResponse:
    other = Saleor(world.stranger)
    installed(other)
    other.stop()
    return world.event(world.stranger.sign(BODY))


def while_the_keys_cannot_be_fetched(world: World) -> HttpResponse:
    world.saleor.is_down = True
    return world.event(SigningKey("a-new-key").sign(BODY))


WEBHOOKS: Refusals = {
    "a body changed after it was signed": (
        lambda w: w.event(w.key.sign(BODY), BODY.replace(b"MQ", b"Mg")),
        401,
        "SIGNATURE_INVALID",
    ),
    "signed by another installed shop": (
        signed_by_another_installed_shop,
        401,
        "SIGNATURE_INVALID",
    ),
    "signed by nobody we know, under the shop's key id": (
        lambda w: w.event(w.stranger.sign(BODY)),
        401,
        "SIGNATURE_INVALID",
    ),
    "signed under a key id that the shop does not have": (
        lambda w: w.event(SigningKey("unknown").sign(BODY)),
        401,
        "SIGNATURE_INVALID",
    ),
    "algorithm none": (
        lambda w: w.event(unsigned(BODY, {"kid": w.key.kid, **DETACHED})),
        401,
        "SIGNATURE_INVALID",
    ),
    "HS256 with the public key as its secret": (
        lambda w: w.event(signed_with_the_public_key(w.key, BODY, DETACHED)),
        401,
        "SIGNATURE_INVALID",
    ),
    "a shopper's own token as signature": (
        lambda w: w.event(w.shopper()),
        401,
        "SIGNATURE_INVALID",
    ),
    "the signature of an empty body": (
        lambda w: w.event(w.key.sign(b"")),
        401,
        "SIGNATURE_INVALID",
    ),
    "garbage as signature": (lambda w: w.event("garbage"), 401, "SIGNATURE_INVALID"),
    "a signature header nested deeply": (
        lambda w: w.event("W1tb" * 20_000 + ".."),
        401,
        "SIGNATURE_INVALID",
    ),
    "no signature": (lambda w: w.event(""), 400, "HEADER_MISSING"),
    "no event name": (lambda w: w.event(Saleor_Event=""), 400, "HEADER_MISSING"),
    "no API URL": (lambda w: w.event(Saleor_Api_Url=""), 400, "HEADER_MISSING"),
    "of a shop that never installed the app": (from_an_unknown_shop, 404, "SHOP_UNKNOWN"),
    "an API URL with a NUL": (lambda w: w.event(Saleor_Api_Url="\x00"), 404, "SHOP_UNKNOWN"),
    "a body over the limit": (
        with_setting("LOYALTY_MAX_BODY_BYTES", 10, lambda w: w.event()),
        413,
        "BODY_TOO_LARGE",
    ),
    "a body that is no JSON": (lambda w: w.event(body=b"{"), 400, "BODY_MALFORMED"),
    "a body that is no text": (lambda w: w.event(body=b"\xff\xfe"), 400, "BODY_MALFORMED"),
    "a body that is no object": (lambda w: w.event(body=b"[]"), 400, "BODY_MALFORMED"),
    "a body nested deeply": (
        lambda w: w.event(body=b'{"order": ' + DEEP + b"}"),
        400,
        "BODY_MALFORMED",
    ),
    "a body with no order": (lambda w: w.event(body=b"{}"), 400, "BODY_MALFORMED"),
    "an order with an id of another form": (
        lambda w: w.event(body=b'{"order": {"id": "\'; DROP TABLE"}}'),
        400,
        "BODY_MALFORMED",
    ),
    "while the shop's new keys cannot be fetched": (
        while_the_keys_cannot_be_fetched,
        503,
        "KEYS_UNAVAILABLE",
    ),
    "more than LOYALTY_RATE_EVENTS": (
        with_setting("LOYALTY_RATE_EVENTS", "2/hour", twice_more_than_allowed(lambda w: w.event())),
        503,
        "TOO_MANY_EVENTS",
    ),
}
