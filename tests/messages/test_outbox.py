"""Each message once, whatever fails in between."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from saleor_loyalty.messages import outbox
from saleor_loyalty.messages.email import EmailCourier
from saleor_loyalty.messages.outbox import send_due
from saleor_loyalty.messages.outcomes import Rejected
from saleor_loyalty.models import (
    Coupon,
    CouponStatus,
    Member,
    MemberStatus,
    Message,
    MessageKind,
    MessageStatus,
    MessageSwitch,
    Program,
)

pytestmark = pytest.mark.django_db


class KilledError(BaseException):
    """Stands for the end of the process."""


@pytest.fixture
def die_before_noting(monkeypatch):
    """Kill the worker once, after the provider's yes and before our commit."""

    def die(*args):
        monkeypatch.undo()
        raise KilledError

    monkeypatch.setattr(outbox, "_note", die)


def test_nothing_due_nothing_done(make_message):
    make_message(due_at=None)
    make_message(due_at=timezone.now() + timedelta(hours=1))

    assert send_due() == 0


def test_a_sent_message_is_never_sent_again(mail_server, make_message, due_again):
    message = make_message()
    send_due()
    due_again(message)

    assert send_due() == 0
    assert len(mail_server.mails) == 1


def test_no_more_than_the_limit_is_taken_up(mail_server, make_message):
    for _ in range(3):
        make_message()

    assert [send_due(limit=2), send_due(limit=2), send_due(limit=2)] == [2, 1, 0]


def test_sending_within_a_transaction_is_refused():
    with transaction.atomic(), pytest.raises(RuntimeError, match="durable"):
        send_due()


def test_t32_mail_server_down_then_up_the_email_is_sent_once(
    stopped_mail_server, make_message, due_again
):
    message = make_message()
    send_due()
    message.refresh_from_db()
    assert message.status == MessageStatus.PENDING
    assert message.error.startswith("The mail server was not reached.")
    assert message.due_at > timezone.now()

    stopped_mail_server.start()
    due_again(message)
    send_due()
    send_due()

    message.refresh_from_db()
    assert message.status == MessageStatus.SENT
    assert message.attempts == 2
    assert len(stopped_mail_server.mails) == 1


def test_t32_crash_after_the_mail_server_took_it_repeats_the_same_message_id(
    mail_server, make_message, due_again, die_before_noting
):
    message = make_message()
    with pytest.raises(KilledError):
        send_due()
    due_again(message)

    send_due()

    assert len(mail_server.mails) == 2
    assert {mail["Message-ID"] for mail in mail_server.mails} == {
        f"<{message.uid}@nordlys.example>"
    }
    message.refresh_from_db()
    assert message.status == MessageStatus.SENT


def test_t32_crash_after_firebase_took_it_repeats_the_same_tag(
    fcm, make_push, due_again, die_before_noting
):
    message = make_push("phone")
    with pytest.raises(KilledError):
        send_due()
    due_again(message)

    send_due()

    tags = [notice["android"]["notification"]["tag"] for notice in fcm.notices]
    assert tags == [str(message.uid)] * 2


def test_t32_a_crashed_worker_s_message_is_its_own_until_the_lease_ends(
    mail_server, make_message, die_before_noting
):
    make_message()
    with pytest.raises(KilledError):
        send_due()

    assert send_due() == 0


def test_t32_firebase_in_trouble_the_notice_is_sent_later(fcm, make_push, due_again):
    message = make_push("phone")
    fcm.answer("phone", 503, "UNAVAILABLE")
    send_due()
    message.refresh_from_db()
    assert message.status == MessageStatus.PENDING
    assert message.error == "Firebase answered 503 UNAVAILABLE."
    assert len(fcm.notices) == 1  # the worker neither slept nor repeated

    due_again(message)
    send_due()

    message.refresh_from_db()
    assert message.status == MessageStatus.SENT


def test_t32_the_wait_firebase_asks_for_is_kept(fcm, make_push):
    message = make_push("phone")
    fcm.answer("phone", 429, "QUOTA_EXCEEDED", Retry_After="1800")

    send_due()

    message.refresh_from_db()
    assert message.due_at > timezone.now() + timedelta(seconds=1790)


def test_t32_a_device_served_already_is_left_out_of_the_next_try(fcm, make_push, due_again):
    message = make_push("phone", "tablet")
    fcm.answer("tablet", 503, "UNAVAILABLE")
    send_due()
    due_again(message)

    send_due()

    assert fcm.tokens() == ["phone", "tablet", "tablet"]
    message.refresh_from_db()
    assert message.status == MessageStatus.SENT


def test_t32_firebase_that_hangs_up_does_not_keep_email_from_going(
    mail_server, make_push, make_message, fcm, settings
):
    settings.LOYALTY_FCM_URL = "http://127.0.0.1:9/fcm"
    notice, mail = make_push("phone"), make_message()

    send_due()

    notice.refresh_from_db()
    mail.refresh_from_db()
    assert notice.error == "Firebase was not reached: ConnectError."
    assert (notice.status, mail.status) == (MessageStatus.PENDING, MessageStatus.SENT)


def test_t32_a_provider_that_is_down_is_asked_once_per_batch(fcm, make_push):
    notices = [make_push("phone-1"), make_push("phone-2"), make_push("phone-3")]
    fcm.answer("phone-1", 503, "UNAVAILABLE")

    send_due()

    assert fcm.tokens() == ["phone-1"]
    for notice in notices:
        notice.refresh_from_db()
        assert notice.status == MessageStatus.PENDING
        assert notice.error == "Firebase answered 503 UNAVAILABLE."


def test_t32_the_waits_grow_and_the_last_try_fails_for_staff_to_see(
    mail_server, make_message, due_again
):
    mail_server.refused_data.extend(["451 4.7.1 Later"] * outbox.TRIES)
    message = make_message()
    waits = []
    while message.status == MessageStatus.PENDING:
        due_again(message)
        before = timezone.now()
        send_due()
        message.refresh_from_db()
        waits.append(message.due_at - before)

    assert message.status == MessageStatus.FAILED
    assert message.failures == outbox.TRIES == len(waits)
    tried_again = waits[:-1]
    assert tried_again[0] < timedelta(seconds=6)
    assert tried_again[-1] > timedelta(hours=2)
    assert timedelta(hours=18) < sum(tried_again, timedelta()) < timedelta(hours=25)


def test_t32_an_outage_of_days_uses_up_no_try(mail_server, make_message, due_again):
    message = make_message()
    mail_server.stop()
    Message.objects.filter(pk=message.pk).update(attempts=100)
    due_again(message)
    send_due()
    message.refresh_from_db()
    assert (message.status, message.failures) == (MessageStatus.PENDING, 0)
    assert message.due_at > timezone.now() + timedelta(hours=2)

    mail_server.start()
    mail_server.refused_data.append("451 4.7.1 Later")  # as who comes back is often told
    due_again(message)
    send_due()
    message.refresh_from_db()
    assert (message.status, message.failures) == (MessageStatus.PENDING, 1)

    due_again(message)
    send_due()
    message.refresh_from_db()
    assert message.status == MessageStatus.SENT


@pytest.mark.parametrize(
    ("days", "status"), [(6, MessageStatus.PENDING), (8, MessageStatus.FAILED)]
)
@pytest.mark.parametrize("kind", [MessageKind.GIFT_EMAIL, MessageKind.WELCOME_EMAIL])
def test_t32_a_provider_is_waited_for_with_news_for_a_week(
    stopped_mail_server, make_message, kind, days, status
):
    message = make_message(kind, created_at=timezone.now() - timedelta(days=days))

    send_due()

    message.refresh_from_db()
    assert message.status == status


@pytest.mark.django_db(transaction=True)
def test_t32_two_workers_at_once_send_each_message_once(mail_server, make_message):
    messages = [make_message() for _ in range(20)]
    start, taken = threading.Barrier(2), []

    def work():
        start.wait()
        while count := send_due(limit=3):
            taken.append(count)
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert sum(taken) == 20
    assert sorted(mail["Message-ID"] for mail in mail_server.mails) == sorted(
        f"<{message.uid}@nordlys.example>" for message in messages
    )


@pytest.mark.django_db(transaction=True)
def test_a_message_another_worker_holds_is_passed_over(mail_server, make_message):
    held, free = make_message(), make_message()
    locked, done = threading.Event(), threading.Event()

    def hold():
        with transaction.atomic():
            Message.objects.select_for_update().get(pk=held.pk)
            locked.set()
            done.wait(10)
        connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    locked.wait(10)
    taken = send_due()
    done.set()
    holder.join()

    assert taken == 1
    assert [mail["Message-ID"] for mail in mail_server.mails] == [f"<{free.uid}@nordlys.example>"]


def test_a_worker_that_lost_its_lease_does_not_undo_the_other_s_work(
    stopped_mail_server, make_message
):
    message = make_message()
    (late,) = outbox._lease(1)
    Message.objects.filter(pk=message.pk).update(attempts=2)  # taken over

    outbox._note(late, Rejected("late"))

    message.refresh_from_db()
    assert (message.status, message.error) == (MessageStatus.PENDING, "")


def test_messages_the_round_has_no_time_for_are_due_at_once_and_lose_no_try(
    mail_server, make_message, monkeypatch
):
    monkeypatch.setattr(outbox, "ROUND", timedelta(seconds=-1))
    message = make_message()

    assert send_due() == 1

    message.refresh_from_db()
    assert message.failures == 0
    assert message.due_at <= timezone.now()
    assert mail_server.mails == []


def test_a_message_another_worker_took_over_is_not_given_back(make_message):
    message = make_message()
    late = outbox._lease(1)
    lease = timezone.now() + timedelta(minutes=10)
    Message.objects.filter(pk=message.pk).update(attempts=2, due_at=lease)  # taken over

    outbox._give_back(late)

    message.refresh_from_db()
    assert message.due_at == lease


@pytest.mark.parametrize(
    ("status", "why"),
    [
        (CouponStatus.WITHDRAWN, "The coupon is withdrawn."),
        (CouponStatus.USED, "The coupon is used."),
        (CouponStatus.EXPIRED, "The coupon has expired."),
    ],
)
def test_a_coupon_that_is_no_longer_active_is_not_announced(mail_server, make_message, status, why):
    message = make_message(coupon={"status": status})

    send_due()

    message.refresh_from_db()
    assert message.status == MessageStatus.SKIPPED
    assert message.error == why
    assert mail_server.mails == []


def test_a_coupon_that_has_ended_is_not_announced(mail_server, make_message):
    message = make_message(coupon={"expires_at": timezone.now() - timedelta(seconds=1)})

    send_due()

    message.refresh_from_db()
    assert (message.status, message.error) == (MessageStatus.SKIPPED, "The coupon has expired.")


def test_a_coupon_not_minted_yet_is_waited_for(mail_server, make_message):
    message = make_message(coupon={"status": CouponStatus.PENDING})

    send_due()

    message.refresh_from_db()
    assert message.status == MessageStatus.PENDING
    assert mail_server.mails == []


@pytest.mark.parametrize("status", [MemberStatus.BLOCKED, MemberStatus.CLOSED])
def test_a_member_who_is_not_active_gets_nothing(mail_server, make_message, make_member, status):
    message = make_message(member=make_member(status=status))

    send_due()

    message.refresh_from_db()
    assert message.status == MessageStatus.SKIPPED
    assert mail_server.mails == []


def test_while_the_programme_is_off_messages_stay_due(mail_server, make_message, shop):
    message = make_message()
    shop.program.is_active = False
    shop.program.save()

    assert send_due() == 0
    message.refresh_from_db()
    assert (message.status, message.attempts) == (MessageStatus.PENDING, 0)

    shop.program.is_active = True
    shop.program.save()
    assert send_due() == 1
    assert len(mail_server.mails) == 1


def test_a_shop_that_has_left_sends_nothing(mail_server, make_message, shop):
    make_message()
    shop.is_active = False
    shop.save()

    assert send_due() == 0


def test_a_message_that_breaks_us_does_not_keep_the_others_from_going(
    mail_server, make_message, make_member, monkeypatch, caplog
):
    broken, other = make_message(), make_message()
    compose = outbox.EmailCourier.send

    def send(self, message):
        if message.pk == broken.pk:
            raise ZeroDivisionError("of shopper@mail.example")
        compose(self, message)

    monkeypatch.setattr(outbox.EmailCourier, "send", send)
    send_due()

    broken.refresh_from_db()
    other.refresh_from_db()
    assert broken.status == MessageStatus.PENDING
    assert broken.error.startswith("Unexpected ZeroDivisionError in ")
    assert other.status == MessageStatus.SENT
    assert f"message {broken.pk}" in caplog.text
    assert "shopper@mail.example" not in caplog.text


def test_logs_name_no_address_code_or_token(
    mail_server, fcm, make_message, make_push, make_member, caplog
):
    caplog.set_level("DEBUG", logger="saleor_loyalty")
    message = make_message(member=make_member(email="ada@mail.example"))
    mail_server.refused_recipients["ada@mail.example"] = "550 <ada@mail.example> unknown"
    make_push("secret-token")
    fcm.answer("secret-token", 400, "INVALID_ARGUMENT")

    send_due()

    assert f"message {message.pk} failed for good" in caplog.text
    for secret in ("ada@mail.example", message.coupon.code, "secret-token"):
        assert secret not in caplog.text


@pytest.mark.parametrize(
    ("kind", "each"),
    # To look at it again and to note what became of it; what is known of its address, its devices;
    # the coupons it tells of, whether the gift was taken back.
    [(MessageKind.REWARD_EMAIL, 4), (MessageKind.GIFT_EMAIL, 4), (MessageKind.REWARD_PUSH, 4)],
)
def test_the_statements_of_a_batch_grow_by_those_of_each_message(
    kind, each, mail_server, fcm, make_message, make_member, make_device
):
    def statements_for(count):
        for number in range(count):
            member = make_member()
            make_device(member, f"{kind}-{count}-{number}")
            make_message(kind, member=member)
        with CaptureQueriesContext(connection) as statements:
            assert send_due() == count
        return len(statements)

    assert statements_for(8) - statements_for(1) == 7 * each


# ------------------------------------------------------------------ what changes within a round


def test_t32_a_coupon_withdrawn_after_the_batch_was_taken_is_not_announced(
    mail_server, make_message, monkeypatch
):
    first, second = make_message(), make_message()
    send = EmailCourier.send

    def withdraw_the_other(self, message):
        Coupon.objects.filter(pk=second.coupon_id).update(status=CouponStatus.WITHDRAWN)
        send(self, message)

    monkeypatch.setattr(EmailCourier, "send", withdraw_the_other)
    send_due()

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, second.status) == (MessageStatus.SENT, MessageStatus.SKIPPED)
    assert len(mail_server.mails) == 1


def test_a_member_who_unsubscribes_after_the_batch_was_taken_gets_nothing_more(
    mail_server, make_message, make_member, monkeypatch
):
    ada = make_member()
    make_message(member=ada)
    second = make_message(member=ada)
    send = EmailCourier.send

    def unsubscribe(self, message):
        send(self, message)
        Member.objects.filter(pk=ada.pk).update(email_enabled=False)

    monkeypatch.setattr(EmailCourier, "send", unsubscribe)
    send_due()

    second.refresh_from_db()
    assert (second.status, second.error) == (MessageStatus.SKIPPED, "The member takes no email.")


def test_a_programme_switched_off_in_the_middle_of_a_batch_stops_it(
    mail_server, make_message, shop, monkeypatch
):
    make_message()
    second = make_message()
    send = EmailCourier.send

    def switch_off(self, message):
        send(self, message)
        Program.objects.filter(shop=shop).update(is_active=False)

    monkeypatch.setattr(EmailCourier, "send", switch_off)
    send_due()

    second.refresh_from_db()
    assert second.status == MessageStatus.PENDING
    assert len(mail_server.mails) == 1


def test_a_message_another_worker_took_over_is_not_sent(mail_server, make_message, monkeypatch):
    make_message()
    second = make_message()
    send = EmailCourier.send

    def take_over(self, message):
        Message.objects.filter(pk=second.pk).update(attempts=2)
        send(self, message)

    monkeypatch.setattr(EmailCourier, "send", take_over)
    send_due()

    second.refresh_from_db()
    assert (second.status, second.attempts, second.error) == (MessageStatus.PENDING, 2, "")
    assert len(mail_server.mails) == 1


def test_an_earlier_issue_of_a_coupon_is_not_announced(mail_server, make_message):
    message = make_message()
    Coupon.objects.update(announced_as=f"coupon:{message.coupon.uid}:2")

    send_due()

    message.refresh_from_db()
    assert (message.status, message.error) == (
        MessageStatus.SKIPPED,
        "The coupon was issued anew.",
    )


def test_a_kind_the_shop_has_switched_off_is_not_sent(mail_server, make_message, shop):
    MessageSwitch.objects.create(
        shop=shop,
        kind=MessageKind.GIFT_EMAIL,
        is_active=False,
    )
    gift, reward = make_message(MessageKind.GIFT_EMAIL), make_message()

    send_due()

    gift.refresh_from_db()
    reward.refresh_from_db()
    assert (gift.status, reward.status) == (MessageStatus.SKIPPED, MessageStatus.SENT)


def test_the_news_of_a_coupon_does_not_wait_behind_thousands_of_reminders(
    mail_server, make_message
):
    long_ago = timezone.now() - timedelta(hours=1)
    reminder = make_message(MessageKind.WELCOME_EMAIL, due_at=long_ago)
    Message.objects.filter(pk=reminder.pk).update(kind=MessageKind.EXPIRY_EMAIL)
    reward = make_message()

    send_due(limit=1)

    reward.refresh_from_db()
    reminder.refresh_from_db()
    assert (reward.status, reminder.attempts) == (MessageStatus.SENT, 0)


@pytest.mark.parametrize("kind", [MessageKind.GIFT_EMAIL, MessageKind.GIFT_PUSH])
def test_who_is_inactive_in_the_shop_is_told_nothing(mail_server, make_message, make_member, kind):
    message = make_message(kind, member=make_member(customer_is_active=False))

    send_due()

    message.refresh_from_db()
    assert (message.status, message.error) == (
        MessageStatus.SKIPPED,
        "The customer is inactive in the shop.",
    )
    assert mail_server.mails == []


def test_of_coupons_that_came_together_those_are_told_that_can_be_used(
    mail_server, make_message, make_more_coupons
):
    message = make_message()
    used, good = make_more_coupons(message, 2)
    Coupon.objects.filter(pk=used.pk).update(status=CouponStatus.USED)

    send_due()

    (mail,) = mail_server.mails
    text = mail.get_body(("plain",)).get_content()
    assert used.code not in text
    assert message.coupon.code in text
    assert good.code in text


def test_a_batch_without_time_left_sends_one_message_and_gives_back_the_others(
    mail_server, make_message
):
    for _ in range(3):
        make_message()

    assert send_due(ends=0) == 3

    due = Message.objects.filter(status=MessageStatus.PENDING, due_at__lte=timezone.now())
    assert (len(mail_server.mails), due.count()) == (1, 2)
