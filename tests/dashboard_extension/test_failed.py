"""Staff and what did not arrive: failed messages, one by one or all, and addresses that bounced."""

import json
from collections.abc import Callable

import pytest
from django.utils import timezone

from saleor_loyalty.members import addresses
from saleor_loyalty.messages import bounces, failed
from saleor_loyalty.models import (
    AddressFault,
    AuditRecord,
    Coupon,
    EmailFault,
    Member,
    Message,
    MessageFault,
    MessageKind,
    MessageStatus,
)

NO_MAILBOX = "Recipient refused: 550 5.1.1 No such mailbox"


@pytest.fixture
def make_failed(ada: Member) -> Callable[..., list[Message]]:
    def make(number: int, *, member: Member = ada, **fields: object) -> list[Message]:
        given = {
            "kind": MessageKind.GIFT_EMAIL,
            "fault": MessageFault.REFUSED,
            "error": NO_MAILBOX,
            **fields,
        }
        before = Message.objects.count()
        return Message.objects.bulk_create(
            Message(
                shop=member.shop,
                member=member,
                cause=f"test:{before + n}",
                status=MessageStatus.FAILED,
                created_at=timezone.now(),
                **given,
            )
            for n in range(number)
        )

    return make


@pytest.fixture
def bounced(ada: Member) -> Member:
    bounces.note(addresses.keys(ada.email)[0], EmailFault.BOUNCED, timezone.now())
    return ada


def where_to(answer) -> str:
    return json.loads(answer["HX-Location"])["path"]


def test_the_overview_leads_to_the_messages_that_failed(ask, program, make_failed):
    assert "messages/failed" not in ask("overview").text
    make_failed(2)

    overview = ask("overview").text

    assert '<a href="/app/messages/failed">2 messages could not be delivered' in overview
    page = ask("messages/failed").text
    assert page.count('class="row-link"') == 2
    assert NO_MAILBOX in page
    assert "ada@example.com" in page
    assert "The provider refused it" in page


def test_the_messages_lead_to_those_that_failed_and_back(ask, program, make_failed):
    assert ">Failed messages</a>" in ask("messages").text
    make_failed(2)

    assert 'href="/app/messages/failed">2 failed messages</a>' in ask("messages").text
    assert 'href="/app/messages">Back to the messages</a>' in ask("messages/failed").text


def test_who_may_see_only_one_of_both_is_not_led_to_the_other(ask, program, make_failed):
    make_failed(2)

    texts = ask("messages", user_permissions=["MANAGE_SETTINGS"]).text
    failures = ask("messages/failed", user_permissions=["MANAGE_USERS"]).text

    assert "messages/failed" not in texts
    assert "Back to the messages" not in failures


def test_the_list_is_narrowed_by_kind_and_reason(ask, program, make_failed):
    make_failed(1, error="one")
    make_failed(1, error="two", kind=MessageKind.WELCOME_EMAIL, fault=MessageFault.OUTAGE)

    def shown(query: str) -> set[str]:
        page = ask(f"messages/failed{query}").text
        return {word for word in ("one", "two") if f"<br>{word}</span>" in page}

    assert shown("") == shown("?kind=&fault=") == shown("?kind=NONSENSE") == {"one", "two"}
    assert shown("?kind=GIFT_EMAIL") == {"one"}
    assert shown("?fault=OUTAGE") == {"two"}
    assert shown("?kind=GIFT_EMAIL&fault=OUTAGE") == set()
    assert "No message of this kind has failed" in ask("messages/failed?kind=GIFT_PUSH").text


def test_where_nothing_failed_the_page_says_so(ask, program):
    assert "Every message got through" in ask("messages/failed").text


def test_the_list_is_read_25_a_page(ask, program, make_failed):
    ids = [message.pk for message in make_failed(60)][::-1]

    def shown(address: str) -> list[int]:
        page = ask(f"messages/failed{address}").text
        return [pk for pk in ids if f"messages/failed/{pk}/resend" in page]

    assert shown("") == ids[:25]
    assert shown(f"?after={ids[24]}") == ids[25:50]
    assert shown(f"?after={ids[49]}") == ids[50:]
    assert shown(f"?before={ids[50]}") == ids[25:50]
    assert f"?fault=REFUSED&amp;after={ids[24]}" in ask("messages/failed?fault=REFUSED").text


def test_one_is_sent_again_and_the_list_stays_where_it_was(ask, program, make_failed):
    (message,) = make_failed(1)

    answer = ask(f"messages/failed/{message.pk}/resend?kind=GIFT_EMAIL", post={})

    assert where_to(answer) == "/app/messages/failed?kind=GIFT_EMAIL"
    message.refresh_from_db()
    assert (message.status, message.resent_by) == (MessageStatus.PENDING, "sam@example.com")
    assert ask(f"messages/failed/{message.pk}/resend", post={}).status_code == 422
    assert ask("messages/failed/999/resend", post={}).status_code == 404


def test_all_alike_are_sent_again_once_somebody_says_so(ask, program, make_failed):
    make_failed(30)
    others = make_failed(2, fault=MessageFault.OUTAGE)
    page = ask("messages/failed?fault=REFUSED").text
    assert "Send all 30 again" in page
    assert "Send 30 messages again?" in page

    answer = ask("messages/failed", post={"kind": "", "fault": "REFUSED"})

    assert "30 messages will go out again" in answer["HX-Trigger"]
    assert "just being put back" in ask("messages/failed").text
    while failed.resend_asked():
        pass
    left = Message.objects.filter(status=MessageStatus.FAILED)
    assert set(left) == set(others)
    record = AuditRecord.objects.get()
    assert (record.actor, record.detail) == ("sam@example.com", "REFUSED 30")
    assert "Sent all failed messages again" in ask("program/changes").text
    assert "The provider refused it, 30" in ask("program/changes").text


def test_what_tells_of_something_that_is_over_is_listed_but_not_sent(
    ask, program, make_failed, coupon
):
    make_failed(2)
    make_failed(1, kind=MessageKind.REWARD_EMAIL, coupon=coupon)
    Coupon.objects.update(status="USED")

    page = ask("messages/failed").text

    assert "2 of 3 still tell of something" in page
    assert "Send all 2 again" in page
    only = ask("messages/failed?kind=REWARD_EMAIL").text
    assert "None of them tells of anything any more" in only
    assert "Send" not in only.partition("<form")[0]
    refused = ask("messages/failed", post={"kind": "REWARD_EMAIL", "fault": ""})
    assert refused.status_code == 422
    assert "None of these messages can be sent again any more." in refused.text


def test_the_list_takes_as_many_statements_however_long_it_is(
    ask, program, make_failed, django_assert_max_num_queries
):
    make_failed(1)
    ask("messages/failed")
    make_failed(80)

    with django_assert_max_num_queries(9):
        ask("messages/failed")


def test_an_address_that_bounced_is_trusted_again_and_who_did_it_is_kept(ask, program, bounced):
    page = ask(f"members/{bounced.pk}").text
    assert "does not arrive" in page
    assert "Send email to ada@example.com again?" in page

    answer = ask(f"members/{bounced.pk}/trust", post={}, email="mia@example.com")

    assert where_to(answer) == f"/app/members/{bounced.pk}"
    assert bounces.fault_of(bounced) is None
    page = ask(f"members/{bounced.pk}").text
    assert "does not arrive" not in page
    assert "Trusted an email address again" in page
    assert "mia@example.com" in page
    ask(f"members/{bounced.pk}/trust", post={})
    assert AuditRecord.objects.count() == 1


def test_a_complaint_is_not_taken_lightly(ask, program, bounced):
    AddressFault.objects.update(fault=EmailFault.COMPLAINED)

    assert "only if they asked for it" in ask(f"members/{bounced.pk}").text


def test_a_message_to_who_takes_no_mail_is_refused_with_words(ask, program, bounced, make_failed):
    (message,) = make_failed(1)

    answer = ask(f"messages/failed/{message.pk}/resend", post={})

    assert answer.status_code == 422
    assert "Mail to the member’s address comes back." in answer.text
    message.refresh_from_db()
    assert message.status == MessageStatus.FAILED


@pytest.fixture
def sent(ada: Member, make_failed) -> Message:
    (message,) = make_failed(1)
    message.status, message.sent_at = MessageStatus.SENT, timezone.now()
    message.error = message.fault = ""
    message.save()
    message.refresh_from_db()
    return message


def test_a_message_that_was_sent_goes_again_with_a_reason_that_is_kept(ask, program, ada, sent):
    answer = ask(
        f"members/{ada.pk}/messages/{sent.pk}/resend",
        post={"why": "She deleted it"},
        email="mia@example.com",
    )

    assert where_to(answer) == f"/app/members/{ada.pk}"
    sent.refresh_from_db()
    assert sent.status == MessageStatus.PENDING
    page = ask(f"members/{ada.pk}").text
    assert "Sent a message again: Gift: email: She deleted it" in page


def test_without_a_reason_a_message_that_was_sent_stays_as_it_is(ask, program, ada, sent):
    answer = ask(f"members/{ada.pk}/messages/{sent.pk}/resend", post={"why": " "})

    assert answer.status_code == 422
    assert "It was sent before: say why it is to be sent again." in answer.text
    sent.refresh_from_db()
    assert sent.status == MessageStatus.SENT


def test_who_is_inactive_in_the_shop_is_marked_on_the_page_and_in_the_widget(ask, program, ada):
    assert "Inactive in the shop" not in ask(f"members/{ada.pk}").text
    Member.objects.filter(pk=ada.pk).update(customer_is_active=False)

    assert "Inactive in the shop" in ask(f"members/{ada.pk}").text
    assert "Inactive in the shop" in ask(f"widgets/customer?customerId={ada.customer_id}").text


# ------------------------------------------------------------------ in the browser


@pytest.mark.django_db(transaction=True)
def test_staff_send_all_that_failed_again_in_two_clicks(open_page, program, make_failed):
    make_failed(30)
    make_failed(3, fault=MessageFault.OUTAGE)
    page = open_page("app/overview")
    frame = page.frame_locator("iframe[title=Loyalty]")

    frame.get_by_role("link", name="33 messages could not be delivered").click()
    frame.get_by_label("Why").select_option("The provider refused it")
    frame.get_by_role("button", name="Send all 30 again").click()
    dialog = frame.get_by_role("dialog", name="Send 30 messages again?")
    dialog.get_by_role("button", name="Send all 30 again").click()

    frame.get_by_text("Messages are just being put back to be sent").wait_for()
    assert page.get_by_text("30 messages will go out again").is_visible()
    while failed.resend_asked():
        pass
    left = Message.objects.filter(status=MessageStatus.FAILED)
    assert set(left.values_list("fault", flat=True)) == {MessageFault.OUTAGE}
    frame.get_by_role("link", name="ada@example.com").first.click()
    frame.get_by_role("heading", name="ada@example.com").wait_for()


@pytest.mark.django_db(transaction=True)
def test_staff_send_one_again_and_stay_on_the_list(open_page, program, make_failed):
    first, second = make_failed(2)
    page = open_page("app/messages/failed")
    frame = page.frame_locator("iframe[title=Loyalty]")

    send = frame.get_by_role("button", name="Send again: Gift: email, to ada@example.com")
    send.first.click()

    frame.get_by_role("button", name="Send 1 again").wait_for()
    second.refresh_from_db()
    first.refresh_from_db()
    assert (second.status, first.status) == (MessageStatus.PENDING, MessageStatus.FAILED)


@pytest.mark.django_db(transaction=True)
def test_staff_trust_an_address_again_after_being_told_what_that_does(open_page, program, bounced):
    page = open_page(f"app/members/{bounced.pk}")
    frame = page.frame_locator("iframe[title=Loyalty]")

    frame.get_by_role("button", name="Trust this address again").click()
    dialog = frame.get_by_role("dialog", name="Send email to ada@example.com again?")
    dialog.get_by_text("The address took no mail.").wait_for()
    dialog.get_by_role("button", name="Trust this address again").click()

    page.get_by_text("The address is trusted again").wait_for()
    frame.get_by_text("Trusted an email address again").wait_for()
    assert bounces.fault_of(bounced) is None


@pytest.mark.django_db(transaction=True)
def test_staff_send_a_message_again_that_was_sent_and_say_why(open_page, program, ada, sent):
    page = open_page(f"app/members/{ada.pk}")
    frame = page.frame_locator("iframe[title=Loyalty]")

    gift = frame.get_by_role("listitem").filter(has_text="Gift: email")
    gift.get_by_role("button", name="Send again").click()
    dialog = frame.get_by_role("dialog", name="Send “Gift: email” again?")
    dialog.get_by_label("Reason").fill("She deleted it")
    dialog.get_by_role("button", name="Send again").click()

    page.get_by_text("The message will go out again").wait_for()
    sent.refresh_from_db()
    assert sent.status == MessageStatus.PENDING
