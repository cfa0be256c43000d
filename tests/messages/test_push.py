"""Push notices as Firebase sees them, through pyfcm and google-auth."""

import json
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs

import jwt
import pytest

from saleor_loyalty.messages.outbox import send_due
from saleor_loyalty.models import Device, MessageStatus

pytestmark = pytest.mark.django_db


@pytest.fixture
def silent_url() -> Iterator[str]:
    """An address that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/fcm"


def test_reward_push_arrives_whole(fcm, make_push):
    message = make_push("phone")

    assert send_due() == 1

    uid = str(message.uid)
    assert fcm.notices == [
        {
            "token": "phone",
            "authorization": "Bearer access-1",
            "notification": {
                "title": "Your reward is here: 10% off",
                "body": "Spring reward is waiting for you. Open it to see your code.",
            },
            "data": {
                "kind": "REWARD_PUSH",
                "message_id": uid,
                "link": "https://nordlys.example/account/discounts",
            },
            "android": {"collapse_key": uid, "notification": {"tag": uid}},
            "apns": {"headers": {"apns-collapse-id": uid}},
            "webpush": {
                "notification": {"tag": uid},
                "fcm_options": {"link": "https://nordlys.example/account/discounts"},
            },
        }
    ]
    assert fcm.paths == ["/fcm/token", "/fcm/v1/projects/nordlys/messages:send"]
    message.refresh_from_db()
    assert message.status == MessageStatus.SENT
    assert message.delivered_devices == [Device.objects.get().pk]


def test_the_coupon_code_is_not_shown_on_a_locked_screen(fcm, make_push):
    message = make_push("phone")

    send_due()

    assert message.coupon.code not in str(fcm.notices)


def test_the_service_account_signs_for_its_access_token(fcm, make_push, service_key):
    make_push("phone")

    send_due()

    (grant,) = fcm.grants
    fields = parse_qs(grant)
    assert fields["grant_type"] == ["urn:ietf:params:oauth:grant-type:jwt-bearer"]
    claims = jwt.decode(
        fields["assertion"][0],
        service_key.public_key(),
        algorithms=["RS256"],
        audience="https://oauth2.googleapis.com/token",  # whatever the address asked
    )
    assert claims["iss"] == "push@nordlys.example"


def test_one_access_token_serves_many_batches(fcm, make_push):
    make_push("phone")
    send_due()
    make_push("tablet")
    send_due()

    assert fcm.tokens() == ["phone", "tablet"]
    assert len(fcm.grants) == 1


def test_an_expired_access_token_is_renewed(fcm, make_push):
    message = make_push("phone")
    expired = {"error": {"code": 401, "details": [{"reason": "ACCESS_TOKEN_EXPIRED"}]}}
    fcm.answers["phone"].append((401, {}, expired))

    send_due()

    message.refresh_from_db()
    assert message.status == MessageStatus.SENT
    assert [n["authorization"] for n in fcm.notices] == ["Bearer access-1", "Bearer access-2"]


def test_a_link_without_https_goes_in_the_data_only(fcm, make_push, settings):
    settings.LOYALTY_DISCOUNTS_URL = "http://127.0.0.1:8000/account/"
    make_push("phone")

    send_due()

    (notice,) = fcm.notices
    assert notice["data"]["link"] == "http://127.0.0.1:8000/account/"
    assert "fcm_options" not in notice["webpush"]


def test_every_device_of_the_member_gets_the_notice(fcm, make_push):
    make_push("phone", "tablet", "browser")

    send_due()

    assert sorted(fcm.tokens()) == ["browser", "phone", "tablet"]


def test_a_device_firebase_no_longer_knows_is_deleted(fcm, make_push):
    message = make_push("gone", "phone")
    fcm.answer("gone", 404, "UNREGISTERED")

    send_due()

    message.refresh_from_db()
    assert message.status == MessageStatus.SENT
    assert list(Device.objects.values_list("token", flat=True)) == ["phone"]


def test_a_token_that_is_none_is_deleted(fcm, make_push):
    message = make_push("nonsense")
    violation = {"field": "message.token", "description": "Invalid registration token"}
    fault = {
        "error": {
            "code": 400,
            "details": [{"errorCode": "INVALID_ARGUMENT"}, {"fieldViolations": [violation]}],
        }
    }
    fcm.answers["nonsense"].append((400, {}, fault))

    send_due()

    message.refresh_from_db()
    assert (message.status, message.error) == (
        MessageStatus.SKIPPED,
        "The member's devices are gone.",
    )
    assert not Device.objects.exists()


def test_a_wrong_address_deletes_no_device(fcm, make_push):
    message = make_push("phone")
    fcm.answers["phone"].append((404, {}, {"error": {"code": 404, "status": "NOT_FOUND"}}))

    send_due()

    message.refresh_from_db()
    assert message.status == MessageStatus.PENDING
    assert Device.objects.exists()


def test_a_device_of_another_project_is_left_alone_and_the_others_are_served(fcm, make_push):
    message = make_push("foreign", "phone")
    fcm.answer("foreign", 403, "SENDER_ID_MISMATCH")

    send_due()

    message.refresh_from_db()
    assert message.status == MessageStatus.SENT
    assert Device.objects.count() == 2


def test_a_notice_no_device_can_take_fails(fcm, make_push):
    message = make_push("phone")
    fcm.answer("phone", 400, "INVALID_ARGUMENT")

    send_due()

    message.refresh_from_db()
    assert message.status == MessageStatus.FAILED
    assert message.error.startswith("Firebase refused the notice")


def test_without_a_service_account_push_is_skipped(make_push, settings):
    settings.LOYALTY_FCM_SERVICE_ACCOUNT_FILE = ""
    message = make_push("phone")

    send_due()

    message.refresh_from_db()
    assert (message.status, message.error) == (MessageStatus.SKIPPED, "Push is not configured.")


def test_a_missing_service_account_file_waits_for_the_shop_to_put_it_right(
    make_push, settings, tmp_path
):
    settings.LOYALTY_FCM_SERVICE_ACCOUNT_FILE = str(tmp_path / "nothing.json")
    message = make_push("phone")

    send_due()

    message.refresh_from_db()
    assert message.status == MessageStatus.PENDING
    assert "LOYALTY_FCM_SERVICE_ACCOUNT_FILE" in message.error


def test_a_member_without_device_gets_no_push(fcm, make_push):
    message = make_push()

    send_due()

    message.refresh_from_db()
    assert (message.status, message.error) == (
        MessageStatus.SKIPPED,
        "The member has no device.",
    )


def test_a_member_who_takes_no_push_gets_none(fcm, make_push):
    message = make_push("phone")
    message.member.push_enabled = False
    message.member.save()

    send_due()

    message.refresh_from_db()
    assert message.status == MessageStatus.SKIPPED
    assert fcm.notices == []


def test_a_firebase_that_never_answers_holds_nobody_up(fcm, make_push, settings, silent_url):
    settings.LOYALTY_HTTP_TIMEOUT = 0.2
    settings.LOYALTY_FCM_URL = silent_url
    message = make_push("phone")

    begun = time.monotonic()
    send_due()

    assert time.monotonic() - begun < 2
    message.refresh_from_db()
    assert message.status == MessageStatus.PENDING
    assert message.error == "Firebase was not reached: ReadTimeout."


def test_a_token_address_that_never_answers_holds_nobody_up(fcm, make_push, settings, silent_url):
    settings.LOYALTY_HTTP_TIMEOUT = 0.2
    path = Path(settings.LOYALTY_FCM_SERVICE_ACCOUNT_FILE)
    path.write_text(json.dumps(json.loads(path.read_text()) | {"token_uri": silent_url}))
    message = make_push("phone")

    begun = time.monotonic()
    send_due()

    assert time.monotonic() - begun < 2
    message.refresh_from_db()
    assert message.status == MessageStatus.PENDING
    assert message.error == "Firebase was not reached: TransportError."


def test_a_refused_service_account_waits_for_the_shop_to_put_it_right(fcm, make_push, settings):
    path = Path(settings.LOYALTY_FCM_SERVICE_ACCOUNT_FILE)
    wrong = {"token_uri": f"{fcm.url}/v1/nobody"}
    path.write_text(json.dumps(json.loads(path.read_text()) | wrong))
    message = make_push("phone")

    send_due()

    message.refresh_from_db()
    assert message.status == MessageStatus.PENDING
    assert message.error == "Firebase was not reached: RefreshError."
