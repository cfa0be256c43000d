"""A reminder is looked at again right before it is sent."""

from datetime import timedelta

import pytest

from saleor_loyalty.messages.outbox import send_due
from saleor_loyalty.models import Message, MessageStatus
from tests.messages.reminders.conftest import ALL, ENDS, START

pytestmark = pytest.mark.django_db


@pytest.fixture
def queued(set_off, ada, order, only_at) -> Message:
    """A reminder of Ada's 120 points, a week before they end."""
    set_off()
    order(ada, 120)
    only_at("2027-08-21T10:00")
    return Message.objects.get()


def sent(message: Message) -> tuple[str, str]:
    """What becomes of a message."""
    send_due()
    message.refresh_from_db()
    return message.status, message.error


def test_t28_a_reminder_says_how_many_go_of_how_many_and_when(
    set_off, ada, post, clock, only_at, mail_server
):
    set_off("PER_LOT", 90)
    post(ada, 40)
    clock.now = START + timedelta(days=10)
    post(ada, 100)
    only_at("2027-05-23T10:00")

    send_due()

    (mail,) = mail_server.mails
    text = mail.get_body(("plain",)).get_content()
    assert "40" in text
    assert "140" in text
    assert "May 30" in text or "30 May" in text


def test_t27_an_order_that_moved_the_date_stops_a_reminder_that_waits(
    queued, ada, order, mail_server
):
    order(ada, 10)

    assert sent(queued) == (MessageStatus.SKIPPED, "No points expire then any more.")
    assert mail_server.mails == []


def test_points_that_were_spent_meanwhile_are_not_spoken_of(queued, ada, refund, mail_server):
    refund(ada, 120)

    assert sent(queued) == (MessageStatus.SKIPPED, "No points expire then any more.")


def test_the_points_are_those_there_are_at_sending(queued, ada, refund, mail_server):
    refund(ada, 20)

    assert sent(queued) == (MessageStatus.SENT, "")
    assert queued.points == 100


def test_t27_a_reminder_kept_waiting_until_the_points_ended_is_not_sent(queued, clock, mail_server):
    clock.now = ENDS

    assert sent(queued) == (MessageStatus.SKIPPED, "The points have expired.")


def test_t27_a_reminder_kept_waiting_until_the_next_one_makes_room_for_it(
    set_off, ada, order, at, only_at, clock, mail_server
):
    set_off()
    order(ada, 120)
    only_at("2027-08-14T10:00")
    at("2027-08-21T10:00")  # nothing went out for a week

    send_due()

    earlier, later = Message.objects.order_by("pk")
    assert (earlier.status, later.status) == (MessageStatus.SKIPPED, MessageStatus.SENT)
    assert len(mail_server.mails) == 1


def test_a_reminder_switched_off_meanwhile_is_not_sent(queued, change, mail_server):
    change(reminders=["TWO_WEEKS"])

    assert sent(queued)[0] == MessageStatus.SKIPPED


def test_rules_that_protect_the_points_for_longer_stop_a_reminder(
    queued, change, clock, mail_server
):
    change(expiry_days=90)

    assert sent(queued) == (MessageStatus.SKIPPED, "No points expire then any more.")


def test_a_lot_s_reminder_is_stopped_when_its_lot_is_spent(
    set_off, ada, post, refund, clock, only_at, mail_server
):
    set_off("PER_LOT", 90)
    post(ada, 40)
    clock.now = START + timedelta(days=10)
    post(ada, 100)
    only_at("2027-05-23T10:00")
    refund(ada, 40)  # the soonest to end goes first

    assert sent(Message.objects.get()) == (MessageStatus.SKIPPED, "No points expire then any more.")


def test_a_reminder_of_protected_lots_counts_all_that_the_protection_ends(
    set_up, change, ada, order, at, mail_server
):
    set_up("NEVER")
    order(ada, 120)
    at(START)
    change(expiry_policy="PER_LOT", expiry_days=90, reminders=ALL)
    at("2027-05-23T10:00")
    message = Message.objects.get()

    assert sent(message) == (MessageStatus.SENT, "")
    assert message.points == 120
