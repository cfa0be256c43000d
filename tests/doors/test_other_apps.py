"""Tokens of the shop's other apps: whose they are and what they may do, the shop says."""

import logging

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory

from saleor_loyalty.doors.app import others
from saleor_loyalty.models import Shop
from saleor_loyalty.saleor_api.facts import App
from tests.saleor_over_http import Saleor
from tests.shops import installed, new_shop
from tests.signing import SigningKey

pytestmark = pytest.mark.django_db

TILL = "theTokenOfTheTill0123456789abc"
MEMBERS = "{ loyaltyMembers { totalCount } }"
PROGRAM = "{ loyaltyMessages { kind } }"


@pytest.fixture
def till(saleor: Saleor) -> dict[str, object]:
    """An app that may manage customers, and nothing else."""
    app = {"id": "QXBwOjc=", "name": "Till", "permissions": [{"code": "MANAGE_USERS"}]}
    saleor.others[TILL] = app
    return app


def ask(client: Client, token: str, query: str = MEMBERS, **headers: str) -> HttpResponse:
    return client.post(
        "/graphql/",
        {"query": query},
        content_type="application/json",
        headers={"Authorization": f"Bearer {token}", **headers},
    )


def said(response: HttpResponse) -> tuple[int, str]:
    errors = response.json().get("errors")
    return response.status_code, errors[0]["extensions"]["exception"]["code"] if errors else ""


def a_minute_passes() -> None:
    for key, known in others._known.items():
        others._known[key] = others.Known(known.app, known.until - others.REMEMBERED)


def test_an_app_of_the_shop_may_what_the_shop_lets_it(
    client: Client, shop: Shop, till: object
) -> None:
    assert ask(client, TILL).json() == {"data": {"loyaltyMembers": {"totalCount": 0}}}
    assert said(ask(client, TILL, PROGRAM)) == (200, "PermissionDenied")


def test_what_an_app_does_is_kept_with_its_name(shop: Shop, till: object) -> None:
    request = RequestFactory().post("/graphql/", headers={"Authorization": f"Bearer {TILL}"})

    assert others.viewer_of(request).actor == "Till"


def test_the_shop_is_asked_once_a_minute(
    client: Client, shop: Shop, saleor: Saleor, till: object
) -> None:
    for _ in range(3):
        ask(client, TILL)
    assert saleor.token_requests == 1

    a_minute_passes()
    saleor.others.clear()

    assert said(ask(client, TILL)) == (401, "InvalidTokenError")
    assert saleor.token_requests == 2


@pytest.mark.parametrize("token", ["opaque", "x" * 300, "sp ace", "é" * 30])
def test_t36_a_token_that_the_shop_does_not_know_is_refused(
    client: Client, shop: Shop, saleor: Saleor, till: object, token: str
) -> None:
    for _ in range(2):
        assert said(ask(client, token)) == (401, "InvalidTokenError")
    assert saleor.token_requests <= 1


def test_a_shop_that_does_not_answer_is_not_taken_for_a_bad_token(
    client: Client, shop: Shop, saleor: Saleor, till: object
) -> None:
    saleor.is_down = True
    assert said(ask(client, TILL)) == (503, "API_UNAVAILABLE")

    saleor.is_down = False
    assert said(ask(client, TILL)) == (200, "")


def test_who_guesses_tokens_is_stopped_and_keeps_nobody_out_who_is_known(
    client: Client, shop: Shop, saleor: Saleor, till: object
) -> None:
    ask(client, TILL)

    answers = [said(ask(client, f"guess{number}")) for number in range(40)]

    assert answers[-1] == (429, "TOO_MANY_REQUESTS")
    assert saleor.token_requests <= 31
    a_minute_passes()
    assert said(ask(client, TILL)) == (200, "")


def test_the_header_names_the_shop_where_there_are_several(
    client: Client, shop: Shop, saleor: Saleor, till: object
) -> None:
    new_shop("https://other.example.com/graphql/")

    assert said(ask(client, TILL)) == (401, "InvalidTokenError")
    assert said(ask(client, TILL, **{"Saleor-Api-Url": saleor.api_url})) == (200, "")


def test_t37_an_app_of_one_shop_is_nobody_in_another(
    client: Client, shop: Shop, saleor: Saleor, till: object, next_key: SigningKey
) -> None:
    other = Saleor(next_key)
    installed(other)

    ask(client, TILL, **{"Saleor-Api-Url": saleor.api_url})
    answer = ask(client, TILL, **{"Saleor-Api-Url": other.api_url})

    other.stop()
    assert said(answer) == (401, "InvalidTokenError")


def test_t37_an_app_without_permissions_may_nothing(
    client: Client, shop: Shop, saleor: Saleor, till: dict[str, object]
) -> None:
    till |= {"permissions": None, "name": None}

    assert said(ask(client, TILL)) == (200, "PermissionDenied")


def test_no_token_is_kept_or_logged(
    client: Client, shop: Shop, till: object, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    for token in (TILL, "a-token-of-nobody"):
        ask(client, token)

        assert token not in caplog.text
        assert token not in repr(others._known)


def test_a_process_remembers_a_thousand_tokens_and_forgets_strangers_first(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(others, "MOST", 2)
    app = App("QXBwOjc=", None, "Till", frozenset())
    for name, whose in ((b"till", app), (b"stranger", None), (b"tool", app)):
        others._remember((shop.pk, name), others.Known(whose, 0.0))

    assert [name for _, name in others._known] == [b"till", b"tool"]


def test_staff_who_send_their_own_token_are_told_which_one_to_send(
    client: Client, shop: Shop, saleor: Saleor, key: SigningKey
) -> None:
    (error,) = ask(client, key.token(saleor.access_claims(is_staff=True))).json()["errors"]

    assert (
        "MANAGE_USERS. Your own token opens here what is yours as a customer." in error["message"]
    )
    assert f'app(id: "{shop.app_id}")' in error["message"]


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/graphql/", "the GraphQL API of the shop's loyalty program"),
        ("/app/register", "when a shop installs the app"),
        ("/app/webhooks", "sends the events"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_who_comes_to_look_at_an_address_for_machines_reads_what_it_is(
    client: Client, address: str, words: str, method: str
) -> None:
    response = client.generic(method, address)

    assert (response.status_code, response["Allow"]) == (405, "POST")
    assert response["Content-Type"].startswith("text/plain")
    assert words in response.text
