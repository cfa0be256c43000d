"""What providers may say of an address, each in its own way, and what of it counts."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from anymail.signals import AnymailTrackingEvent
from django.db import IntegrityError, transaction
from django.utils import timezone

from saleor_loyalty.messages import bounces
from saleor_loyalty.models import AddressFault, AddressTrust, EmailFault, Member

pytestmark = pytest.mark.django_db

AT = datetime(2026, 5, 1, 10, tzinfo=UTC)


@pytest.fixture
def ada(make_member) -> Member:
    return make_member(email="Ada@Mail.example")


def hear(event_type: str, reason: str | None = None, **fields: Any) -> None:
    """As Anymail says it, of whichever provider."""
    told = {"recipient": "ada@mail.example", "timestamp": AT, **fields}
    bounces.follow(event=AnymailTrackingEvent(event_type=event_type, reject_reason=reason, **told))


@pytest.mark.parametrize(
    ("event_type", "reason", "fault"),
    [
        ("bounced", "bounced", "BOUNCED"),
        ("bounced", "invalid", "BOUNCED"),
        ("bounced", "timed_out", None),
        ("bounced", "unsubscribed", None),
        ("bounced", None, None),
        ("rejected", "bounced", "BOUNCED"),
        ("rejected", "invalid", "BOUNCED"),
        ("rejected", "spam", "COMPLAINED"),
        ("rejected", "blocked", None),
        ("rejected", None, None),
        ("complained", "spam", "COMPLAINED"),
        ("complained", None, "COMPLAINED"),
        ("deferred", "bounced", None),
        ("delivered", None, None),
    ],
)
def test_only_what_cannot_pass_is_a_fault_of_the_address(ada, event_type, reason, fault):
    hear(event_type, reason)

    known = bounces.fault_of(ada)
    assert (known and known.fault) == fault
    ada.refresh_from_db()
    assert ada.email_enabled


@pytest.mark.parametrize(
    ("event_type", "reason"), [("unsubscribed", None), ("rejected", "unsubscribed")]
)
def test_who_is_on_a_providers_list_of_the_unsubscribed_is_unsubscribed_here(
    ada, event_type, reason
):
    hear(event_type, reason)

    ada.refresh_from_db()
    assert (ada.email_enabled, bounces.fault_of(ada)) == (False, None)


@pytest.mark.parametrize("recipient", ["", None])
def test_a_report_of_nobody_is_passed_over(make_member, recipient):
    nobody = make_member(email="")

    hear("bounced", "bounced", recipient=recipient)
    hear("unsubscribed", recipient=recipient)

    nobody.refresh_from_db()
    assert nobody.email_enabled
    assert not AddressFault.objects.exists()


def test_a_report_that_says_no_time_is_of_now(ada):
    hear("complained", timestamp=None)

    assert timezone.now() - bounces.fault_of(ada).reported_at < timedelta(minutes=1)


def test_a_second_report_of_the_same_moment_changes_nothing_and_is_not_logged(ada, caplog):
    hear("complained")
    caplog.clear()

    hear("bounced", "bounced")

    assert bounces.fault_of(ada).fault == EmailFault.COMPLAINED
    assert caplog.messages == []


def test_a_newer_report_says_what_is_wrong_now(ada):
    hear("bounced", "bounced")
    hear("complained", timestamp=AT + timedelta(microseconds=1))

    known = bounces.fault_of(ada)
    assert (known.fault, known.reported_at) == ("COMPLAINED", AT + timedelta(microseconds=1))


def test_of_reports_under_two_secret_keys_the_newest_counts(ada, settings):
    hear("complained", timestamp=AT)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another"
    hear("bounced", "bounced", timestamp=AT - timedelta(days=1))
    assert bounces.fault_of(ada).fault == EmailFault.COMPLAINED

    hear("bounced", "bounced", timestamp=AT + timedelta(days=1))
    assert bounces.fault_of(ada).fault == EmailFault.BOUNCED


def test_trust_holds_for_one_address(ada, make_member):
    bob = make_member(email="bob@mail.example")
    hear("complained")
    hear("complained", recipient=bob.email)

    bounces.lift(bob, actor="Sam")

    assert bounces.fault_of(bob) is None
    assert bounces.fault_of(ada)


def test_trust_holds_against_what_was_noticed_before_and_comes_later(ada):
    """And from the very moment: a provider's clock may be ahead of ours."""
    hear("bounced", "bounced", timestamp=AT)
    bounces.lift(ada, actor="Sam")
    since = AddressTrust.objects.get().trusted_at

    hear("bounced", "bounced", timestamp=AT + timedelta(days=1))
    hear("bounced", "bounced", timestamp=since)
    assert bounces.fault_of(ada) is None

    hear("bounced", "bounced", timestamp=since + timedelta(microseconds=1))
    assert bounces.fault_of(ada)


def test_an_address_is_not_trusted_without_a_note_of_who_did(ada, monkeypatch):
    hear("complained")

    def fail(**_: object) -> None:
        raise RuntimeError("no disk")

    monkeypatch.setattr(bounces.audit, "note", fail)
    with pytest.raises(RuntimeError, match="no disk"):
        bounces.lift(ada, actor="Sam")

    assert bounces.fault_of(ada)


def test_the_database_keeps_one_fault_of_an_address_and_one_trust_of_each_shop(ada, shop):
    hear("complained")
    bounces.lift(ada, actor="Sam")
    key = AddressFault.objects.get().address

    with pytest.raises(IntegrityError), transaction.atomic():
        AddressFault.objects.create(address=key, fault=EmailFault.BOUNCED, reported_at=AT)
    with pytest.raises(IntegrityError), transaction.atomic():
        AddressTrust.objects.create(shop=shop, address=key, trusted_at=AT)
