"""The stand-in for Firebase, spoken to by the library that speaks to Firebase."""

import json
import time
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from google.oauth2.service_account import Credentials
from pyfcm import FCMNotification
from pyfcm.errors import FCMNotRegisteredError, InvalidDataError

from sandbox.demo import Demo

AUDIENCE = "https://oauth2.googleapis.com/token"
SCOPE = "https://www.googleapis.com/auth/firebase.messaging"


@pytest.fixture
def firebase(demo: Demo, service_account: Path) -> FCMNotification:
    account = json.loads(service_account.read_text())
    firebase = FCMNotification(
        service_account_file=str(service_account), project_id=account["project_id"]
    )
    firebase._fcm_end_point = (
        f"{demo.at.sandbox_url}/fcm/v1/projects/{account['project_id']}/messages:send"
    )
    return firebase


@pytest.fixture
def phone(demo: Demo, request: pytest.FixtureRequest) -> str:
    answer = httpx.post(f"{demo.at.sandbox_url}/push/phones", json={"name": request.node.name})
    token: str = answer.json()["token"]
    return token


def _on_phone(demo: Demo, phone: str) -> list[dict[str, Any]]:
    pushes: list[dict[str, Any]] = httpx.get(
        f"{demo.at.sandbox_url}/push/messages.json", params={"token": phone}
    ).json()
    return pushes


def test_a_notice_arrives_on_the_phone(demo: Demo, firebase: FCMNotification, phone: str) -> None:
    answer = firebase.notify(
        fcm_token=phone,
        notification_title="A coupon for you",
        notification_body="10 % off",
        data_payload={"link": "http://127.0.0.1/account/"},
    )

    (push,) = _on_phone(demo, phone)
    assert (push["title"], push["body"], push["link"]) == (
        "A coupon for you",
        "10 % off",
        "http://127.0.0.1/account/",
    )
    assert answer["name"].startswith("projects/saleor-loyalty-demo/messages/")
    assert "A coupon for you" in httpx.get(f"{demo.at.sandbox_url}/push/").text


def test_a_dry_run_arrives_nowhere(demo: Demo, firebase: FCMNotification, phone: str) -> None:
    firebase.notify(fcm_token=phone, notification_title="Only a try", dry_run=True)

    assert _on_phone(demo, phone) == []


def test_a_phone_that_is_gone_is_reported_as_unregistered(firebase: FCMNotification) -> None:
    with pytest.raises(FCMNotRegisteredError):
        firebase.notify(fcm_token="no-such-phone", notification_title="Hello")


def test_a_message_out_of_format_is_refused_by_the_name_of_the_field(
    firebase: FCMNotification, phone: str
) -> None:
    with pytest.raises(InvalidDataError, match=r"message\.android\.urgency"):
        firebase.notify(
            fcm_token=phone, notification_title="Hello", android_config={"urgency": "high"}
        )


def test_a_key_that_is_not_the_accounts_gets_no_token(
    firebase: FCMNotification, service_account: Path
) -> None:
    strange_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    firebase.credentials = Credentials.from_service_account_file(
        str(service_account), scopes=[SCOPE]
    )
    firebase.credentials._signer = _Signer(strange_key)

    with pytest.raises(InvalidDataError, match="Signature verification failed"):
        firebase.request_headers()


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"exp": 1}, "Signature has expired"),
        ({"exp": 2**33}, "short-lived"),
        ({"aud": "https://accounts.example.com/token"}, "Audience"),
        ({"iss": "somebody@example.com"}, "Invalid issuer"),
        ({"scope": "https://www.googleapis.com/auth/drive"}, "scope"),
    ],
)
def test_a_grant_that_says_the_wrong_thing_gets_no_token(
    demo: Demo, service_account: Path, change: dict[str, Any], error: str
) -> None:
    account = json.loads(service_account.read_text())
    now = int(time.time())
    claims = {
        "iss": account["client_email"],
        "scope": SCOPE,
        "aud": AUDIENCE,
        "iat": now,
        "exp": now + 60,
    }
    assertion = jwt.encode({**claims, **change}, account["private_key"], "RS256")
    grant = {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": assertion}

    answer = httpx.post(f"{demo.at.sandbox_url}/fcm/token", data=grant)

    assert answer.status_code == 400
    assert error in answer.json()["error_description"]


@pytest.mark.parametrize("authorization", ["", "Bearer made-up", "Basic made-up"])
def test_a_message_without_an_access_token_is_refused(
    demo: Demo, phone: str, authorization: str
) -> None:
    answer = httpx.post(
        f"{demo.at.sandbox_url}/fcm/v1/projects/saleor-loyalty-demo/messages:send",
        json={"message": {"token": phone, "notification": {"title": "Hello"}}},
        headers={"Authorization": authorization},
    )

    assert (answer.status_code, answer.json()["error"]["status"]) == (401, "UNAUTHENTICATED")
    assert _on_phone(demo, phone) == []


def test_another_projects_messages_are_refused(
    demo: Demo, firebase: FCMNotification, phone: str
) -> None:
    answer = httpx.post(
        f"{demo.at.sandbox_url}/fcm/v1/projects/another/messages:send",
        json={"message": {"token": phone}},
        headers=firebase.request_headers(),
    )

    assert (answer.status_code, answer.json()["error"]["status"]) == (403, "PERMISSION_DENIED")


class _Signer:
    """Signs as google-auth's own signer does, with a key of our choice."""

    key_id = "demo"

    def __init__(self, key: rsa.RSAPrivateKey) -> None:
        self._key = key

    def sign(self, message: bytes) -> bytes:
        signature: bytes = jwt.algorithms.RSAAlgorithm(jwt.algorithms.RSAAlgorithm.SHA256).sign(
            message, self._key
        )
        return signature
