"""Reading, trying on, changing and test-sending messages."""

import pytest
from django.core import mail
from django.utils import translation

from saleor_loyalty.messages import texts
from saleor_loyalty.messages.wording import silenced
from saleor_loyalty.models import MessageKind, MessageText
from saleor_loyalty.rules.languages import LANGUAGES
from saleor_loyalty.shop import branding

MESSAGES = """query ($kind: LoyaltyMessageKind, $language: String) {
  loyaltyMessages(kind: $kind, languageCode: $language) {
    kind languageCode isActive subject body
  }
}"""

PREVIEW = """query ($input: LoyaltyMessageInput!) {
  loyaltyMessagePreview(input: $input) { subject html text }
}"""

UPDATE = """mutation ($input: LoyaltyMessageInput!) {
  loyaltyMessageUpdate(input: $input) {
    message { kind languageCode isActive subject body }
    errors { field message code }
  }
}"""

TEST = """mutation ($kind: LoyaltyMessageKind!, $recipient: String!) {
  loyaltyMessageTest(kind: $kind, languageCode: "fr", recipient: $recipient) {
    ok errors { field message code }
  }
}"""

BODY = '<p>Dear {{ first_name }}</p><a href="{{ unsubscribe_url }}">Stop</a>'


def update(ask, viewer, **given):
    answer = ask(viewer, UPDATE, input={"kind": "GIFT_EMAIL", "languageCode": "en", **given})
    assert "errors" not in answer, answer
    return answer["data"]["loyaltyMessageUpdate"]


def test_all_texts_are_listed(ask, owner, program):
    messages = ask(owner, MESSAGES)["data"]["loyaltyMessages"]

    assert {(message["kind"], message["languageCode"]) for message in messages} == {
        (kind, language) for kind in MessageKind for language in LANGUAGES
    }
    assert len(messages) == len(MessageKind) * len(LANGUAGES)
    assert all(message["isActive"] and message["subject"] for message in messages)


def test_texts_are_listed_by_kind_and_by_what_a_language_gets(ask, owner, shop, program):
    branding.save(shop, actor="Olga", default_language="fr")

    answer = ask(owner, MESSAGES, kind="GIFT_PUSH", language="it")

    [message] = answer["data"]["loyaltyMessages"]
    assert (message["kind"], message["languageCode"]) == ("GIFT_PUSH", "fr")


def test_the_texts_are_read_in_three_queries(ask, owner, program, django_assert_num_queries):
    with django_assert_num_queries(3):
        ask(owner, MESSAGES)


def test_a_text_is_changed_and_read_again(ask, owner, shop, program):
    payload = update(ask, owner, subject="For you", body=BODY)

    changed = {
        "kind": "GIFT_EMAIL",
        "languageCode": "en",
        "isActive": True,
        "subject": "For you",
        "body": BODY,
    }
    assert payload == {"message": changed, "errors": []}
    messages = ask(owner, MESSAGES, kind="GIFT_EMAIL", language="EN_GB")["data"]["loyaltyMessages"]
    assert messages == [changed]
    assert texts.versions(shop, "GIFT_EMAIL", "en")[0].created_by == "Olga"


def test_what_is_not_given_stays_as_it_is(ask, owner, program):
    update(ask, owner, subject="For you", body=BODY)

    message = update(ask, owner, subject="Yours")["message"]

    assert (message["subject"], message["body"]) == ("Yours", BODY)


def test_a_kind_is_switched_off_in_every_language(ask, owner, shop, program):
    message = update(ask, owner, isActive=False)["message"]

    assert message["isActive"] is False
    messages = ask(owner, MESSAGES, kind="GIFT_EMAIL")["data"]["loyaltyMessages"]
    assert {message["isActive"] for message in messages} == {False}
    assert silenced(shop) == {"GIFT_EMAIL"}
    assert not MessageText.objects.exists()


@pytest.mark.parametrize(
    ("given", "field", "code"),
    [
        ({"subject": " "}, "subject", "REQUIRED"),
        ({"subject": "{{ nobody }}"}, "subject", "TEMPLATE_INVALID"),
        ({"body": "{% if %}"}, "body", "TEMPLATE_INVALID"),
        ({"body": "<p>No way out</p>"}, "body", "TEMPLATE_INVALID"),
        ({"languageCode": "klingon", "subject": "nuqneH"}, "languageCode", "INVALID"),
        ({"languageCode": "it", "subject": "Per te"}, "body", "REQUIRED"),
    ],
)
def test_what_is_wrong_is_told_beside_its_field(ask, owner, program, given, field, code):
    payload = update(ask, owner, **given)

    assert payload["message"] is None
    assert [(error["field"], error["code"]) for error in payload["errors"]] == [(field, code)]
    assert not MessageText.objects.exists()


def test_an_error_names_line_and_variable(ask, owner, program):
    [error] = update(
        ask, owner, body=f"{BODY}\n{{% if reason %}}\n{{{{ firstname }}}}{{% endif %}}"
    )["errors"]

    assert error["message"] == (
        "Line 3: there is no variable “firstname”; did you mean “first_name”?"
    )


def test_a_preview_shows_a_draft_and_keeps_nothing(ask, owner, program):
    draft = {
        "kind": "GIFT_EMAIL",
        "languageCode": "en",
        "subject": "Hi {{ first_name }}",
        "body": BODY,
    }

    preview = ask(owner, PREVIEW, input=draft)["data"]["loyaltyMessagePreview"]

    assert preview["subject"] == "Hi Ada"
    assert "Dear Ada" in preview["html"]
    assert preview["text"] == "Dear Ada\n\nStop\nhttps://example.com/unsubscribe\n"
    assert not MessageText.objects.exists()


def test_the_preview_of_a_push_notice_has_no_html(ask, owner, program):
    draft = {"kind": "GIFT_PUSH", "languageCode": "en", "body": "{{ points }} more"}

    preview = ask(owner, PREVIEW, input=draft)["data"]["loyaltyMessagePreview"]

    assert preview == {
        "subject": "A gift from shop.example.com: 1,200 points",
        "html": None,
        "text": "1,200 more",
    }


def test_the_preview_of_a_wrong_draft_says_what_is_wrong(ask, owner, program):
    draft = {"kind": "GIFT_PUSH", "languageCode": "en", "body": "{{ point }}"}

    answer = ask(owner, PREVIEW, input=draft)

    assert answer["data"] == {"loyaltyMessagePreview": None}
    assert answer["errors"][0]["message"] == (
        "body: Line 1: there is no variable “point”; did you mean “points”?"
    )


def test_what_is_wrong_with_a_draft_is_told_in_english_whatever_is_spoken(ask, owner, program):
    draft = {"kind": "GIFT_EMAIL", "languageCode": "EN", "body": ""}
    with translation.override("fr"):
        answer = ask(owner, PREVIEW, input=draft)

    message = "body: Give a body; a message needs both parts."
    assert answer["errors"][0]["message"] == message


def test_a_test_email_is_sent_at_once(ask, owner, program, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"

    answer = ask(owner, TEST, kind="REWARD_EMAIL", recipient="olga@example.com")

    assert answer == {"data": {"loyaltyMessageTest": {"ok": True, "errors": []}}}
    [sent] = mail.outbox
    assert sent.to == ["olga@example.com"]
    assert "Ada" in sent.subject
    assert "7K2M-QX9T-4HBD-W3NE" in sent.body


@pytest.mark.parametrize(
    ("kind", "recipient", "code"),
    [
        ("REWARD_EMAIL", "nobody", "INVALID"),
        ("GIFT_PUSH", "nobody@example.com", "NOT_FOUND"),
        ("GIFT_PUSH", "ada@example.com", "INVALID"),
    ],
)
def test_a_test_send_that_reaches_nobody_says_so(ask, owner, program, ada, kind, recipient, code):
    payload = ask(owner, TEST, kind=kind, recipient=recipient)["data"]["loyaltyMessageTest"]

    assert payload["ok"] is False
    assert [(error["field"], error["code"]) for error in payload["errors"]] == [("recipient", code)]


@pytest.mark.parametrize("who", ["anonymous", "customer", "staff"])
@pytest.mark.parametrize(
    ("query", "variables"),
    [
        (MESSAGES, {}),
        (PREVIEW, {"input": {"kind": "GIFT_PUSH", "languageCode": "en"}}),
        (UPDATE, {"input": {"kind": "GIFT_PUSH", "languageCode": "en", "isActive": False}}),
        (TEST, {"kind": "REWARD_EMAIL", "recipient": "x@example.com"}),
    ],
)
def test_t37_messages_are_for_staff_who_manage_settings(
    ask, request, program, who, query, variables
):
    answer = ask(request.getfixturevalue(who), query, **variables)

    assert {e["extensions"]["exception"]["code"] for e in answer["errors"]} == {"PermissionDenied"}
    assert not mail.outbox
