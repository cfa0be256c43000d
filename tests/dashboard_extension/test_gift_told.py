"""Before points are given the form says what will be sent: as it is decided when it is sent."""

import pytest
from django.utils import timezone

from saleor_loyalty.members import addresses
from saleor_loyalty.messages import bounces, outbox
from saleor_loyalty.models import Device, EmailFault, Member, Message, MessageStatus, MessageSwitch
from tests.dashboard_extension.conftest import BEN


@pytest.fixture
def with_phone(ada, settings) -> Member:
    settings.LOYALTY_FCM_SERVICE_ACCOUNT_FILE = "key.json"
    now = timezone.now()
    Device.objects.create(
        shop=ada.shop, member=ada, token="t", platform="ANDROID", registered_at=now
    )
    return ada


def said(ask, member) -> str:
    """What the popup says of the messages; the member's page says the same."""
    popup = ask(f"gift?customerId={member.customer_id}").text
    told = popup[popup.index('<p class="small soft" id="told-of-gift">') :].partition("</p>")[0]
    words = told.partition(">")[2]
    assert words in ask(f"members/{member.pk}").text
    return words


def switch_off(shop, *kinds) -> None:
    for kind in kinds:
        MessageSwitch.objects.create(shop=shop, kind=kind, is_active=False)


def test_a_member_with_a_phone_gets_both(ask, program, with_phone):
    assert said(ask, with_phone) == "Ada gets an email and a push notice, with the reason."


def test_a_member_without_a_device_gets_an_email(ask, program, ada):
    assert said(ask, ada) == "Ada gets an email, with the reason."


def test_who_has_no_first_name_is_called_by_their_address(ask, program, ada):
    Member.objects.filter(pk=ada.pk).update(first_name="")

    assert said(ask, ada) == "ada@example.com gets an email, with the reason."


def test_who_unsubscribed_gets_nothing_and_it_says_why(ask, program, ada):
    Member.objects.filter(pk=ada.pk).update(email_enabled=False)

    assert said(ask, ada) == "Nothing is sent: The member takes no email."


def test_who_takes_push_alone_gets_that(ask, program, with_phone):
    bounces.note(addresses.keys(with_phone.email)[0], EmailFault.BOUNCED, timezone.now())

    assert said(ask, with_phone) == (
        "Ada gets a push notice, with the reason, and no email: "
        "Mail to the member’s address comes back."
    )


def test_where_the_messages_are_switched_off_nothing_is_sent(ask, shop, program, with_phone):
    switch_off(shop, "GIFT_EMAIL", "GIFT_PUSH")

    assert said(ask, with_phone) == "Nothing is sent: The shop does not send this kind of message."


@pytest.mark.parametrize(
    ("off", "words"),
    [
        ([], "The customer gets an email, with the reason."),
        (["GIFT_EMAIL"], "Nothing is sent: The shop does not send this kind of message."),
    ],
)
def test_of_who_is_no_member_yet_it_is_said_too(ask, shop, program, off, words):
    switch_off(shop, *off)

    assert words in ask(f"gift?customerId={BEN['id']}").text


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("off", [[], ["GIFT_EMAIL"]])
def test_what_is_said_is_what_happens(ask, shop, program, ada, gift, off):
    switch_off(shop, *off)
    is_told = "gets an email" in said(ask, ada)

    gift(ada, 5)
    outbox.send_due()

    message = Message.objects.get(kind="GIFT_EMAIL")
    assert is_told == (message.status == MessageStatus.SENT)


def test_nothing_is_said_of_messages_where_nothing_can_be_given(ask, program, ada):
    Member.objects.filter(pk=ada.pk).update(status="BLOCKED")

    assert "told-of-gift" not in ask(f"members/{ada.pk}").text
    assert (
        "Nothing is sent: The member is blocked." in ask(f"gift?customerId={ada.customer_id}").text
    )
