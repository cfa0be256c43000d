"""Installations that are refused."""

from django.http import HttpResponse

from tests.doors.refused.world import Refusals, World, with_setting


def with_another_apps_token(world: World) -> HttpResponse:
    world.saleor.identifier = "another.app"
    return world.install()


def of_a_shop_that_does_not_answer(world: World) -> HttpResponse:
    world.saleor.is_down = True
    return world.install()


def of_a_shop_without_keys(world: World) -> HttpResponse:
    world.saleor.keys = []
    return world.install()


def more_than_one_sender_may_try(world: World) -> HttpResponse:
    for _ in range(10):
        world.install(token="made-up")
    return world.install()


INSTALLATIONS: Refusals = {
    "of a shop that is not on the list": (
        lambda w: w.install(Saleor_Api_Url="https://evil.com/graphql/"),
        403,
        "API_URL_NOT_ALLOWED",
    ),
    "of a host that only ends like an allowed one": (
        lambda w: w.install(Saleor_Api_Url="https://evil.com#.example.com/graphql/"),
        403,
        "API_URL_NOT_ALLOWED",
    ),
    "while the list is empty": (
        with_setting("LOYALTY_ALLOWED_API_URLS", [], lambda w: w.install()),
        403,
        "API_URL_NOT_ALLOWED",
    ),
    "with a token that the shop does not know": (
        lambda w: w.install(token="made-up"),
        401,
        "AUTH_TOKEN_REFUSED",
    ),
    "with another app's token": (with_another_apps_token, 401, "AUTH_TOKEN_REFUSED"),
    "with a token of two lines": (
        lambda w: w.install(token="a\r\nb: c"),
        400,
        "AUTH_TOKEN_MISSING",
    ),
    "without a token": (lambda w: w.install("{}"), 400, "AUTH_TOKEN_MISSING"),
    "without a domain": (lambda w: w.install(Saleor_Domain=""), 400, "HEADER_MISSING"),
    "a body that is no JSON": (lambda w: w.install("{"), 400, "BODY_MALFORMED"),
    "a body over the limit": (
        with_setting("LOYALTY_MAX_BODY_BYTES", 10, lambda w: w.install()),
        413,
        "BODY_TOO_LARGE",
    ),
    "more than ten a minute from one sender for one shop": (
        more_than_one_sender_may_try,
        429,
        "TOO_MANY_REQUESTS",
    ),
    "of a shop that does not answer": (of_a_shop_that_does_not_answer, 503, "API_UNAVAILABLE"),
    "of a shop that gives no keys": (of_a_shop_without_keys, 503, "KEYS_UNAVAILABLE"),
}
