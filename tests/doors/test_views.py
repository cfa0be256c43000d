from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from pytest_django import Settings

from saleor_loyalty.models import Shop
from tests.saleor_over_http import Saleor
from tests.signing import SigningKey

pytestmark = pytest.mark.django_db


def ask(client: Client, content: Any, **headers: str) -> HttpResponse:
    return client.post("/graphql/", content, content_type="application/json", headers=headers)


def only_error(response: HttpResponse) -> tuple[int, str]:
    (error,) = response.json()["errors"]
    assert error["message"]
    return response.status_code, error["extensions"]["exception"]["code"]


def test_a_query_is_answered_as_json(client: Client, shop: Shop) -> None:
    response = ask(client, {"query": "{ __typename }"})

    assert response.status_code == 200
    assert response.json() == {"data": {"__typename": "Query"}}


def test_variables_and_the_operations_name_are_passed_on(client: Client, shop: Shop) -> None:
    query = """
        query One($yes: Boolean!) { one: __typename @include(if: $yes) }
        query Two($yes: Boolean!) { two: __typename @include(if: $yes) }
    """

    response = ask(client, {"query": query, "variables": {"yes": True}, "operationName": "Two"})

    assert response.json() == {"data": {"two": "Query"}}


def test_an_expired_token_is_refused_with_the_code_that_storefronts_know(
    client: Client, shop: Shop, saleor: Saleor, key: SigningKey
) -> None:
    token = key.token(saleor.access_claims(exp=1))

    response = ask(client, {"query": "{ __typename }"}, Authorization=f"Bearer {token}")

    assert only_error(response) == (401, "ExpiredSignatureError")


def test_a_foreign_token_is_refused(
    client: Client, shop: Shop, saleor: Saleor, key: SigningKey
) -> None:
    token = key.token(saleor.staff_claims(app="QXBwOjk5"))

    response = ask(client, {"query": "{ __typename }"}, Authorization=f"Bearer {token}")

    assert only_error(response) == (401, "InvalidTokenError")


def test_keys_that_cannot_be_fetched_are_not_taken_for_a_bad_token(
    client: Client, shop: Shop, saleor: Saleor, next_key: SigningKey
) -> None:
    saleor.is_down = True
    token = next_key.token(saleor.access_claims())

    response = ask(client, {"query": "{ __typename }"}, Authorization=f"Bearer {token}")

    assert only_error(response) == (503, "KEYS_UNAVAILABLE")


@pytest.mark.parametrize(
    "content",
    [
        "{",
        "[]",
        {},
        {"query": 7},
        {"query": "{ __typename }", "variables": []},
        {"query": "{ __typename }", "operationName": 7},
        '{"query": ' + "[" * 100_000 + "}",
    ],
    ids=lambda content: str(content)[:30],
)
def test_t36_what_is_no_request_is_refused(client: Client, shop: Shop, content: Any) -> None:
    assert only_error(ask(client, content)) == (400, "BODY_MALFORMED")


def test_t36_a_request_over_the_limit_is_refused(
    client: Client, shop: Shop, settings: Settings
) -> None:
    settings.LOYALTY_MAX_BODY_BYTES = 10

    response = ask(client, {"query": "{ __typename }"})

    assert only_error(response) == (413, "BODY_TOO_LARGE")


def test_text_that_is_no_graphql_is_a_bad_request(client: Client, shop: Shop) -> None:
    assert only_error(ask(client, {"query": "{"}))[0] == 400


def test_storefronts_on_the_list_may_call_from_the_browser(client: Client, shop: Shop) -> None:
    response = client.options(
        "/graphql/",
        headers={
            "Origin": "https://store.example.com",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization, content-type, saleor-api-url",
        },
    )

    assert response["Access-Control-Allow-Origin"] == "https://store.example.com"
    for header in ("authorization", "content-type", "saleor-api-url"):
        assert header in response["Access-Control-Allow-Headers"]


def test_other_origins_may_not_call_from_the_browser(client: Client, shop: Shop) -> None:
    response = ask(client, {"query": "{ __typename }"}, Origin="https://elsewhere.example.com")

    assert "Access-Control-Allow-Origin" not in response


def test_who_opens_the_bare_address_reads_what_is_where(client: Client) -> None:
    response = client.get("/")

    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/plain")
    for where in ("/app/manifest", "/account/", "/graphql/"):
        assert f"https://loyalty.example.com{where}" in response.text
