"""Push notices as Firebase sees them, through pyfcm and google-auth."""

import json
import re
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs

import jwt
import pytest

from saleor_loyalty.messages.outbox import TRIES, send_due
from saleor_loyalty.models import (
    Coupon,
    CouponStatus,
    Device,
    MessageFault,
    MessageKind,
    MessageStatus,
)
from sandbox.inboxes.fcm_format import violations
from tests.doors.dripping import HEAD, dripping

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
                "body": "Spring reward is waiting for you. Tap to see your code.",
            },
            "data": {
                "kind": "REWARD_PUSH",
                "message_id": uid,
                "link": "https://nordlys.example/account/discounts",
            },
            "android": {
                "collapse_key": uid,
                "priority": "HIGH",
                "notification": {"tag": uid, "default_sound": True},
            },
            "apns": {
                "headers": {"apns-collapse-id": uid, "apns-priority": "10"},
                "payload": {"aps": {"sound": "default"}},
            },
            "webpush": {
                "headers": {"Topic": message.uid.hex, "Urgency": "high"},
                "notification": {"tag": uid},
                "fcm_options": {"link": "https://nordlys.example/account/discounts"},
            },
        }
    ]
    assert fcm.paths == ["/fcm/token", "/fcm/v1/projects/nordlys/messages:send"]
    message.refresh_from_db()
    assert message.status == MessageStatus.SENT
    assert message.delivered_devices == [Device.objects.get().pk]


# The fields we use, as the published reference has them, in the spelling of protocol buffers, which
# Google's APIs take beside the reference's camelCase:
# https://firebase.google.com/docs/reference/fcm/rest/v1/projects.messages and .../messages/send
REFERENCE = {
    "message.token": r".+",
    "message.notification.title": r".+",
    "message.notification.body": r".+",
    # Any string to string, but for the keys it reserves.
    "message.data.kind": r"(REWARD|GIFT)_PUSH",
    "message.data.message_id": r"[0-9a-f-]{36}",
    "message.data.link": r".+",
    "message.android.collapse_key": r".+",
    "message.android.priority": r"NORMAL|HIGH",  # AndroidMessagePriority
    "message.android.notification.tag": r".+",
    "message.android.notification.default_sound": bool,
    # APNs request headers: an id of 64 bytes at most; 10 for at once.
    "message.apns.headers.apns-collapse-id": r".{1,64}",
    "message.apns.headers.apns-priority": r"10|5",
    "message.apns.payload.aps.sound": r"default",
    # Web push (RFC 8030): a topic of 32 base64url characters at most.
    "message.webpush.headers.Topic": r"[A-Za-z0-9_-]{1,32}",
    "message.webpush.headers.Urgency": r"very-low|low|normal|high",
    "message.webpush.notification.tag": r".+",
    "message.webpush.fcm_options.link": r"https://.+",
    "validate_only": bool,
}


def leaves(value, path=""):
    """Each value that is no object, with the path of names to it."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield from leaves(item, f"{path}.{name}".lstrip("."))
    else:
        yield path, value


@pytest.mark.parametrize("kind", [MessageKind.REWARD_PUSH, MessageKind.GIFT_PUSH])
def test_the_request_is_the_one_that_fcm_s_reference_describes(
    fcm, make_message, make_member, make_device, kind
):
    member = make_member()
    make_device(member, "phone")
    make_message(kind, member=member)

    send_due()

    ((headers, body),) = fcm.sent
    assert headers["Content-Type"].partition(";")[0] == "application/json"
    assert headers["Authorization"] == "Bearer access-1"
    found = dict(leaves(body))
    assert found.keys() <= REFERENCE.keys()
    assert found.keys() >= REFERENCE.keys() - {"validate_only"}
    for path, value in found.items():
        expected = REFERENCE[path]
        if expected is bool:
            assert value is True or value is False, path
        else:
            assert isinstance(value, str), path
            assert re.fullmatch(expected, value), path
    assert violations(body) == []  # what the stand-in for Firebase would refuse


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


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (429, "QUOTA_EXCEEDED"),
        (500, "INTERNAL"),
        (503, "UNAVAILABLE"),
        (502, ""),
        (401, ""),
        (403, ""),
    ],
)
def test_t32_whatever_is_wrong_with_firebase_the_notice_waits(
    fcm, make_push, due_again, status, code
):
    message = make_push("phone")
    fcm.answer("phone", status, code)

    send_due()

    message.refresh_from_db()
    assert message.status == MessageStatus.PENDING
    assert message.error == f"Firebase answered {status} {code}".rstrip() + "."
    due_again(message)
    send_due()
    message.refresh_from_db()
    assert message.status == MessageStatus.SENT
    assert Device.objects.count() == 1


def test_t32_each_device_is_tried_until_it_has_the_notice_and_none_gets_it_twice(
    fcm, make_push, due_again
):
    """One platform's missing key keeps neither other devices nor other members waiting."""
    message, other = make_push("iphone", "phone"), make_push("tablet")
    fcm.answer("iphone", 401, "THIRD_PARTY_AUTH_ERROR")

    send_due()

    message.refresh_from_db()
    other.refresh_from_db()
    assert (message.status, other.status) == (MessageStatus.PENDING, MessageStatus.SENT)
    assert fcm.tokens() == ["iphone", "phone", "tablet"]
    due_again(message)
    send_due()
    message.refresh_from_db()
    assert message.status == MessageStatus.SENT
    assert fcm.tokens() == ["iphone", "phone", "tablet", "iphone"]
    assert {n["android"]["collapse_key"] for n in fcm.notices if n["token"] != "tablet"} == {
        str(message.uid)
    }


def test_t32_a_device_that_never_takes_the_notice_is_not_asked_again(fcm, make_push, due_again):
    message = make_push("foreign", "iphone")
    fcm.answer("foreign", 403, "SENDER_ID_MISMATCH")
    fcm.answer("iphone", 401, "THIRD_PARTY_AUTH_ERROR")
    send_due()
    due_again(message)
    fcm.answer("iphone", 404, "UNREGISTERED")

    send_due()

    assert fcm.tokens() == ["foreign", "iphone", "iphone"]
    message.refresh_from_db()
    assert (message.status, message.fault) == (MessageStatus.FAILED, MessageFault.REFUSED)
    assert message.error == "No device of the member can take the notice."


def test_t32_a_notice_that_one_device_has_is_sent_though_the_other_is_given_up(
    fcm, make_push, due_again
):
    message = make_push("phone", "iphone")
    for _ in range(TRIES):
        fcm.answer("iphone", 401, "THIRD_PARTY_AUTH_ERROR")
        due_again(message)
        send_due()

    message.refresh_from_db()
    assert message.status == MessageStatus.SENT
    assert message.error.startswith("Firebase has no valid key for Apple's")
    assert fcm.tokens().count("phone") == 1


def test_t32_a_notice_that_one_device_has_is_sent_though_the_coupon_is_used_meanwhile(
    fcm, make_push, due_again
):
    message = make_push("phone", "iphone")
    fcm.answer("iphone", 401, "THIRD_PARTY_AUTH_ERROR")
    send_due()
    Coupon.objects.update(status=CouponStatus.USED)
    due_again(message)

    send_due()

    message.refresh_from_db()
    assert (message.status, message.error) == (MessageStatus.SENT, "The coupon is used.")


def test_t32_a_missing_key_of_the_only_platform_is_waited_for(fcm, make_push):
    message = make_push("iphone")
    fcm.answer("iphone", 401, "THIRD_PARTY_AUTH_ERROR")

    send_due()

    message.refresh_from_db()
    assert message.status == MessageStatus.PENDING


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

    assert time.monotonic() - begun < 8  # what is set without us is 10
    message.refresh_from_db()
    assert message.status == MessageStatus.PENDING
    assert message.error == "Firebase was not reached: ReadTimeout."


def test_a_firebase_that_drips_holds_nobody_up(fcm, make_push, settings):
    settings.LOYALTY_HTTP_TIMEOUT = 1.5
    message = make_push("phone")

    with dripping(at_once=HEAD + b"\r\n") as settings.LOYALTY_FCM_URL:
        begun = time.monotonic()
        send_due()

    assert time.monotonic() - begun < 15
    message.refresh_from_db()
    assert message.error == "Firebase was not reached: ReadTimeout."


def test_a_token_address_that_never_answers_holds_nobody_up(fcm, make_push, settings, silent_url):
    settings.LOYALTY_HTTP_TIMEOUT = 0.2
    path = Path(settings.LOYALTY_FCM_SERVICE_ACCOUNT_FILE)
    path.write_text(json.dumps(json.loads(path.read_text()) | {"token_uri": silent_url}))
    message = make_push("phone")

    begun = time.monotonic()
    send_due()

    assert time.monotonic() - begun < 8  # what is set without us is 10
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
