import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from saleor_loyalty.models import Change, Shop
from saleor_loyalty.orders import inbox
from tests.saleor_over_http import Saleor
from tests.shops import installed
from tests.signing import SigningKey, signed_with_the_public_key, unsigned

RECORDINGS = Path(__file__).parent.parent / "recordings"
BODY = b'{"order": {"id": "T3JkZXI6MQ=="}}'
DETACHED = {"b64": False, "crit": ["b64"]}

pytestmark = pytest.mark.django_db


def deliver(
    client: Client, shop: Shop, signature: str, body: bytes = BODY, **headers: str
) -> HttpResponse:
    sent = {
        "Saleor-Event": "order_fully_paid",
        "Saleor-Domain": shop.domain,
        "Saleor-Api-Url": shop.api_url,
        "Saleor-Signature": signature,
    } | {name.replace("_", "-"): value for name, value in headers.items()}
    return client.post(
        "/app/webhooks",
        body,
        content_type="application/json",
        headers={name: value for name, value in sent.items() if value},
    )


def marked() -> set[str]:
    return set(Change.objects.values_list("subject_id", flat=True))


def refused(response: HttpResponse) -> tuple[int, str]:
    assert marked() == set()
    assert set(response.json()) == {"error"}
    assert "Traceback" not in response.text
    return response.status_code, response.json()["error"]["code"]


def test_a_signed_event_marks_its_order(client: Client, shop: Shop, key: SigningKey) -> None:
    response = deliver(client, shop, key.sign(BODY))

    assert response.status_code == 200
    assert marked() == {"T3JkZXI6MQ=="}
    assert Change.objects.get().shop == shop


def test_an_import_marks_all_its_orders(client: Client, shop: Shop, key: SigningKey) -> None:
    body = b'{"orders": [{"id": "T3JkZXI6MQ=="}, {"id": "T3JkZXI6Mg=="}]}'

    deliver(client, shop, key.sign(body), body, Saleor_Event="order_bulk_created")

    assert marked() == {"T3JkZXI6MQ==", "T3JkZXI6Mg=="}


def test_an_event_we_did_not_ask_for_is_taken_and_ignored(
    client: Client, shop: Shop, key: SigningKey
) -> None:
    response = deliver(client, shop, key.sign(BODY), Saleor_Event="product_created")

    assert response.status_code == 200
    assert marked() == set()


@pytest.mark.parametrize(
    "recording", sorted(RECORDINGS.glob("webhooks/*.json")), ids=lambda path: path.stem
)
def test_what_a_real_saleor_sent_is_verified_and_marked(client: Client, recording: Path) -> None:
    exchange = json.loads(recording.read_text())
    shop = Shop.objects.create(
        api_url=exchange["headers"]["Saleor-Api-Url"],
        jwks=json.loads((RECORDINGS / "jwks.json").read_text()),
        installed_at=timezone.now(),
    )

    response = client.post(
        "/app/webhooks",
        exchange["body"].encode(),
        content_type="application/json",
        headers={k: v for k, v in exchange["headers"].items() if k.startswith("Saleor-")},
    )

    content = json.loads(exchange["body"])
    assert response.status_code == 200
    orders = content.get("orders", [content.get("order")])
    assert marked() == {thing["id"] for thing in (*orders, content.get("user")) if thing}
    subject = "CUSTOMER" if "user" in content else "ORDER"
    assert set(Change.objects.values_list("shop", "subject")) == {(shop.pk, subject)}


def test_t36_a_changed_body_is_refused(client: Client, shop: Shop, key: SigningKey) -> None:
    response = deliver(client, shop, key.sign(BODY), BODY.replace(b"MQ", b"Mg"))

    assert refused(response) == (401, "SIGNATURE_INVALID")


def test_t36_another_shops_signature_is_refused(
    client: Client, shop: Shop, other_key: SigningKey
) -> None:
    other_shop = Saleor(other_key)
    installed(other_shop)

    response = deliver(client, shop, other_key.sign(BODY))

    other_shop.stop()
    assert refused(response) == (401, "SIGNATURE_INVALID")


SIGNATURES: dict[str, Callable[[SigningKey], str]] = {
    "algorithm none": lambda key: unsigned(BODY, {"kid": key.kid, **DETACHED}),
    "the public key as a secret": lambda key: signed_with_the_public_key(key, BODY, DETACHED),
    "no signature at all": lambda key: "garbage",
    "no key id": lambda key: ".".join(["eyJhbGciOiJSUzI1NiIsImI2NCI6ZmFsc2V9", "", "AAAA"]),
    "nested deeply": lambda key: unsigned(b"", {}).replace("eyJ", "W1tb" * 20_000 + "eyJ"),
    "signature of nothing": lambda key: key.sign(b""),
}


@pytest.mark.parametrize("forge", SIGNATURES.values(), ids=SIGNATURES)
def test_t36_a_forged_signature_is_refused(
    client: Client, shop: Shop, key: SigningKey, forge: Callable[[SigningKey], str]
) -> None:
    assert refused(deliver(client, shop, forge(key))) == (401, "SIGNATURE_INVALID")


def test_t36_a_shoppers_own_token_does_not_sign_an_event(
    client: Client, shop: Shop, saleor: Saleor, key: SigningKey
) -> None:
    token = key.token(saleor.access_claims())

    assert refused(deliver(client, shop, token)) == (401, "SIGNATURE_INVALID")


@pytest.mark.parametrize("more", [{}, {"b64": True}, {"b64": 0}], ids=str)
def test_t36_nor_does_it_where_pyjwt_reads_any_token_as_a_detached_signature(
    client: Client,
    shop: Shop,
    saleor: Saleor,
    key: SigningKey,
    monkeypatch: pytest.MonkeyPatch,
    more: dict[str, Any],
) -> None:
    """PyJWT before 2.14, which Saleor still pins, and which our own floor lets in."""
    claims = json.dumps(saleor.access_claims()).encode()
    token = jwt.api_jws.encode(claims, key.private, "RS256", headers={"kid": key.kid, **more})
    decode = jwt.api_jws.decode

    def forget_the_body(token: str, key: jwt.PyJWK, algorithms: list[str], **_: object) -> bytes:
        return decode(token, key, algorithms)

    monkeypatch.setattr(jwt.api_jws, "decode", forget_the_body)
    assert json.loads(forget_the_body(token, jwt.PyJWK(key.jwk), ["RS256"]))["type"] == "access"

    assert refused(deliver(client, shop, token)) == (401, "SIGNATURE_INVALID")


def test_t36_a_body_over_the_limit_is_refused(
    client: Client, shop: Shop, key: SigningKey, settings: Settings
) -> None:
    settings.LOYALTY_MAX_BODY_BYTES = len(BODY) - 1

    assert refused(deliver(client, shop, key.sign(BODY))) == (413, "BODY_TOO_LARGE")


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"\xff",
        b"[]",
        b"{}",
        b'{"order": null}',
        b'{"order": {"id": 7}}',
        b'{"order": {"id": "two words"}}',
        b'{"order": {"id": "' + b"x" * 65 + b'"}}',
        b'{"orders": [{"id": "T3JkZXI6MQ=="}, {}]}',
        b'{"order": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    ],
    ids=lambda body: body[:30].decode("latin-1"),
)
def test_t36_a_body_that_names_no_order_is_refused(
    client: Client, shop: Shop, key: SigningKey, body: bytes
) -> None:
    assert refused(deliver(client, shop, key.sign(body), body)) == (400, "BODY_MALFORMED")


@pytest.mark.parametrize("body", [b"{}", b'{"user": null}', b'{"user": {"id": ""}}', BODY])
def test_t36_a_body_that_names_no_customer_is_refused(
    client: Client, shop: Shop, key: SigningKey, body: bytes
) -> None:
    response = deliver(client, shop, key.sign(body), body, Saleor_Event="customer_updated")

    assert refused(response) == (400, "BODY_MALFORMED")


@pytest.mark.parametrize("name", ["Saleor-Event", "Saleor-Api-Url", "Saleor-Signature"])
def test_a_missing_header_is_named(client: Client, shop: Shop, key: SigningKey, name: str) -> None:
    response = deliver(client, shop, key.sign(BODY), **{name: ""})

    assert refused(response) == (400, "HEADER_MISSING")
    assert name in response.json()["error"]["message"]


@pytest.mark.parametrize("api_url", ["https://unknown.example.com/graphql/", "\x00"])
def test_an_unknown_shop_is_refused(
    client: Client, shop: Shop, key: SigningKey, api_url: str
) -> None:
    response = deliver(client, shop, key.sign(BODY), Saleor_Api_Url=api_url)

    assert refused(response) == (404, "SHOP_UNKNOWN")


def test_an_event_of_a_shop_that_switched_the_app_off_shows_that_it_is_on_again(
    client: Client, shop: Shop, key: SigningKey
) -> None:
    Shop.objects.update(is_active=False)

    assert deliver(client, shop, key.sign(BODY)).status_code == 200
    assert marked() == {"T3JkZXI6MQ=="}
    assert Shop.objects.get().is_active


def test_t36_a_forged_event_does_not_wake_a_shop_that_uninstalled_the_app(
    client: Client, shop: Shop, other_key: SigningKey
) -> None:
    Shop.objects.update(is_active=False)

    assert refused(deliver(client, shop, other_key.sign(BODY))) == (401, "SIGNATURE_INVALID")
    assert not Shop.objects.get().is_active


def test_the_log_names_shop_and_reason_of_a_refusal(
    client: Client, shop: Shop, other_key: SigningKey, caplog: pytest.LogCaptureFixture
) -> None:
    deliver(client, shop, other_key.sign(BODY))

    assert f"SIGNATURE_INVALID (shop {shop.pk})" in caplog.text


def test_only_post_is_served(client: Client) -> None:
    response = client.get("/app/webhooks")

    assert (response.status_code, response["Allow"]) == (405, "POST")


def test_a_new_key_of_the_shop_is_fetched_once_and_kept(
    client: Client, shop: Shop, saleor: Saleor, next_key: SigningKey
) -> None:
    saleor.keys = [next_key]

    answers = [deliver(client, shop, next_key.sign(BODY)).status_code for _ in range(2)]

    assert answers == [200, 200]
    assert saleor.key_requests == 1


def test_a_new_key_under_the_old_id_is_fetched_too(
    client: Client, shop: Shop, saleor: Saleor, other_key: SigningKey
) -> None:
    saleor.keys = [other_key]

    assert deliver(client, shop, other_key.sign(BODY)).status_code == 200


def test_t36_a_flood_of_unknown_keys_fetches_once_a_minute(
    client: Client, shop: Shop, saleor: Saleor, next_key: SigningKey
) -> None:
    for _ in range(5):
        assert refused(deliver(client, shop, next_key.sign(BODY))) == (401, "SIGNATURE_INVALID")
    assert saleor.key_requests == 1

    Shop.objects.update(jwks_asked_at=timezone.now() - timedelta(seconds=61))
    deliver(client, shop, next_key.sign(BODY))

    assert saleor.key_requests == 2


def test_t36_a_flood_while_the_shop_is_down_fetches_once_a_minute(
    client: Client, shop: Shop, saleor: Saleor, next_key: SigningKey
) -> None:
    saleor.is_down = True

    answers = [refused(deliver(client, shop, next_key.sign(BODY)))[0] for _ in range(3)]

    assert answers == [503, 503, 503]
    assert saleor.key_requests == 1


def test_while_the_keys_are_being_fetched_nobody_waits_and_saleor_tries_again(
    client: Client, shop: Shop, saleor: Saleor, next_key: SigningKey
) -> None:
    saleor.keys = [next_key]
    Shop.objects.update(jwks_asked_at=timezone.now())  # by another request, just now

    response = deliver(client, shop, next_key.sign(BODY))

    assert refused(response) == (503, "KEYS_UNAVAILABLE")
    assert saleor.key_requests == 0
    Shop.objects.update(jwks={"keys": [next_key.jwk]}, jwks_fetched_at=timezone.now())
    assert deliver(client, shop, next_key.sign(BODY)).status_code == 200


def test_keys_that_cannot_be_fetched_now_make_saleor_try_again(
    client: Client, shop: Shop, saleor: Saleor, next_key: SigningKey
) -> None:
    saleor.is_down = True

    response = deliver(client, shop, next_key.sign(BODY))

    assert refused(response) == (503, "KEYS_UNAVAILABLE")


def test_t31_a_failure_of_ours_is_told_as_one_that_saleor_tries_again(
    client: Client, shop: Shop, key: SigningKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**_: Any) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(inbox, "mark", fail)

    response = deliver(client, shop, key.sign(BODY))

    assert refused(response) == (500, "UNEXPECTED")
    assert "secret detail" not in response.text
