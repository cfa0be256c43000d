"""Messages and look, asked for directly."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import mail

from saleor_loyalty.models import AuditAction, AuditRecord, Branding, MessageSwitch, MessageText
from saleor_loyalty.program import programs
from saleor_loyalty.program.ruleset import Changes


def test_a_test_goes_to_whom_it_is_sent_and_is_kept_without_the_address(ask, program):
    path = "messages/REWARD_EMAIL/en/test"

    answer = ask(path, post={"recipient": "me@example.com"}, email="mia@example.com")

    assert "The test is on its way" in answer["HX-Trigger"]
    assert [message.to for message in mail.outbox] == [["me@example.com"]]
    record = AuditRecord.objects.get()
    assert (record.action, record.actor) == (AuditAction.MESSAGE_TESTED, "mia@example.com")
    assert "me@example.com" not in record.detail


def test_a_test_sends_what_is_on_screen_and_leaves_it_there(ask, program):
    written = {"subject": "Hot off the press", "body": '<a href="{{ unsubscribe_url }}">Stop</a>'}

    answer = ask("messages/GIFT_EMAIL/en/test", post={"recipient": "me@example.com", **written})

    assert (answer.status_code, answer.content) == (204, b"")
    assert [message.subject for message in mail.outbox] == ["[Test] Hot off the press"]

    answer = ask("messages/GIFT_EMAIL/en/test", post={"recipient": "nobody", **written})

    assert "Hot off the press" in answer.text


@pytest.mark.parametrize("recipient", ["", "nobody"])
def test_a_test_to_nobody_is_refused_in_its_dialog(ask, program, recipient):
    answer = ask("messages/REWARD_EMAIL/en/test", post={"recipient": recipient})

    assert answer.status_code == 422
    assert 'id="test_recipient_error"' in answer.text
    assert mail.outbox == []


def test_a_kind_is_switched_off_in_all_languages_and_who_did_it_is_kept(ask, program):
    ask("messages", post={"kind": "GIFT_EMAIL", "on": "0"}, email="mia@example.com")

    switch, record = MessageSwitch.objects.get(), AuditRecord.objects.get()
    assert (switch.kind, switch.is_active) == ("GIFT_EMAIL", False)
    assert (record.action, record.actor) == (AuditAction.MESSAGE_OFF, "mia@example.com")
    assert "Switched a message off" in ask("program/changes").text


@pytest.mark.parametrize("path", ["messages/NONE/en", "messages/REWARD_EMAIL/xx-nonsense"])
def test_a_text_that_cannot_be_is_not_found(ask, program, path):
    assert ask(path).status_code == 404


def test_a_look_is_saved_with_who_changed_it(ask, program):
    form = {"shop_name": "Nordlys", "brand_color": "#112233", "default_language": "fr"}

    ask("branding", post=form, email="mia@example.com")

    look = Branding.objects.get()
    assert (look.shop_name, look.brand_color, look.default_language) == (
        "Nordlys",
        "#112233",
        "fr",
    )
    assert AuditRecord.objects.get().actor == "mia@example.com"
    assert "Changed the branding" in ask("program/changes").text


def test_two_owners_change_the_look_and_the_second_sees_what_the_first_saved(ask, program):
    form = {"opened_at": "0", "brand_color": "#112233", "default_language": "en"}
    ask("branding", post={**form, "shop_name": "Nordlys"}, email="mia@example.com")

    answer = ask("branding", post={**form, "shop_name": "Südlicht"})

    assert answer.status_code == 409
    assert "mia@example.com saved the branding meanwhile." in answer.text
    assert '<th scope="row">Name of the shop</th><td>Nordlys</td><td>Südlicht</td>' in answer.text
    assert Branding.objects.get().shop_name == "Nordlys"
    opened_at = re.search(r'name="opened_at" value="(\d+)"', answer.text)[1]
    ask("branding", post={**form, "shop_name": "Südlicht", "opened_at": opened_at})
    assert Branding.objects.get().shop_name == "Südlicht"


def test_two_owners_word_a_message_and_the_second_sees_what_the_first_saved(ask, program):
    path = "messages/GIFT_PUSH/en"
    opened = re.search(r'name="opened_at" value="(\d+)"', ask(path).text)[1]
    form = {"opened_at": opened, "subject": "A gift"}
    ask(path, post={**form, "body": "One\r\nTwo\r\nThree"}, email="mia@example.com")

    answer = ask(path, post={**form, "body": "One\r\n2\r\nThree"})

    assert (opened, answer.status_code) == ("0", 409)
    assert "mia@example.com saved this text meanwhile." in answer.text
    assert '<th scope="row">Body</th><td>Two</td><td>2</td>' in answer.text
    assert MessageText.objects.get().created_by == "mia@example.com"
    reopened = re.search(r'name="opened_at" value="(\d+)"', answer.text)[1]
    ask(path, post={**form, "body": "One\r\n2\r\nThree", "opened_at": reopened})
    assert MessageText.objects.latest("pk").body == "One\n2\nThree"


def test_of_the_look_only_what_was_changed_is_noted_and_in_the_forms_words(ask, program):
    form = {"opened_at": "0", "brand_color": "#112233", "default_language": "en"}
    ask("branding", post=form)
    ask("branding", post={**form, "opened_at": str(AuditRecord.objects.get().pk)})

    assert AuditRecord.objects.get().detail == "brand_color"
    assert "Color<" in ask("program/changes").text


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("logo_url", "logo.png", "commençant par https://"),
        ("discounts_url", "https://x.example/{nobody}", "Seuls {language} et {kind}"),
        ("push_url", "discounts", "d’une application"),
        ("reply_to", "nobody", "pas une adresse e-mail"),
    ],
)
def test_what_is_wrong_with_the_look_is_said_in_the_readers_language(
    ask, program, field, value, said
):
    form = {"brand_color": "#112233", "default_language": "en", field: value}

    answer = ask("branding", post=form, language="fr")

    assert answer.status_code == 422
    assert said in answer.text


@pytest.mark.parametrize("days", [60, 90, None])
def test_a_preview_is_valid_as_long_as_the_shops_coupons(ask, shop, program, days):
    programs.update(shop=shop, changes=Changes(coupon_valid_days=days), actor="sam")
    text = {"subject": "x", "body": "{{ valid_until }}<a href='{{ unsubscribe_url }}'>x</a>"}

    preview = ask("messages/REWARD_EMAIL/en/preview", post=text).text

    last_day = datetime.now(ZoneInfo("Europe/Paris")).date() + timedelta(days=days or 0)
    assert (f"{last_day:%B} {last_day.day}, {last_day.year}" in preview) == (days is not None)
