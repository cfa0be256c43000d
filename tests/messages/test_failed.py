"""Messages that were given up, and what becomes of them when staff have them sent again."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from saleor_loyalty.members import addresses
from saleor_loyalty.messages import bounces, failed
from saleor_loyalty.messages.outbox import send_due
from saleor_loyalty.models import (
    AuditAction,
    AuditRecord,
    Coupon,
    CouponStatus,
    EmailFault,
    Member,
    MemberStatus,
    Message,
    MessageFault,
    MessageKind,
    MessageStatus,
    ResendRequest,
    Shop,
)
from saleor_loyalty.problems import Refused
from saleor_loyalty.tasks import send_messages

pytestmark = pytest.mark.django_db


@pytest.fixture
def make_failed(make_message):
    def make(kind=MessageKind.GIFT_EMAIL, fault=MessageFault.REFUSED, **fields) -> Message:
        given_up = {"status": MessageStatus.FAILED, "fault": fault, "error": "550 No"}
        return make_message(kind, **(given_up | fields))

    return make


def status_of(message: Message) -> str:
    message.refresh_from_db()
    return message.status


# ------------------------------------------------------------------ one


def test_staff_have_a_failed_message_sent_again_under_the_same_id(
    mail_server, make_message, make_member
):
    message = make_message(member=make_member(email="gone@mail.example"))
    mail_server.refused_recipients["gone@mail.example"] = "550 5.1.1 No such mailbox"
    send_due()
    mail_server.refused_recipients.clear()
    message.refresh_from_db()
    assert message.status == MessageStatus.FAILED

    again = failed.resend(message, actor="Sam")

    assert (again.status, again.failures, again.error) == (MessageStatus.PENDING, 0, "")
    assert again.resent_by == "Sam"
    record = AuditRecord.objects.get()
    assert (record.action, record.actor) == (AuditAction.MESSAGE_RESENT, "Sam")
    assert (record.member, record.detail) == (message.member, MessageKind.REWARD_EMAIL)
    send_due()
    (mail,) = mail_server.mails
    assert mail["Message-ID"] == f"<{message.uid}@nordlys.example>"


def test_a_skipped_message_can_be_sent_once_its_reason_is_gone(
    mail_server, make_message, make_member
):
    ada = make_member(email_enabled=False)
    message = make_message(member=ada)
    send_due()
    Member.objects.filter(pk=ada.pk).update(email_enabled=True)
    message.refresh_from_db()

    failed.resend(message, actor="Sam")
    send_due()

    assert len(mail_server.mails) == 1


def test_a_message_that_waits_is_not_sent_again(make_message):
    message = make_message(status=MessageStatus.PENDING)

    with pytest.raises(Refused, match="This message waits to be sent"):
        failed.resend(message, actor="Sam", reason="Lost")

    message.refresh_from_db()
    assert (message.status, message.resent_by) == (MessageStatus.PENDING, "")
    assert not AuditRecord.objects.exists()


def test_a_message_that_was_sent_goes_again_as_a_new_one_and_the_reason_is_kept(
    mail_server, make_message
):
    message = make_message()
    send_due()
    message.refresh_from_db()

    failed.resend(message, actor="Sam", reason="She deleted\nit")
    send_due()

    first, second = mail_server.mails
    assert first["Message-ID"] != second["Message-ID"]  # a mailbox shows the same one only once
    record = AuditRecord.objects.get()
    assert (record.action, record.actor) == (AuditAction.MESSAGE_RESENT, "Sam")
    assert (record.detail, record.reason) == ("REWARD_EMAIL", "She deleted it")
    assert status_of(message) == MessageStatus.SENT


@pytest.mark.parametrize("reason", ["", " ", "x" * 201])
def test_what_was_sent_does_not_go_again_without_a_reason_of_some_words(make_message, reason):
    message = make_message(status=MessageStatus.SENT)

    with pytest.raises(Refused, match=r"say why|200 characters"):
        failed.resend(message, actor="Sam", reason=reason)

    assert status_of(message) == MessageStatus.SENT


@pytest.mark.parametrize("status", [MessageStatus.SENT, MessageStatus.FAILED])
def test_what_told_of_something_that_is_over_is_not_sent_again(make_message, status):
    message = make_message(status=status, coupon={"status": CouponStatus.WITHDRAWN})

    with pytest.raises(Refused, match="What this message tells of is over"):
        failed.resend(message, actor="Sam", reason="Lost")

    assert status_of(message) == status


@pytest.mark.parametrize("status", [MessageStatus.SENT, MessageStatus.FAILED])
@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"email_enabled": False}, "The member takes no email"),
        ({"status": MemberStatus.BLOCKED}, "The member is blocked"),
        ({"status": MemberStatus.CLOSED}, "The member is closed"),
        ({"customer_is_active": False}, "The customer is inactive in the shop"),
        ({"email": ""}, "The member has no email address"),
        ({"email": "bad@mail.example"}, "Mail to the member’s address comes back"),
    ],
)
def test_who_takes_no_mail_is_sent_nothing_again(make_message, make_member, status, fields, why):
    bounces.note(addresses.keys("bad@mail.example")[0], EmailFault.BOUNCED, timezone.now())
    message = make_message(MessageKind.GIFT_EMAIL, member=make_member(**fields), status=status)

    with pytest.raises(Refused, match=why):
        failed.resend(message, actor="Sam", reason="Lost")

    assert status_of(message) == status
    assert not AuditRecord.objects.exists()


@pytest.mark.parametrize(
    "fields",
    [
        {"email_enabled": False},
        {"status": MemberStatus.BLOCKED},
        {"customer_is_active": False},
    ],
)
def test_who_takes_no_mail_is_not_among_all_that_are_sent_again(
    shop, make_failed, make_member, fields
):
    make_failed(member=make_member(**fields))

    with pytest.raises(Refused):
        failed.resend_all(shop, actor="Sam")


@pytest.mark.parametrize(
    ("kind", "fields", "number"),
    [
        (MessageKind.GIFT_PUSH, {"push_enabled": False}, 0),
        (MessageKind.GIFT_PUSH, {"email_enabled": False}, 1),
        (MessageKind.GIFT_EMAIL, {"push_enabled": False}, 1),
    ],
)
def test_whether_a_member_takes_the_kind_of_what_failed_is_what_counts(
    shop, make_failed, make_member, kind, fields, number
):
    make_failed(kind, member=make_member(**fields))

    assert failed.counted(failed.matching(shop)) == (1, number)


# ------------------------------------------------------------------ why


def test_a_message_the_provider_refuses_says_so(mail_server, make_message, make_member):
    message = make_message(member=make_member(email="gone@mail.example"))
    mail_server.refused_recipients["gone@mail.example"] = "550 5.1.1 No such mailbox"

    send_due()

    message.refresh_from_db()
    assert (message.status, message.fault) == (MessageStatus.FAILED, MessageFault.REFUSED)


def test_one_whose_last_try_failed_says_so(mail_server, make_message):
    mail_server.refused_data.append("451 4.7.1 Later")
    message = make_message(failures=18)

    send_due()

    message.refresh_from_db()
    assert (message.status, message.fault) == (MessageStatus.FAILED, MessageFault.TRIES)


def test_news_that_waited_too_long_for_the_provider_says_so(stopped_mail_server, make_message):
    message = make_message(MessageKind.GIFT_EMAIL, created_at=timezone.now() - timedelta(days=8))

    send_due()

    message.refresh_from_db()
    assert (message.status, message.fault) == (MessageStatus.FAILED, MessageFault.OUTAGE)


def test_a_text_that_cannot_be_rendered_says_so(mail_server, make_message, monkeypatch):
    monkeypatch.setattr("saleor_loyalty.messages.liquid.LONGEST_OUTPUT", 10)
    message = make_message()

    send_due()

    message.refresh_from_db()
    assert (message.status, message.fault) == (MessageStatus.FAILED, MessageFault.TEXT)


# ------------------------------------------------------------------ all


def test_all_of_a_kind_and_a_fault_are_sent_again_and_no_others(mail_server, shop, make_failed):
    meant = [make_failed() for _ in range(3)]
    others = [
        make_failed(MessageKind.WELCOME_EMAIL),
        make_failed(fault=MessageFault.OUTAGE),
    ]

    number = failed.resend_all(
        shop, kind=MessageKind.GIFT_EMAIL, fault=MessageFault.REFUSED, actor="Sam"
    )
    send_messages()

    assert number == 3
    assert {mail["Message-ID"] for mail in mail_server.mails} == {
        f"<{message.uid}@nordlys.example>" for message in meant
    }
    assert {status_of(message) for message in others} == {MessageStatus.FAILED}
    record = AuditRecord.objects.get()
    assert (record.action, record.actor) == (AuditAction.ALL_RESENT, "Sam")
    assert record.detail == "GIFT_EMAIL REFUSED 3"
    assert meant[0].resent_by == ""
    meant[0].refresh_from_db()
    assert (meant[0].resent_by, meant[0].fault) == ("Sam", "")
    assert not failed.is_resending(shop)


def test_what_an_announced_coupon_or_reminder_told_of_is_over_and_stays_failed(
    mail_server, shop, make_failed
):
    past, future = timezone.now() - timedelta(hours=1), timezone.now() + timedelta(days=1)
    reward, expiry = MessageKind.REWARD_EMAIL, MessageKind.EXPIRY_EMAIL
    over = [
        make_failed(reward, coupon={"status": CouponStatus.USED}),
        make_failed(reward, coupon={"status": CouponStatus.WITHDRAWN}),
        make_failed(reward, coupon={"expires_at": past}),
        make_failed(reward),
        make_failed(MessageKind.WELCOME_EMAIL, deadline=past),
    ]
    Coupon.objects.filter(pk=over[3].coupon_id).update(announced_as="another issue")
    Message.objects.filter(pk=over[4].pk).update(kind=expiry)
    still = [
        make_failed(reward, coupon={"expires_at": future}),
        make_failed(reward),
        make_failed(),
    ]

    assert failed.resend_all(shop, actor="Sam") == 3
    while failed.resend_asked():
        pass

    assert {status_of(message) for message in over} == {MessageStatus.FAILED}
    assert {status_of(message) for message in still} == {MessageStatus.PENDING}


def test_where_nothing_can_be_sent_again_that_is_said(shop, make_failed):
    make_failed(MessageKind.REWARD_EMAIL, coupon={"status": CouponStatus.USED})

    with pytest.raises(Refused, match="can be sent again any more"):
        failed.resend_all(shop, actor="Sam")

    assert not AuditRecord.objects.exists()
    assert not ResendRequest.objects.exists()


def test_another_shop_s_messages_are_left_alone(shop, make_failed):
    mine, theirs = make_failed(), make_failed()
    other = Shop.objects.create(
        api_url="https://other.example/graphql/", installed_at=timezone.now()
    )
    Message.objects.filter(pk=theirs.pk).update(shop=other)

    assert failed.resend_all(shop, actor="Sam") == 1
    while failed.resend_asked():
        pass

    assert status_of(mine) == MessageStatus.PENDING
    assert status_of(theirs) == MessageStatus.FAILED


def test_they_are_taken_up_in_batches_of_few_statements(
    shop, make_failed, django_assert_max_num_queries
):
    messages = [make_failed() for _ in range(7)]
    failed.resend_all(shop, actor="Sam")

    with django_assert_max_num_queries(6):
        assert failed.resend_asked(limit=3) == 3

    assert [status_of(message) for message in messages].count(MessageStatus.PENDING) == 3
    assert failed.is_resending(shop)
    assert [failed.resend_asked(limit=3), failed.resend_asked(limit=3)] == [3, 1]
    assert failed.resend_asked(limit=3) == 0
    assert {status_of(message) for message in messages} == {MessageStatus.PENDING}
    assert not failed.is_resending(shop)


def test_one_that_fails_again_at_once_is_not_begun_with_again(
    mail_server, shop, make_failed, make_member
):
    mail_server.refused_recipients["gone@mail.example"] = "550 5.1.1 No such mailbox"
    gone = make_failed(member=make_member(email="gone@mail.example"))
    others = [make_failed() for _ in range(3)]
    failed.resend_all(shop, actor="Sam")

    failed.resend_asked(limit=1)
    send_due()
    assert status_of(gone) == MessageStatus.FAILED
    while failed.resend_asked(limit=1):
        pass

    assert status_of(gone) == MessageStatus.FAILED
    assert {status_of(message) for message in others} == {MessageStatus.PENDING}


@pytest.mark.django_db(transaction=True)
def test_two_workers_do_not_carry_out_one_wish(shop, make_failed):
    make_failed()
    failed.resend_all(shop, actor="Sam")
    locked, done = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            list(ResendRequest.objects.select_for_update())
            locked.set()
            done.wait(10)
        connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    locked.wait(10)
    looked_at = failed.resend_asked()
    done.set()
    holder.join()

    assert looked_at == 0
    assert failed.resend_asked() == 1
