import re
from io import BytesIO
from struct import unpack

import pytest
from django.test import Client

from saleor_loyalty import __version__
from saleor_loyalty.saleor_api.client import document


def test_the_manifest_names_our_addresses_and_asks_for_no_more_than_is_used(
    client: Client,
) -> None:
    manifest = client.get("/app/manifest").json()

    assert manifest["id"] == "saleor.loyalty"
    assert manifest["version"] == __version__
    assert manifest["requiredSaleorVersion"] == ">=3.22 <4"
    assert manifest["permissions"] == ["MANAGE_ORDERS", "MANAGE_DISCOUNTS", "MANAGE_USERS"]
    assert manifest["appUrl"] == "https://loyalty.example.com/app"
    assert manifest["tokenTargetUrl"] == "https://loyalty.example.com/app/register"
    queries = {webhook["name"]: webhook["query"] for webhook in manifest["webhooks"]}
    assert queries == {
        "Orders": document("order_events"),
        "Customers": document("customer_events"),
    }
    targets = {webhook["targetUrl"] for webhook in manifest["webhooks"]}
    assert targets == {"https://loyalty.example.com/app/webhooks"}


def test_the_dashboard_is_told_of_every_place_our_pages_appear_in(client: Client) -> None:
    manifest = client.get("/app/manifest").json()

    places = {(place["mount"], place["target"]): place for place in manifest["extensions"]}
    assert set(places) == {
        ("NAVIGATION_CUSTOMERS", "APP_PAGE"),
        ("NAVIGATION_DISCOUNTS", "APP_PAGE"),
        ("CUSTOMER_DETAILS_WIDGETS", "WIDGET"),
        ("CUSTOMER_DETAILS_MORE_ACTIONS", "POPUP"),
        ("ORDER_DETAILS_WIDGETS", "WIDGET"),
    }
    widget = places["ORDER_DETAILS_WIDGETS", "WIDGET"]
    assert widget["options"] == {"widgetTarget": {"method": "GET"}}
    assert widget["permissions"] == ["MANAGE_ORDERS"]


def test_no_place_asks_for_a_permission_that_the_app_has_not_or_saleor_refuses_the_manifest(
    client: Client,
) -> None:
    manifest = client.get("/app/manifest").json()

    asked = {code for place in manifest["extensions"] for code in place["permissions"]}
    assert asked <= set(manifest["permissions"])


@pytest.mark.parametrize("place", range(5))
def test_every_place_has_a_page(db: None, client: Client, place: int) -> None:
    url = client.get("/app/manifest").json()["extensions"][place]["url"]

    path = url.removeprefix("https://loyalty.example.com/app")
    assert client.get(f"/app{path}").status_code == 200


@pytest.mark.parametrize("number", [0, 1])
def test_a_webhook_subscribes_to_exactly_the_events_that_its_query_describes(
    client: Client, number: int
) -> None:
    webhook = client.get("/app/manifest").json()["webhooks"][number]

    described = re.findall(r"\.\.\. on (\w+)", webhook["query"])

    assert {e.replace("_", "") for e in webhook["asyncEvents"]} == {e.upper() for e in described}


@pytest.mark.django_db  # Django looks after its connections when a file was sent
def test_the_logo_is_a_square_png_that_saleor_takes(client: Client) -> None:
    address = client.get("/app/manifest").json()["brand"]["logo"]["default"]

    response = client.get(address.removeprefix("https://loyalty.example.com"))

    content = BytesIO(b"".join(response))
    assert response["Content-Type"] == "image/png"
    assert content.read(8) == b"\x89PNG\r\n\x1a\n"
    content.seek(16)
    width, height = unpack(">II", content.read(8))
    assert width == height >= 256
