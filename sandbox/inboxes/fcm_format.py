"""What FCM's HTTP v1 API takes as a message, checked field by field.

After https://firebase.google.com/docs/reference/fcm/rest/v1/projects.messages; like any Google
API, FCM takes the names of fields in snake_case and in camelCase.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

MAX_PAYLOAD_BYTES = 4096
TARGETS = ("token", "topic", "condition")
RESERVED_DATA_KEYS = re.compile(r"from|message_type|google.*|gcm\..*")


class Violation(NamedTuple):
    """A field, by its path, and what is wrong with it."""

    field: str
    description: str


Check = Callable[[str, object], Iterator[Violation]]


def violations(body: object) -> list[Violation]:
    """Everything FCM would refuse in a request to `messages:send`; empty for a good one."""
    found = list(REQUEST("", body))
    if found or not isinstance(body, dict):
        return found
    message = body.get("message", {})
    if sum(target in message for target in TARGETS) != 1:
        found.append(Violation("message", "Exactly one of token, topic and condition is required."))
    if len(json.dumps(message, ensure_ascii=False).encode()) > MAX_PAYLOAD_BYTES:
        found.append(Violation("message", f"The message has more than {MAX_PAYLOAD_BYTES} bytes."))
    return found


def _of_type(description: str, *kinds: type) -> Check:
    def check(path: str, value: object) -> Iterator[Violation]:
        if type(value) not in kinds:
            yield Violation(path, description)

    return check


def _matching(pattern: str, description: str) -> Check:
    def check(path: str, value: object) -> Iterator[Violation]:
        if not isinstance(value, str) or not re.fullmatch(pattern, value):
            yield Violation(path, description)

    return check


def _list_of(item: Check) -> Check:
    def check(path: str, value: object) -> Iterator[Violation]:
        if not isinstance(value, list):
            yield Violation(path, "Must be a list.")
            return
        for index, element in enumerate(value):
            yield from item(f"{path}[{index}]", element)

    return check


def _record(fields: Mapping[str, Check]) -> Check:
    def check(path: str, value: object) -> Iterator[Violation]:
        if not isinstance(value, dict):
            yield Violation(path, "Must be an object.")
            return
        for name, item in value.items():
            below = f"{path}.{name}".lstrip(".")
            if known := fields.get(_snake_case(name)):
                yield from known(below, item)
            else:
                yield Violation(below, "Unknown field.")

    return check


def _data(path: str, value: object) -> Iterator[Violation]:
    yield from _string_map(path, value)
    for key in value if isinstance(value, dict) else ():
        if RESERVED_DATA_KEYS.fullmatch(key):
            yield Violation(f"{path}.{key}", "This key is reserved.")


def _string_map(path: str, value: object) -> Iterator[Violation]:
    if not isinstance(value, dict):
        yield Violation(path, "Must be an object.")
        return
    for key, item in value.items():
        if not isinstance(item, str):
            yield Violation(f"{path}.{key}", "Must be a string.")


def _snake_case(name: str) -> str:
    return re.sub(r"[A-Z]", lambda letter: f"_{letter[0].lower()}", name)


STRING = _of_type("Must be a string.", str)
BOOLEAN = _of_type("Must be true or false.", bool)
INTEGER = _of_type("Must be a whole number.", int)
NUMBER = _of_type("Must be a number.", int, float)
STRUCT = _of_type("Must be an object.", dict)
STRINGS = _list_of(STRING)
DURATION = _matching(r"\d+(\.\d{1,9})?s", 'Must be a duration in seconds, as "3.5s".')
TIMESTAMP = _matching(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)", "Must be an RFC 3339 time."
)
COLOR = _matching(r"#[0-9a-fA-F]{6}", "Must be a colour as #rrggbb.")
HTTPS_LINK = _matching(r"https://.+", "Must be an HTTPS address.")

FCM_OPTIONS = _record(
    {"analytics_label": _matching(r"[a-zA-Z0-9-_.~%]{1,50}", "Must be an analytics label.")}
)
NOTIFICATION = _record({"title": STRING, "body": STRING, "image": STRING})
LIGHT_COLOR = _record(dict.fromkeys(("red", "green", "blue", "alpha"), NUMBER))
ANDROID_NOTIFICATION = _record(
    dict.fromkeys(
        ("title", "body", "icon", "sound", "tag", "click_action", "body_loc_key", "title_loc_key"),
        STRING,
    )
    | dict.fromkeys(("channel_id", "ticker", "image"), STRING)
    | dict.fromkeys(("body_loc_args", "title_loc_args"), STRINGS)
    | dict.fromkeys(("sticky", "local_only", "default_sound"), BOOLEAN)
    | dict.fromkeys(("default_vibrate_timings", "default_light_settings"), BOOLEAN)
    | {
        "color": COLOR,
        "event_time": TIMESTAMP,
        "vibrate_timings": _list_of(DURATION),
        "notification_count": INTEGER,
        "notification_priority": _matching(
            "PRIORITY_(UNSPECIFIED|MIN|LOW|DEFAULT|HIGH|MAX)", "Must be a notification priority."
        ),
        "visibility": _matching(
            "VISIBILITY_UNSPECIFIED|PRIVATE|PUBLIC|SECRET", "Must be a visibility."
        ),
        "proxy": _matching(
            "PROXY_UNSPECIFIED|ALLOW|DENY|IF_PRIORITY_LOWERED", "Must be a proxy behaviour."
        ),
        "light_settings": _record(
            {"color": LIGHT_COLOR, "light_on_duration": DURATION, "light_off_duration": DURATION}
        ),
    }
)
ANDROID = _record(
    {
        "collapse_key": STRING,
        "priority": _matching("(?i:normal|high)", "Must be NORMAL or HIGH."),
        "ttl": DURATION,
        "restricted_package_name": STRING,
        "data": _data,
        "notification": ANDROID_NOTIFICATION,
        "fcm_options": FCM_OPTIONS,
        "direct_boot_ok": BOOLEAN,
    }
)
WEBPUSH = _record(
    {
        "headers": _string_map,
        "data": _string_map,
        "notification": STRUCT,
        "fcm_options": _record({"link": HTTPS_LINK, "analytics_label": STRING}),
    }
)
APNS = _record(
    {
        "headers": _string_map,
        "payload": STRUCT,
        "fcm_options": _record({"analytics_label": STRING, "image": STRING}),
        "live_activity_token": STRING,
    }
)
MESSAGE = _record(
    dict.fromkeys(TARGETS, STRING)
    | {
        "data": _data,
        "notification": NOTIFICATION,
        "android": ANDROID,
        "webpush": WEBPUSH,
        "apns": APNS,
        "fcm_options": FCM_OPTIONS,
    }
)
REQUEST = _record({"message": MESSAGE, "validate_only": BOOLEAN})
