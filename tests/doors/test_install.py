import json
import logging
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from pytest_django import Settings

from saleor_loyalty.doors.app import shops
from saleor_loyalty.models import Member, Shop
from saleor_loyalty.shop import vault
from tests.saleor_over_http import APP_ID, APP_TOKEN, Saleor
from tests.signing import SigningKey

pytestmark = pytest.mark.django_db


def register(client: Client, saleor: Saleor, **changes: Any) -> HttpResponse:
    headers = {
        "Saleor-Api-Url": saleor.api_url,
        "Saleor-Domain": saleor.domain,
        "Saleor-Schema-Version": "3.23",
    }
    body = changes.get("body", json.dumps({"auth_token": changes.get("token", APP_TOKEN)}))
    return client.post(
        "/app/register",
        body,
        content_type="application/json",
        headers=headers | changes.get("headers", {}),
    )


def refused(response: HttpResponse) -> tuple[int, str]:
    assert Shop.objects.count() == 0
    assert response.json()["error"]["message"]
    return response.status_code, response.json()["error"]["code"]


def test_an_installation_keeps_the_shop_with_its_sealed_token_and_its_keys(
    client: Client, saleor: Saleor, key: SigningKey
) -> None:
    response = register(client, saleor)

    shop = Shop.objects.get()
    assert response.status_code == 200
    assert (shop.api_url, shop.domain, shop.app_id) == (saleor.api_url, saleor.domain, APP_ID)
    assert APP_TOKEN not in shop.sealed_token
    assert vault.unseal(shop.sealed_token) == APP_TOKEN
    assert shop.jwks == {"keys": [key.jwk]}
    assert shop.is_active


def test_installing_again_brings_the_new_app_and_keeps_what_belongs_to_the_shop(
    client: Client, saleor: Saleor, shop: Shop
) -> None:
    member = Member.objects.create(shop=shop, customer_id="VXNlcjox", joined_at=shop.installed_at)
    Shop.objects.update(is_active=False, sealed_token=vault.seal("an older token"))
    saleor.app_id = "QXBwOjI="

    response = register(client, saleor)

    again = Shop.objects.get()
    assert response.status_code == 200
    assert again.pk == member.shop_id
    assert again.is_active
    assert again.app_id == "QXBwOjI="
    assert vault.unseal(again.sealed_token) == APP_TOKEN
    assert again.installed_at == shop.installed_at


def test_a_shop_that_is_not_on_the_list_is_refused_and_told_which_setting_to_change(
    client: Client, saleor: Saleor, settings: Settings
) -> None:
    settings.LOYALTY_ALLOWED_API_URLS = ["https://shop.example.com/graphql/"]

    response = register(client, saleor)

    assert refused(response) == (403, "API_URL_NOT_ALLOWED")
    assert "LOYALTY_ALLOWED_API_URLS" in response.json()["error"]["message"]
    assert saleor.key_requests == 0


def test_an_empty_list_lets_nobody_in(client: Client, saleor: Saleor, settings: Settings) -> None:
    settings.LOYALTY_ALLOWED_API_URLS = []

    assert refused(register(client, saleor)) == (403, "API_URL_NOT_ALLOWED")


@pytest.mark.parametrize(
    ("api_url", "allowed"),
    [
        ("https://shop.example.com/graphql/", True),
        ("https://SHOP.EXAMPLE.com/graphql/", True),
        ("http://shop.example.com/graphql/", False),
        ("https://example.com/graphql/", False),
        ("https://evil.com/shop.example.com/graphql/", False),
        ("https://evil.com/?.example.com/graphql/", False),
        ("https://evil.com#.example.com/graphql/", False),
        ("https://evil.com\\.example.com/graphql/", False),
        ("https://me@evil.com@.example.com/graphql/", False),
        ("https://shop.example.com.evil.com/graphql/", False),
        ("https://shop.example.com/graphql/\n", False),
        ("https://shop.example.com/elsewhere/", False),
        ("https://shop.example.com:99999/graphql/", False),
        (f"https://{'x' * 500}.example.com/graphql/", False),
    ],
)
def test_a_star_in_the_host_of_a_pattern_stays_in_the_host(
    settings: Settings, api_url: str, allowed: bool
) -> None:
    settings.LOYALTY_ALLOWED_API_URLS = ["https://*.example.com/graphql/"]

    assert shops.may_install(api_url) is allowed


def test_a_token_that_the_shop_does_not_know_is_refused(client: Client, saleor: Saleor) -> None:
    assert refused(register(client, saleor, token="made-up")) == (401, "AUTH_TOKEN_REFUSED")


def test_the_token_of_another_app_is_refused(client: Client, saleor: Saleor) -> None:
    saleor.identifier = "another.app"

    assert refused(register(client, saleor)) == (401, "AUTH_TOKEN_REFUSED")
    assert not Shop.objects.exists()


def test_a_shop_that_does_not_answer_is_not_installed(client: Client, saleor: Saleor) -> None:
    saleor.is_down = True

    assert refused(register(client, saleor)) == (503, "API_UNAVAILABLE")


def test_a_shop_without_keys_is_not_installed(client: Client, saleor: Saleor) -> None:
    saleor.keys = []

    assert refused(register(client, saleor)) == (503, "KEYS_UNAVAILABLE")


@pytest.mark.parametrize("name", ["Saleor-Api-Url", "Saleor-Domain"])
def test_a_missing_header_is_named(client: Client, saleor: Saleor, name: str) -> None:
    response = register(client, saleor, headers={name: ""})

    assert refused(response) == (400, "HEADER_MISSING")
    assert name in response.json()["error"]["message"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("{}", "AUTH_TOKEN_MISSING"),
        ('{"auth_token": 7}', "AUTH_TOKEN_MISSING"),
        ('{"auth_token": "two\\nlines"}', "AUTH_TOKEN_MISSING"),
        ("[]", "BODY_MALFORMED"),
        ("{", "BODY_MALFORMED"),
    ],
)
def test_a_body_without_a_token_is_refused(
    client: Client, saleor: Saleor, body: str, code: str
) -> None:
    assert refused(register(client, saleor, body=body)) == (400, code)


def test_the_log_tells_the_reason_but_neither_token_nor_address(
    client: Client, saleor: Saleor, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="saleor_loyalty"):
        register(client, saleor, token="made-up-token")
        register(client, saleor)

    assert "AUTH_TOKEN_REFUSED" in caplog.text
    assert f"Shop {Shop.objects.get().pk} installed" in caplog.text
    assert "made-up-token" not in caplog.text
    assert APP_TOKEN not in caplog.text
