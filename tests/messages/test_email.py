"""Emails as a mail server sees them."""

import socket
import time

import pytest

from saleor_loyalty.messages.outbox import send_due
from saleor_loyalty.models import MessageStatus

pytestmark = pytest.mark.django_db


def test_reward_email_arrives_whole(mail_server, make_message, make_member):
    ada = make_member(email="ada@mail.example", first_name="Ada")
    message = make_message(member=ada, coupon={"code": "7K2M-QX9T-4HBD-W3NE"})

    assert send_due() == 1

    (mail,) = mail_server.mails
    assert mail["Subject"] == "Ada, your reward is here: 10% off"
    assert mail["From"] == "Nordlys <club@nordlys.example>"
    assert mail["To"] == "ada@mail.example"
    assert mail["Message-ID"] == f"<{message.uid}@nordlys.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail.get_content_type() == "multipart/alternative"
    text, html = mail.iter_parts()
    lines = text.get_content().splitlines()
    assert text.get_content_type() == "text/plain"
    assert "7K2M-QX9T-4HBD-W3NE" in lines
    assert "https://nordlys.example/account/discounts" in lines
    assert html.get_content_type() == "text/html"
    assert ">7K2M-QX9T-4HBD-W3NE</span>" in html.get_content()
    assert 'href="https://nordlys.example/account/discounts"' in html.get_content()
    message.refresh_from_db()
    assert message.status == MessageStatus.SENT
    assert message.sent_at is not None
    assert message.attempts == 1


def test_one_batch_uses_one_connection(mail_server, make_message):
    for _ in range(5):
        make_message()

    send_due()

    assert len(mail_server.mails) == 5
    assert len(mail_server.sessions) == 1


def test_a_member_who_takes_no_email_gets_none(mail_server, make_message, make_member):
    message = make_message(member=make_member(email_enabled=False))

    send_due()

    message.refresh_from_db()
    assert (message.status, message.error) == (
        MessageStatus.SKIPPED,
        "The member takes no email.",
    )
    assert mail_server.mails == []


def test_a_member_without_address_gets_no_email(mail_server, make_message, make_member):
    message = make_message(member=make_member(email=""))

    send_due()

    message.refresh_from_db()
    assert (message.status, message.error) == (
        MessageStatus.SKIPPED,
        "The member has no email address.",
    )


def test_a_refused_recipient_is_not_tried_again_and_others_are_served(
    mail_server, make_message, make_member
):
    gone = make_message(member=make_member(email="gone@mail.example"))
    other = make_message()
    mail_server.refused_recipients["gone@mail.example"] = "550 5.1.1 No such mailbox"

    send_due()

    gone.refresh_from_db()
    other.refresh_from_db()
    assert gone.status == MessageStatus.FAILED
    assert "550 5.1.1 No such mailbox" in gone.error
    assert other.status == MessageStatus.SENT


@pytest.mark.parametrize("answer", ["450 4.2.1 Mailbox busy", "452 4.2.2 Mailbox full"])
def test_a_recipient_put_off_is_tried_again(
    mail_server, make_message, make_member, due_again, answer
):
    message = make_message(member=make_member(email="busy@mail.example"))
    mail_server.refused_recipients["busy@mail.example"] = answer
    send_due()
    message.refresh_from_db()
    assert message.status == MessageStatus.PENDING

    mail_server.refused_recipients.clear()
    due_again(message)
    send_due()

    message.refresh_from_db()
    assert message.status == MessageStatus.SENT
    assert message.error == ""


def test_a_mail_refused_for_its_content_is_not_tried_again(mail_server, make_message):
    message = make_message()
    mail_server.refused_data.append("554 5.7.1 Rejected")

    send_due()

    message.refresh_from_db()
    assert message.status == MessageStatus.FAILED


def test_a_refused_sender_waits_for_the_shop_to_put_it_right(mail_server, make_message, settings):
    settings.DEFAULT_FROM_EMAIL = "club@nordlys.example"
    message = make_message()

    async def handle_MAIL(server, session, envelope, address, options):  # noqa: N802
        return "550 5.7.1 Sender not allowed"

    mail_server.stop()
    mail_server.handle_MAIL = handle_MAIL
    mail_server.start()

    send_due()

    message.refresh_from_db()
    assert message.status == MessageStatus.PENDING
    assert "Sender not allowed" in message.error


def test_a_name_cannot_add_headers(mail_server, make_message, make_member):
    make_message(member=make_member(first_name="Eve\r\nBcc: victim@mail.example\r\n\r\nBuy"))

    send_due()

    (mail,) = mail_server.mails
    assert mail["Bcc"] is None
    assert mail["Subject"].startswith("Eve Bcc: victim@mail.example Buy, your reward")


def test_an_address_cannot_add_headers(mail_server, make_message, make_member):
    message = make_message(member=make_member(email="a@mail.example\nBcc: victim@mail.example"))

    send_due()

    message.refresh_from_db()
    assert message.status == MessageStatus.FAILED
    assert mail_server.mails == []


def test_a_mail_server_that_never_answers_holds_nobody_up(settings, make_message):
    settings.LOYALTY_HTTP_TIMEOUT = 0.2
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.EMAIL_HOST, settings.EMAIL_PORT = silent.getsockname()
        message = make_message()
        begun = time.monotonic()
        send_due()

    assert time.monotonic() - begun < 8  # what is set without us is 10
    message.refresh_from_db()
    assert message.status == MessageStatus.PENDING
    assert message.error.startswith("The mail server was not reached.")
