"""Whatever is sent, the doors answer with a reason: never a 500, never a stack trace.

LOYALTY_EXAMPLES sets how many inputs each test tries.
"""

import json
import os
from pathlib import Path
from typing import Any

import jwt
import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from saleor_loyalty.doors.app import tokens
from saleor_loyalty.doors.bearer import InvalidToken
from saleor_loyalty.doors.manifest import CUSTOMER_EVENTS, ORDER_EVENTS
from saleor_loyalty.models import Change, Entry, Shop
from saleor_loyalty.orders import inbox, settlement
from saleor_loyalty.permissions import Viewer
from saleor_loyalty.saleor_api.client import Saleor as Api
from tests.saleor_over_http import Saleor
from tests.shops import new_program
from tests.signing import SigningKey

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(3600)]

fuzz = settings(
    max_examples=int(os.environ.get("LOYALTY_EXAMPLES", "100")),
    deadline=None,
    # The shop and its key are the same for all examples; what they mark adds up and is no matter.
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

RECORDINGS = Path(__file__).parents[1] / "recordings"
RECORDED = [json.loads(p.read_text()) for p in sorted((RECORDINGS / "webhooks").glob("*.json"))]
BODIES = [json.loads(exchange["body"]) for exchange in RECORDED]
ANSWER = json.loads((RECORDINGS / "graphql" / "orders.json").read_text())["answer"]["data"]
ORDERS = [edge["node"] for edge in ANSWER["orders"]["edges"]]
EVENTS = [event.lower() for event in (*ORDER_EVENTS, *CUSTOMER_EVENTS)]

CLAIMS = (
    *("iss", "exp", "iat", "nbf", "aud", "type", "user_id", "is_staff", "app"),
    *("user_permissions", "email", "sub", "jti"),
)

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from(["2026-01-01T00:00:00", "9999-12-31T23:59:59-12:00", "NaN", "1e999", "\0"])
)
anything = st.recursive(
    scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8
)


@st.composite
def spoilt(draw: st.DrawFn, things: list[dict[str, Any]]) -> dict[str, Any]:
    """One of the things with some of its values, at any depth, replaced, removed or added."""
    thing: dict[str, Any] = json.loads(json.dumps(draw(st.sampled_from(things))))
    for _ in range(draw(st.integers(0, 3))):
        place: Any = thing
        while True:
            key = draw(st.sampled_from(sorted(place) if isinstance(place, dict) else [0]))
            below = place[key]
            if not below or not isinstance(below, dict | list) or draw(st.booleans()):
                break
            place = below
        if isinstance(place, dict) and len(place) > 1 and draw(st.booleans()):
            del place[key]
        else:
            place[key] = draw(anything)
    if draw(st.booleans()):
        thing["somethingNew"] = draw(anything)
    return thing


def send(client: Client, shop: Shop, key: SigningKey, body: bytes, event: str) -> int:
    response = client.post(
        "/app/webhooks",
        body,
        content_type="application/json",
        headers={
            "Saleor-Event": event,
            "Saleor-Api-Url": shop.api_url,
            "Saleor-Signature": key.sign(body),
        },
    )
    assert "Traceback" not in response.text
    return response.status_code


@fuzz
@given(content=spoilt(BODIES), event=st.sampled_from(EVENTS))
def test_a_signed_event_that_is_spoilt_is_taken_or_refused(
    client: Client, shop: Shop, key: SigningKey, content: dict[str, Any], event: str
) -> None:
    assert send(client, shop, key, json.dumps(content).encode(), event) in {200, 400}


@fuzz
@given(
    body=st.binary() | anything.map(lambda value: json.dumps(value).encode()),
    event=st.sampled_from(EVENTS) | st.text(st.characters(codec="latin-1", categories=["L"])),
)
def test_a_signed_body_of_any_kind_is_taken_or_refused(
    client: Client, shop: Shop, key: SigningKey, body: bytes, event: str
) -> None:
    assert send(client, shop, key, body, event) in {200, 400}


header_texts = st.text(st.characters(codec="latin-1", exclude_characters="\r\n"))


@fuzz
@given(api_url=header_texts, signature=header_texts, body=st.binary())
def test_an_unsigned_request_of_any_kind_is_refused(
    client: Client, shop: Shop, api_url: str, signature: str, body: bytes
) -> None:
    for url in (api_url, shop.api_url):
        headers = {
            "Saleor-Event": "order_paid",
            "Saleor-Api-Url": url,
            "Saleor-Signature": signature,
        }
        response = client.post(
            "/app/webhooks", body, content_type="application/json", headers=headers
        )
        assert response.status_code in {400, 401, 404}


@fuzz
@given(body=st.binary() | anything.map(lambda value: json.dumps(value).encode()))
def test_an_installation_of_any_kind_is_refused(client: Client, shop: Shop, body: bytes) -> None:
    headers = {"Saleor-Api-Url": "https://elsewhere.org/graphql/", "Saleor-Domain": "x"}

    response = client.post("/app/register", body, content_type="application/json", headers=headers)

    assert response.status_code in {400, 403}


@fuzz
@given(
    token=st.text() | st.lists(st.text(), min_size=3, max_size=3).map(".".join) | st.binary(),
)
def test_a_token_of_any_form_is_refused(shop: Shop, token: str | bytes) -> None:
    with pytest.raises(InvalidToken):
        tokens.verify(token if isinstance(token, str) else token.decode("latin-1"))


@fuzz
@given(
    changes=st.dictionaries(
        st.sampled_from(
            [
                "iss",
                "exp",
                "iat",
                "nbf",
                "aud",
                "type",
                "user_id",
                "is_staff",
                "app",
                "user_permissions",
                "email",
                "sub",
                "jti",
            ]
        ),
        anything,
        min_size=1,
    ),
    of_staff=st.booleans(),
)
def test_a_signed_token_with_any_claims_is_somebody_or_refused(
    shop: Shop, saleor: Saleor, key: SigningKey, changes: dict[str, Any], of_staff: bool
) -> None:
    claims = saleor.staff_claims(**changes) if of_staff else saleor.access_claims(**changes)
    payload = json.dumps(claims).encode()
    token = jwt.api_jws.encode(payload, key.private, "RS256", headers={"kid": key.kid})

    try:
        viewer = tokens.verify(token)
    except InvalidToken:
        return
    assert isinstance(viewer, Viewer)
    assert viewer.customer_id is None or viewer.permissions == frozenset()


class Answering:
    """A transport to a Saleor that has this to say of the order that is asked for."""

    def __init__(self, order: dict[str, Any]) -> None:
        self._order = order

    def execute(self, _document: str, variables: Any) -> dict[str, Any]:
        (id_,) = variables["ids"]
        return {"orders": {"edges": [{"node": {**self._order, "id": id_}}]}}


@pytest.fixture
def _program(shop: Shop) -> None:
    """One point for each whole unit, in the channels of the recorded orders."""
    new_program(shop, threshold=1000, channel="Q2hhbm5lbDox", currency="USD", rate="1")


@pytest.mark.usefixtures("_program")
@fuzz
@given(order=spoilt(ORDERS))
def test_spoilt_facts_do_not_stop_the_worker(shop: Shop, order: dict[str, Any]) -> None:
    Change.objects.all().delete()
    inbox.mark(shop=shop, order_ids=[ORDERS[0]["id"]])

    while settlement.settle_due(shop, Api(Answering(order))):
        pass

    assert not Change.objects.filter(attempts=0).exists()


@pytest.mark.usefixtures("_program")
def test_the_worker_does_settle_by_such_facts(shop: Shop) -> None:
    standing = [order for order in ORDERS if order["user"] and order["status"] == "UNFULFILLED"]
    paid = next(order for order in standing if order["chargeStatus"] == "FULL")
    inbox.mark(shop=shop, order_ids=[paid["id"]])

    settlement.settle_due(shop, Api(Answering(paid)))

    assert Entry.objects.get().points == int(paid["totalCharged"]["amount"])
