"""What this door refuses: every row of the table in docs/security.md, with the exact answer."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from saleor_loyalty.models import Change, Member, Shop
from tests.doors.conftest import installed
from tests.doors.saleor import (
    APP_TOKEN,
    Saleor,
    SigningKey,
    signed_with_the_public_key,
    unsigned,
)

pytestmark = pytest.mark.django_db

TABLE = Path(__file__).parents[2] / "docs" / "security.md"
BODY = b'{"order": {"id": "T3JkZXI6MQ=="}}'
DETACHED = {"b64": False, "crit": ["b64"]}
DEEP = b"[" * 100_000 + b"]" * 100_000
ME = "{ me { id loyalty { balance } } }"
MEMBER = '{ loyaltyMember(customerId: "VXNlcjo5OQ==") { balance } }'


class World(NamedTuple):
    """One shop that has the app installed, and somebody who means no good."""

    client: Client
    shop: Shop
    saleor: Saleor
    key: SigningKey
    stranger: SigningKey
    settings: Settings

    def event(
        self, signature: str | None = None, body: bytes = BODY, **headers: str
    ) -> HttpResponse:
        sent = {
            "Saleor-Event": "order_fully_paid",
            "Saleor-Api-Url": self.shop.api_url,
            "Saleor-Signature": self.key.sign(body) if signature is None else signature,
        } | {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.post(
            "/app/webhooks",
            body,
            content_type="application/json",
            headers={name: value for name, value in sent.items() if value},
        )

    def install(
        self, body: str | None = None, *, token: str = APP_TOKEN, **headers: str
    ) -> HttpResponse:
        sent = {"Saleor-Api-Url": self.saleor.api_url, "Saleor-Domain": "shop.example.com"}
        return self.client.post(
            "/app/register",
            json.dumps({"auth_token": token}) if body is None else body,
            content_type="application/json",
            headers=sent | {name.replace("_", "-"): value for name, value in headers.items()},
        )

    def ask(self, token: str = "", query: Any = "{ __typename }") -> HttpResponse:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        content = query if isinstance(query, bytes) else {"query": query}
        return self.client.post(
            "/graphql/", content, content_type="application/json", headers=headers
        )

    def shopper(self, **claims: Any) -> str:
        return self.key.token(_without_none(self.saleor.access_claims(**claims)))

    def staff(self, **claims: Any) -> str:
        return self.key.token(_without_none(self.saleor.staff_claims(**claims)))

    def forged(self, **claims: Any) -> bytes:
        return json.dumps(self.saleor.staff_claims(**claims)).encode()


def _without_none(claims: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in claims.items() if value is not None}


def with_setting(name: str, value: Any, send: Callable[[World], HttpResponse]) -> Any:
    def send_with_setting(world: World) -> HttpResponse:
        setattr(world.settings, name, value)
        return send(world)

    return send_with_setting


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


def with_a_token_whose_keys_cannot_be_fetched(world: World) -> HttpResponse:
    world.saleor.is_down = True
    return world.ask(SigningKey("a-new-key").token(world.saleor.access_claims()))


def with_another_apps_token(world: World) -> HttpResponse:
    world.saleor.identifier = "another.app"
    return world.install()


def of_a_shop_that_does_not_answer(world: World) -> HttpResponse:
    world.saleor.is_down = True
    return world.install()


def of_a_shop_without_keys(world: World) -> HttpResponse:
    world.saleor.keys = []
    return world.install()


def of_a_shop_that_removed_the_app(world: World) -> HttpResponse:
    Shop.objects.update(is_active=False)
    return world.ask(world.shopper())


def twice_more_than_allowed(send: Callable[[World], HttpResponse]) -> Any:
    def send_thrice(world: World) -> HttpResponse:
        for _ in range(2):
            send(world)
        return send(world)

    return send_thrice


WEBHOOKS: dict[str, tuple[Callable[[World], HttpResponse], int, str]] = {
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

INSTALLATIONS: dict[str, tuple[Callable[[World], HttpResponse], int, str]] = {
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
    "of a shop that does not answer": (of_a_shop_that_does_not_answer, 503, "API_UNAVAILABLE"),
    "of a shop that gives no keys": (of_a_shop_without_keys, 503, "KEYS_UNAVAILABLE"),
}

REQUESTS: dict[str, tuple[Callable[[World], HttpResponse], int, str]] = {
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

DOORS = {"webhook": WEBHOOKS, "installation": INSTALLATIONS, "GraphQL": REQUESTS}
ROWS = [
    pytest.param(door, what, *row, id=f"{door}: {what}")
    for door, rows in DOORS.items()
    for what, row in rows.items()
]


@pytest.fixture
def world(
    client: Client,
    shop: Shop,
    saleor: Saleor,
    key: SigningKey,
    other_key: SigningKey,
    settings: Settings,
) -> World:
    settings.DEBUG = True  # even then nothing of the inside is told
    Member.objects.create(shop=shop, customer_id="VXNlcjo5OQ==", joined_at=timezone.now())
    return World(client, shop, saleor, key, other_key, settings)


@pytest.mark.parametrize(("door", "what", "send", "status", "code"), ROWS)
def test_t36_t37_what_must_not_pass_is_refused(
    world: World,
    door: str,
    what: str,
    send: Callable[[World], HttpResponse],
    status: int,
    code: str,
) -> None:
    before = Shop.objects.get(pk=world.shop.pk).sealed_token

    response = send(world)

    assert (response.status_code, _code(response)) == (status, code)
    assert "Traceback" not in response.text
    assert Shop.objects.get(pk=world.shop.pk).sealed_token == before
    if door == "webhook" and code != "TOO_MANY_EVENTS":
        assert not Change.objects.exists()
    assert not any((response.json().get("data") or {}).values())


def test_the_table_in_the_documents_is_this_one() -> None:
    documented = [
        [cell.strip().strip("`") for cell in line.strip("|").split("|")]
        for line in TABLE.read_text(encoding="utf-8").splitlines()
        if line.startswith(("| webhook |", "| installation |", "| GraphQL |"))
    ]

    assert documented == [
        [door, what, str(status), code]
        for door, rows in DOORS.items()
        for what, (_, status, code) in rows.items()
    ]


def test_t01_a_replayed_event_changes_nothing_that_it_did_not_change_before(world: World) -> None:
    signature = world.key.sign(BODY)

    answers = {world.event(signature).status_code for _ in range(5)}

    assert answers == {200}
    assert Change.objects.get().marks == 5


def _code(response: HttpResponse) -> str:
    content: dict[str, Any] = response.json()
    if "error" in content:
        return str(content["error"]["code"])
    return str(content["errors"][0]["extensions"]["exception"]["code"])
