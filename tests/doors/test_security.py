"""What this door refuses: every row of the table in docs/security.md, with the exact answer."""

from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from saleor_loyalty.models import Change, Member, Shop
from tests.doors.refused.installations import INSTALLATIONS
from tests.doors.refused.requests import REQUESTS
from tests.doors.refused.webhooks import WEBHOOKS
from tests.doors.refused.world import BODY, Send, World
from tests.saleor_over_http import Saleor
from tests.signing import SigningKey

pytestmark = pytest.mark.django_db

TABLE = Path(__file__).parents[2] / "docs" / "security.md"
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
    send: Send,
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
