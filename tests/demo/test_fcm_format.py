"""What the stand-in for Firebase takes and refuses, field by field."""

from typing import Any

import pytest

from sandbox.inboxes.fcm_format import violations

NOTICE: dict[str, Any] = {
    "token": "phone",
    "notification": {"title": "Hello", "body": "You have a coupon"},
}


def test_a_plain_notice_is_taken() -> None:
    assert violations({"message": NOTICE}) == []


def test_field_names_may_be_camel_case() -> None:
    assert (
        violations(
            {"validateOnly": True, "message": {**NOTICE, "android": {"collapseKey": "reward"}}}
        )
        == []
    )


def test_a_notice_with_every_platform_is_taken() -> None:
    platforms = {
        "data": {"link": "https://shop.example.com/account/"},
        "android": {
            "priority": "high",
            "ttl": "3.5s",
            "notification": {"tag": "reward", "sticky": False},
        },
        "apns": {"headers": {"apns-collapse-id": "reward"}, "payload": {"aps": {"badge": 1}}},
        "webpush": {"fcm_options": {"link": "https://shop.example.com/account/"}},
        "fcm_options": {"analytics_label": "reward"},
    }
    assert violations({"message": {**NOTICE, **platforms}}) == []


@pytest.mark.parametrize(
    ("addition", "field"),
    [
        ({"colour": "red"}, "message.colour"),
        ({"data": {"points": 5}}, "message.data.points"),
        ({"data": {"google.id": "5"}}, "message.data.google.id"),
        ({"data": "link"}, "message.data"),
        ({"notification": {"title": 5}}, "message.notification.title"),
        ({"android": {"priority": "urgent"}}, "message.android.priority"),
        ({"android": {"ttl": 60}}, "message.android.ttl"),
        ({"android": {"notification": {"color": "red"}}}, "message.android.notification.color"),
        (
            {"android": {"notification": {"notification_count": True}}},
            "message.android.notification.notification_count",
        ),
        (
            {"android": {"notification": {"body_loc_args": ["a", 1]}}},
            "message.android.notification.body_loc_args[1]",
        ),
        (
            {"webpush": {"fcm_options": {"link": "http://shop.example.com/"}}},
            "message.webpush.fcm_options.link",
        ),
        ({"apns": {"headers": {"apns-priority": 10}}}, "message.apns.headers.apns-priority"),
        ({"topic": "everybody"}, "message"),
        ({"data": {"text": "x" * 4096}}, "message"),
    ],
)
def test_what_firebase_would_refuse_is_refused_by_name(
    addition: dict[str, Any], field: str
) -> None:
    assert [violation.field for violation in violations({"message": {**NOTICE, **addition}})] == [
        field
    ]


@pytest.mark.parametrize(
    "body",
    [None, [], {}, {"message": None}, {"message": {"notification": {}}}, {"massage": NOTICE}],
)
def test_a_body_without_an_addressed_message_is_refused(body: object) -> None:
    assert violations(body)
