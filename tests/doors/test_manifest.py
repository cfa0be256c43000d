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
    assert manifest["appUrl"] == "https://loyalty.example.com/app/"
    assert manifest["tokenTargetUrl"] == "https://loyalty.example.com/app/register"
    assert manifest["extensions"] == []
    queries = {webhook["name"]: webhook["query"] for webhook in manifest["webhooks"]}
    assert queries == {
        "Orders": document("order_events"),
        "Customers": document("customer_events"),
    }
    targets = {webhook["targetUrl"] for webhook in manifest["webhooks"]}
    assert targets == {"https://loyalty.example.com/app/webhooks"}


@pytest.mark.parametrize("number", [0, 1])
def test_a_webhook_subscribes_to_exactly_the_events_that_its_query_describes(
    client: Client, number: int
) -> None:
    webhook = client.get("/app/manifest").json()["webhooks"][number]

    described = re.findall(r"\.\.\. on (\w+)", webhook["query"])

    assert {e.replace("_", "") for e in webhook["asyncEvents"]} == {e.upper() for e in described}


def test_the_logo_is_a_square_png_that_saleor_takes(client: Client) -> None:
    address = client.get("/app/manifest").json()["brand"]["logo"]["default"]

    response = client.get(address.removeprefix("https://loyalty.example.com"))

    content = BytesIO(b"".join(response))
    assert response["Content-Type"] == "image/png"
    assert content.read(8) == b"\x89PNG\r\n\x1a\n"
    content.seek(16)
    width, height = unpack(">II", content.read(8))
    assert width == height >= 256
