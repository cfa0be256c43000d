"""One shop with the app, somebody who means no good, and what they can send."""

import json
from collections.abc import Callable
from typing import Any, NamedTuple

from django.http import HttpResponse
from django.test import Client
from pytest_django import Settings

from saleor_loyalty.models import Shop
from tests.saleor_over_http import APP_TOKEN, Saleor
from tests.signing import SigningKey

BODY = b'{"order": {"id": "T3JkZXI6MQ=="}}'
DEEP = b"[" * 100_000 + b"]" * 100_000


class World(NamedTuple):
    """One shop that has the app installed, and the key of a stranger."""

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


def with_setting(name: str, value: Any, send: "Send") -> "Send":
    def send_with_setting(world: World) -> HttpResponse:
        setattr(world.settings, name, value)
        return send(world)

    return send_with_setting


def twice_more_than_allowed(send: "Send") -> "Send":
    def send_thrice(world: World) -> HttpResponse:
        for _ in range(2):
            send(world)
        return send(world)

    return send_thrice


Send = Callable[[World], HttpResponse]
Refusals = dict[str, tuple[Send, int, str]]
