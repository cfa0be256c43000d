"""Editing messages: saved only if they can be sent, kept in versions, taken back."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from saleor_loyalty.messages import drafts, test_sends, texts, turns
from saleor_loyalty.messages.wording import silenced
from saleor_loyalty.models import AuditRecord, MessageKind, MessageText, Shop
from saleor_loyalty.problems import ErrorCode, Refused
from saleor_loyalty.rules.languages import LANGUAGES
from saleor_loyalty.shop import branding
from tests.shops import new_shop

pytestmark = pytest.mark.django_db

GIFT, PUSH = MessageKind.GIFT_EMAIL, MessageKind.GIFT_PUSH
STOP = '<a href="{{ unsubscribe_url }}">Stop</a>'


def save(shop, kind=GIFT, language="en", **changes):
    return texts.save(shop, kind, language, actor="Olga", **changes)


def problems(shop, **changes):
    with pytest.raises(Refused) as refused:
        save(shop, **changes)
    return [(problem.field, problem.code, problem.message) for problem in refused.value.problems]


# ------------------------------------------------------------------ reading


def test_a_shop_starts_with_the_standard_texts(shop):
    text = texts.current(shop, GIFT, "de-AT")

    assert (text.language_code, text.is_own, text.is_active) == ("de", False, True)
    assert text.subject.startswith("Ein Geschenk für dich")


def test_a_language_that_nobody_knows_is_refused(shop):
    with pytest.raises(Refused, match="There is no language “klingon”"):
        texts.current(shop, GIFT, "klingon")


def test_every_kind_has_a_text_in_every_language(shop):
    every = texts.all_current(shop)

    assert {(t.kind, t.language_code) for t in every} == {
        (kind, language) for kind in MessageKind for language in LANGUAGES
    }
    assert texts.languages(shop) == list(LANGUAGES)


def test_a_language_that_the_shop_adds_is_listed(shop):
    save(shop, language="pt-BR", subject="Para você", body=STOP)

    assert texts.languages(shop) == [*LANGUAGES, "pt_BR"]
    assert texts.current(shop, GIFT, "PT_BR").subject == "Para você"
    assert texts.current(shop, GIFT, "pt").language_code == "en"


def test_another_shop_s_texts_are_its_own(shop):
    other = Shop.objects.create(api_url="https://o.example/", installed_at=shop.installed_at)
    save(shop, subject="Mine", body=STOP, is_active=False)

    text = texts.current(other, GIFT, "en")

    assert text.subject != "Mine"
    assert text.is_active


@pytest.mark.parametrize("kind", MessageKind)
def test_every_variable_has_a_meaning_and_an_example(shop, version, kind):
    variables = drafts.variables(shop, kind, "fr")

    assert all(variable.meaning and variable.example for variable in variables)
    examples = {variable.name: variable.example for variable in variables}
    assert examples["reward_points"].replace("\u202f", " ") == "5 000"
    assert ("code" in examples) == (kind in (MessageKind.REWARD_EMAIL, MessageKind.REWARD_PUSH))
    assert ("unsubscribe_url" in examples) == kind.endswith("EMAIL")


# ------------------------------------------------------------------ saving


def test_a_saved_text_is_in_force_and_in_the_history(shop):
    save(shop, subject="One", body=STOP)
    saved = save(shop, subject="Two")

    assert (saved.subject, saved.body, saved.is_own) == ("Two", STOP, True)
    assert texts.current(shop, GIFT, "en") == saved
    history = texts.versions(shop, GIFT, "EN")
    assert [(v.subject, v.body, v.created_by) for v in history] == [
        ("Two", STOP, "Olga"),
        ("One", STOP, "Olga"),
    ]


def test_saving_what_is_in_force_already_makes_no_version(shop):
    text = texts.current(shop, GIFT, "en")

    save(shop, subject=f" {text.subject}", body=text.body.replace("\n", "\r\n") + "\r\n")

    assert not MessageText.objects.exists()


def test_a_version_can_be_brought_back(shop):
    save(shop, subject="One", body=STOP)
    save(shop, subject="Two")
    one = texts.versions(shop, GIFT, "en")[1]

    save(shop, subject=one.subject, body=one.body)

    assert [v.subject for v in texts.versions(shop, GIFT, "en")] == ["One", "Two", "One"]


def test_a_reset_returns_to_the_standard_text_and_stays_in_the_history(shop):
    standard = texts.current(shop, GIFT, "en")
    save(shop, subject="Mine", body=STOP)

    assert texts.reset(shop, GIFT, "en", actor="Otto") == standard

    newest, mine = texts.versions(shop, GIFT, "en")
    assert (newest.is_default, newest.subject, newest.created_by) == (
        True,
        standard.subject,
        "Otto",
    )
    assert mine.subject == "Mine"
    texts.reset(shop, GIFT, "en", actor="Otto")
    assert len(texts.versions(shop, GIFT, "en")) == 2


def test_a_reset_of_a_language_of_the_shop_s_own_leads_back_to_the_nearest(shop):
    save(shop, language="it", subject="Mio", body=STOP)

    assert texts.reset(shop, GIFT, "it", actor="Olga").language_code == "en"
    assert texts.languages(shop) == list(LANGUAGES)


def test_a_kind_is_switched_off_and_on_in_all_languages(shop):
    assert save(shop, is_active=False).is_active is False
    assert texts.current(shop, GIFT, "fr").is_active is False
    assert texts.current(shop, PUSH, "fr").is_active is True
    assert silenced(shop) == {GIFT}

    save(shop, language="fr", is_active=True)

    assert silenced(shop) == frozenset()
    assert list(
        AuditRecord.objects.order_by("pk").values_list("note__actor", "action", "detail")
    ) == [
        ("Olga", "MESSAGE_OFF", "GIFT_EMAIL"),
        ("Olga", "MESSAGE_ON", "GIFT_EMAIL"),
    ]


# ------------------------------------------------------------------ what is refused


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            {"subject": "Hi\n{{ fist_name }}"},
            [
                (
                    "subject",
                    ErrorCode.TEMPLATE_INVALID,
                    "Line 2: there is no variable “fist_name”; did you mean “first_name”?",
                )
            ],
        ),
        (
            {"body": STOP + "\n{% if points > 5 %}\n{{ points | shout }}\n{% endif %}"},
            [
                (
                    "body",
                    ErrorCode.TEMPLATE_INVALID,
                    "Line 3: there is no filter “shout”; there are: abs, append, at_least, "
                    "at_most, capitalize, ceil, default, divided_by, downcase, escape, first, "
                    "floor, last, minus, modulo, newline_to_br, plural, plus, prepend, remove, "
                    "round, size, slice, strip, times, truncate, truncatewords, upcase, "
                    "url_encode.",
                )
            ],
        ),
        (
            {"body": "<p>Bye</p>"},
            [
                (
                    "body",
                    ErrorCode.TEMPLATE_INVALID,
                    "Every email has to say how to end it; add a link to {{ unsubscribe_url }}, "
                    'such as <a href="{{ unsubscribe_url }}">Unsubscribe</a>.',
                )
            ],
        ),
        (
            {"language": "xx-klingon", "subject": "x"},
            [
                (
                    "language_code",
                    ErrorCode.INVALID,
                    "There is no language “xx-klingon”; use a code like de or pt-br.",
                )
            ],
        ),
        (
            {"language": "it", "subject": "Ciao"},
            [("body", ErrorCode.REQUIRED, "Give a body; a message needs both parts.")],
        ),
    ],
)
def test_what_cannot_be_sent_is_not_saved(shop, changes, expected):
    assert problems(shop, **changes) == expected
    assert not MessageText.objects.exists()


def test_both_parts_are_told_at_once_and_the_switch_stays(shop):
    found = problems(shop, subject=" ", body="{% if %}", is_active=False)

    assert [(field, code) for field, code, _ in found] == [
        ("subject", ErrorCode.REQUIRED),
        ("body", ErrorCode.TEMPLATE_INVALID),
    ]
    assert silenced(shop) == frozenset()


@pytest.mark.parametrize(
    "body",
    [
        "{% if first_name %}x{% else %}{{ terms | plus: 1 | divided_by: 0 }}{% endif %}",
        "{% for t in terms %}{% unless t.min_order %}{{ t.gone }}{% endunless %}{% endfor %}",
        "{% for term in terms %}{% if term.orders_in %}{{ term.gone }}{% endif %}{% endfor %}",
        "{% unless discounts_url %}{{ 1 | divided_by: 0 }}{% endunless %}",
    ],
)
def test_a_text_has_to_bear_every_member_not_only_the_first_sample(shop, version, body):
    [(field, code, message)] = problems(shop, body=STOP + body)

    assert (field, code) == ("body", ErrorCode.TEMPLATE_INVALID)
    assert message.startswith("Line 1: ")


def test_a_reminder_s_text_has_to_bear_both_ways_of_expiring(shop, version):
    for body in (
        "{% if order_keeps_points %}{{ 1 | divided_by: 0 }}{% endif %}",
        "{% unless order_keeps_points %}{{ 1 | divided_by: 0 }}{% endunless %}",
        "{% if remaining == 0 %}{{ 1 | divided_by: 0 }}{% endif %}",
        "{% if remaining > 0 %}{{ 1 | divided_by: 0 }}{% endif %}",
    ):
        assert problems(shop, kind=MessageKind.EXPIRY_EMAIL, body=STOP + body)


def test_a_notice_has_to_fit_firebase(shop):
    [(field, _code, message)] = problems(shop, kind=PUSH, body="é" * 1_500)

    assert field == "body"
    assert message == "A notice may have 3,000 bytes at most, its title included."


def test_html_that_nobody_can_read_is_refused(shop):
    [(field, code, message)] = problems(shop, body=STOP + '<p style="color: red;}}{{ points }}">')

    assert (field, code) == ("body", ErrorCode.TEMPLATE_INVALID)
    assert message.startswith("a style in the HTML cannot be read")


# ------------------------------------------------------------------ previews and test sends


def test_a_preview_is_what_is_sent_in_html_and_text(shop, version):
    shown = drafts.preview(shop, GIFT, "en", subject="{{ points }}", body=f"<h1>Hi</h1>{STOP}")

    assert shown.subject == "1,200"
    assert "<h1 style=" in (shown.html or "")
    assert shown.text == "Hi\n\nStop\nhttps://example.com/unsubscribe\n"
    assert not MessageText.objects.exists()


def test_a_preview_shows_the_shop_s_own_rules(shop, make_version):
    shop.program.current = make_version(reward_name="Midsummer", threshold=700)
    shop.program.save()

    shown = drafts.preview(shop, MessageKind.WELCOME_EMAIL, "en")

    assert "As soon as you have 700 points, we send you your reward: Midsummer." in shown.text


def test_a_test_email_goes_the_way_of_real_ones(shop, version, mail_server):
    branding.save(shop, actor="Olga", shop_name="Nordlys", reply_to="help@nordlys.example")

    test_sends.send(
        shop, MessageKind.REWARD_EMAIL, "fr", recipient=" olga@nordlys.example ", actor="Olga"
    )

    [mail] = mail_server.mails
    assert mail["To"] == "olga@nordlys.example"
    assert mail["From"] == "Nordlys <club@nordlys.example>"
    assert mail["Reply-To"] == "help@nordlys.example"
    assert "[Test] Ada, votre récompense est arrivée" in mail["Subject"]
    assert "7K2M-QX9T-4HBD-W3NE" in mail.get_body(("plain",)).get_content()
    record = AuditRecord.objects.get(action="MESSAGE_TESTED")
    assert (record.actor, record.detail) == ("Olga", "REWARD_EMAIL fr")


def test_a_draft_can_be_tried_before_it_is_saved(shop, version, mail_server):
    test_sends.send(
        shop,
        GIFT,
        "es",
        subject="Nuevo",
        body=f"<p>Borrador</p>{STOP}",
        recipient="olga@nordlys.example",
        actor="Olga",
    )

    [mail] = mail_server.mails
    assert mail["Subject"] == "[Prueba] Nuevo"
    assert "Borrador" in mail.get_body(("plain",)).get_content()
    assert not MessageText.objects.exists()


def test_a_test_email_that_is_refused_says_why(shop, version, mail_server):
    mail_server.refused_recipients["olga@nordlys.example"] = "550 No such user"

    with pytest.raises(Refused, match="550 No such user"):
        test_sends.send(
            shop, MessageKind.REWARD_EMAIL, "en", recipient="olga@nordlys.example", actor="Olga"
        )


def test_a_test_notice_goes_to_the_devices_of_a_member(
    shop, version, make_member, make_device, fcm
):
    make_device(make_member(email="olga@nordlys.example"), "phone")

    test_sends.send(shop, PUSH, "de", recipient="olga@nordlys.example", actor="Olga")

    [notice] = fcm.notices
    assert notice["token"] == "phone"
    assert notice["notification"]["title"].startswith("[Test] Ein Geschenk von nordlys.example")


def test_a_kind_that_is_switched_off_can_be_tried_all_the_same(shop, version, mail_server):
    save(shop, kind=MessageKind.REWARD_EMAIL, is_active=False)

    test_sends.send(
        shop, MessageKind.REWARD_EMAIL, "en", recipient="olga@nordlys.example", actor="Olga"
    )

    assert len(mail_server.mails) == 1


# ------------------------------------------------------------------ how many at once


def test_a_shop_has_few_texts_tried_at_once_and_another_shop_its_own(transactional_db):
    shop, other = new_shop(), new_shop("https://other.example.com/graphql/")
    ready = threading.Barrier(turns.AT_ONCE + 1)
    done = threading.Event()

    def hold() -> None:
        with turns.turn(shop):
            ready.wait(30)
            done.wait(30)
        connection.close()

    with ThreadPoolExecutor(turns.AT_ONCE) as pool:
        for _ in range(turns.AT_ONCE):
            pool.submit(hold)
        ready.wait(30)
        [(_, code, message)] = problems(shop, body=f"{STOP}!")
        drafts.preview(other, GIFT, "en", subject="Hello", body=STOP)
        done.set()

    assert (code, message) == (
        ErrorCode.BUSY,
        "Other texts of this shop are being tried just now. Try again in a moment.",
    )
    drafts.preview(shop, GIFT, "en", subject="Hello", body=STOP)
