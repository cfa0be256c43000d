"""The page to try the GraphQL API on: there in development, and nowhere else."""

import pytest
from django.test import Client
from pytest_django import Settings

from saleor_loyalty.models import Shop

pytestmark = pytest.mark.django_db


def test_in_development_a_browser_finds_a_page_to_try_queries_on(
    client: Client, settings: Settings
) -> None:
    settings.DEBUG = True

    response = client.get("/graphql/")

    assert response.status_code == 200
    assert "<textarea" in response.text
    policy = response["Content-Security-Policy"]
    nonce = policy.split("'nonce-")[1].split("'")[0]
    assert response.text.count(f'nonce="{nonce}"') == response.text.count("<script") + 1
    assert "unsafe" not in policy
    assert nonce not in client.get("/graphql/").text


def test_in_production_there_is_no_such_page(client: Client) -> None:
    response = client.get("/graphql/")

    assert "<" not in response.text


def test_in_development_queries_are_answered_as_ever(
    client: Client, settings: Settings, shop: Shop
) -> None:
    settings.DEBUG = True

    response = client.post("/graphql/", {"query": "{ __typename }"}, "application/json")

    assert response.json() == {"data": {"__typename": "Query"}}
