"""Mail servers that fail at every phase of SMTP: nothing is lost, nothing hangs, one id."""

import re
from collections.abc import Callable, Iterator

import pytest

from saleor_loyalty.messages.outbox import send_due
from saleor_loyalty.models import Message, MessageStatus
from tests.messages.rude_server import RudeServer

pytestmark = pytest.mark.django_db

PHASES = ["CONNECT", "EHLO", "MAIL", "RCPT", "DATA", "CONTENT"]


@pytest.fixture
def rude(settings) -> Iterator[Callable[..., RudeServer]]:
    servers = []

    def rude(phase: str, fault: str, **options) -> RudeServer:
        server = RudeServer(phase, fault, **options)
        servers.append(server)
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.address
        return server

    settings.LOYALTY_HTTP_TIMEOUT = 0.3
    yield rude
    for server in servers:
        server.close()


def result(message: Message) -> str:
    send_due()
    message.refresh_from_db()
    return message.status


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("fault", ["close", "reset", "hang", "421 Closing", "451 Try later"])
def test_t32_a_fault_at_any_phase_is_waited_for_and_then_the_mail_goes_once(
    rude, make_message, due_again, phase, fault
):
    if (phase, fault) == ("CONNECT", "451 Try later"):
        fault = "554 No service here"  # the only other answer there is
    asked_twice = (phase, fault) == ("EHLO", "451 Try later")  # then HELO
    server = rude(phase, fault, times=2 if asked_twice else 1)
    message = make_message()

    assert result(message) == MessageStatus.PENDING
    assert message.error
    assert message.attempts == 1
    due_again(message)

    assert result(message) == MessageStatus.SENT
    assert len(server.mails) == 1


@pytest.mark.parametrize(
    ("phase", "fault", "status"),
    [
        ("MAIL", "550 Sender not allowed", MessageStatus.PENDING),  # ours to put right
        ("MAIL", "552 Too large", MessageStatus.FAILED),
        ("RCPT", "550 No such mailbox", MessageStatus.FAILED),
        ("DATA", "554 Refused", MessageStatus.FAILED),
        ("CONTENT", "552 Too large", MessageStatus.FAILED),
        ("CONTENT", "554 Spam", MessageStatus.FAILED),
    ],
)
def test_what_is_final_is_not_tried_again(rude, make_message, phase, fault, status):
    rude(phase, fault)
    message = make_message()

    assert result(message) == status
    assert fault.partition(" ")[2] in message.error


def test_t32_a_server_that_took_the_mail_and_did_not_say_so_gets_it_again_under_the_same_id(
    rude, make_message, due_again
):
    server = rude("CONTENT", "take, then close", times=1)
    message = make_message()

    assert result(message) == MessageStatus.PENDING
    due_again(message)
    assert result(message) == MessageStatus.SENT

    ids = [re.search(rb"^Message-ID: (.+?)\r$", mail, re.M)[1] for mail in server.mails]
    assert ids == [f"<{message.uid}@nordlys.example>".encode()] * 2


@pytest.mark.parametrize("fault", ["close", "hang", "421 Closing", "550 What?"])
def test_a_server_that_is_rude_at_parting_has_taken_the_mail(rude, make_message, fault):
    server = rude("QUIT", fault)
    message = make_message()

    assert result(message) == MessageStatus.SENT
    assert len(server.mails) == 1


@pytest.mark.parametrize("fault", ["close", "hang"])
def test_t32_a_server_that_breaks_off_twice_running_is_left_alone_for_this_batch(
    rude, make_message, fault
):
    server = rude("CONTENT", fault)
    messages = [make_message() for _ in range(10)]

    send_due()

    assert server.connections == 2
    for message in messages:
        message.refresh_from_db()
        assert (message.status, message.attempts) == (MessageStatus.PENDING, 1)


def test_t32_one_mail_a_server_stumbles_over_does_not_keep_the_others_from_going(
    rude, make_message
):
    rude("CONTENT", "close", times=1)
    stumbled, *others = [make_message() for _ in range(5)]

    send_due()

    stumbled.refresh_from_db()
    assert stumbled.status == MessageStatus.PENDING
    for message in others:
        message.refresh_from_db()
        assert message.status == MessageStatus.SENT


def test_t32_a_sender_the_server_does_not_allow_uses_up_no_try_and_is_asked_once_per_batch(
    rude, make_message
):
    server = rude("MAIL", "550 Sender not allowed")
    messages = [make_message() for _ in range(5)]

    send_due()

    assert server.connections == 1
    for message in messages:
        message.refresh_from_db()
        assert (message.status, message.failures) == (MessageStatus.PENDING, 0)


def test_t32_a_server_that_takes_no_more_today_is_asked_once(rude, make_message):
    server = rude("RCPT", "421 Too many mails")
    for _ in range(5):
        make_message()

    send_due()

    assert server.connections == 1
