"""The words: right for the member's language, safe whatever names contain."""

import re
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from saleor_loyalty.messages import texts
from saleor_loyalty.messages.content import Writer
from saleor_loyalty.messages.liquid import TemplateFailed
from saleor_loyalty.messages.outbox import send_due
from saleor_loyalty.models import (
    Message,
    MessageKind,
    MessageText,
    Program,
    SettledOrder,
)
from saleor_loyalty.shop import branding, logo
from tests.messages.conftest import NOW

pytestmark = pytest.mark.django_db

# The last moment of 31 May in Oslo; in UTC it is still 31 May, 22:00.
END_OF_MAY = datetime(2026, 5, 31, 22, tzinfo=UTC)
STOP = "https://loyalty.example/unsubscribe/x"


def plain(text):
    """Its unbreakable spaces made ordinary."""
    return text.replace("\xa0", " ").replace("\u202f", " ")


def text_of(message):
    return plain(Writer().email(message, unsubscribe_url=STOP).text)


def subject_of(message):
    return plain(Writer().email(message).subject)


@pytest.fixture
def make_reminder(shop, make_member, make_version, in_force):
    """A reminder of how many of how many points end."""

    def make(points: int, balance: int, *, policy: str = "PER_LOT", **fields: str):
        in_force(make_version(expiry_policy=policy, expiry_days=365))
        return Message.objects.create(
            shop=shop,
            member=make_member(balance=balance, **fields),
            kind=MessageKind.EXPIRY_EMAIL,
            points=points,
            deadline=END_OF_MAY,
            created_at=END_OF_MAY,
        )

    return make


# ------------------------------------------------------------------ each kind


def test_the_text_part_reads_as_a_letter(make_message):
    message = make_message(coupon={"code": "7K2M-QX9T-4HBD-W3NE", "expires_at": END_OF_MAY})

    assert text_of(message) == (
        "Your reward is here\n"
        "\n"
        "Hello Ada,\n"
        "\n"
        "You have collected 5,000 points with us. Thank you! Here is what they bring you: "
        "Spring reward.\n"
        "\n"
        "10% off\n"
        "7K2M-QX9T-4HBD-W3NE\n"
        "Valid until May 31, 2026\n"
        "\n"
        "Enter the code in your basket or at checkout.\n"
        "\n"
        "- 10% off orders of €50.00 or more.\n"
        "- The code works once, until the end of May 31, 2026.\n"
        "\n"
        "See all my discounts\n"
        "https://nordlys.example/account/discounts\n"
        "\n"
        "You now have 120 points. Every order brings you closer to your next reward.\n"
        "\n"
        "You are getting this email because you collect points with Nordlys Club at "
        "nordlys.example.\n"
        "\n"
        "Stop these emails\n"
        "https://loyalty.example/unsubscribe/x\n"
    )


def test_t28_a_reminder_says_how_many_of_how_many(make_reminder):
    message = make_reminder(points=300, balance=1_000)

    assert subject_of(message) == "Your points expire soon: 300 of 1,000 to use by May 31, 2026"
    text = text_of(message)
    assert "Some of your points expire soon" in text
    assert (
        "300 points\nof your 1,000, to use by May 31, 2026. The other 700 are yours for longer.\n"
    ) in text
    assert "Collect another 4,000 points by May 31, 2026, and we will send you a coupon" in text


def test_t28_a_reminder_of_all_points_says_what_keeps_them(make_reminder):
    message = make_reminder(points=1_000, balance=1_000, policy="ROLLING")

    assert subject_of(message) == "Your 1,000 points expire soon: use them by May 31, 2026"
    text = text_of(message)
    assert "1,000 points\nto use by May 31, 2026.\n" in text
    assert "Place an order by May 31, 2026: all your points stay with you" in text
    assert "Collect another" not in text


def test_t28_t29_a_reminder_counts_in_the_member_s_language(make_reminder):
    message = make_reminder(points=2, balance=24, language_code="pl")

    assert subject_of(message) == "Twoje punkty wkrótce wygasną: 2 z 24, ważne do 31 maja 2026"
    assert "2 punkty\nz Twoich 24" in text_of(message)
    assert "Reszta (22 punkty)" in text_of(message)


def test_a_gift_says_how_much_and_why(make_message, version, in_force):
    in_force(version)

    message = make_message(MessageKind.GIFT_EMAIL)

    assert subject_of(message) == "A gift for you, Ada: 250 points"
    assert "250 points\nHappy birthday\n" in text_of(message)
    assert "You now have 120 points. Another 4,880 points bring you your next reward" in text_of(
        message
    )


def test_a_gift_as_a_notice(make_message, version, in_force):
    in_force(version)

    notice = Writer().notice(make_message(MessageKind.GIFT_PUSH))

    assert notice.title == "A gift from nordlys.example: 250 points"
    assert notice.body == "You now have 120 points. Happy birthday"


def test_a_welcome_says_what_shopping_brings(make_message, make_version, in_force):
    channels = [
        {"points_per_unit": Decimal("10.0000")},
        {"channel_id": "us", "currency": "USD", "points_per_unit": Decimal("2.5")},
        {"channel_id": "b2b", "points_per_unit": Decimal(0)},
    ]
    in_force(make_version(channels))

    text = text_of(make_message(MessageKind.WELCOME_EMAIL))

    assert "- For every €1 you spend, you collect 10 points.\n" in text
    assert "- For every $10 you spend, you collect 25 points.\n" in text
    assert text.count("For every") == 2
    assert "As soon as you have 5,000 points, we send you your reward: Spring reward." in text


# ------------------------------------------------------------------ languages


@pytest.mark.parametrize(
    ("language", "min_order", "until", "balance"),
    [
        ("en", "orders of €1,050.00 or more", "Valid until May 31, 2026", "have 12,345 points"),
        ("EN_GB", "orders of €1,050.00 or more", "Valid until 31 May 2026", "have 12,345 points"),
        ("de", "ab 1.050,00 €", "Gültig bis 31. Mai 2026", "Punktestand: 12.345 Punkte"),
        ("fr-CA", "dès 1 050,00 €", "Valable jusqu’au 31 mai 2026", "de 12 345 points"),
        ("es", "a partir de 1.050,00 €", "Válido hasta el 31 de mayo de 2026", "12.345 puntos"),
        ("pl", "od 1 050,00 €", "Ważny do 31 maja 2026", "Masz teraz 12 345 punktów"),
        ("ar", "\u200f1,050.00 €", "صالح حتى 31 مايو 2026", "رصيدك الآن: 12,345 نقطة"),
        ("DE_XX", "ab 1.050,00 €", "Gültig bis 31. Mai 2026", "Punktestand: 12.345 Punkte"),
        ("klingon", "orders of €1,050.00 or more", "Valid until May 31, 2026", "have 12,345"),
        ("", "orders of €1,050.00 or more", "Valid until May 31, 2026", "have 12,345 points"),
    ],
)
def test_t29_money_dates_and_numbers_follow_the_member_s_language(
    make_version, make_message, make_member, language, min_order, until, balance
):
    version = make_version([{"min_spent": Decimal("1050")}])
    message = make_message(
        member=make_member(language_code=language, balance=12345),
        coupon={"version": version, "expires_at": END_OF_MAY},
    )

    text = text_of(message)

    assert min_order in text
    assert f"{until}\n" in text
    assert balance in text


def test_t29_percentages_follow_the_member_s_language(make_version, make_message, make_member):
    version = make_version([{"discount_value": Decimal("12.5")}])
    message = make_message(
        member=make_member(language_code="de", first_name=""), coupon={"version": version}
    )

    assert subject_of(message) == "Deine Prämie ist da: 12,5 % Rabatt"


def test_t29_arabic_runs_from_right_to_left_and_its_code_does_not(make_message, make_member):
    html = Writer().email(make_message(member=make_member(language_code="ar"))).html

    assert '<html lang="ar" dir="rtl"' in html
    assert '<span class="code" dir="ltr"' in html


def test_t29_amounts_in_arabic_do_not_mix_with_the_numbers_beside_them(make_message, make_member):
    message = make_message(MessageKind.GIFT_EMAIL, member=make_member(language_code="ar"))

    discount = "\N{LEFT-TO-RIGHT ISOLATE}[^ ]*10[^ ]*%[^ ]*\N{POP DIRECTIONAL ISOLATE}"
    assert re.search(f"خصم {discount}: 4,880 نقطة", text_of(message))


def test_t29_a_language_without_texts_gets_the_shop_s_and_all_of_it_is_in_that(
    shop, make_message, make_member
):
    branding.save(shop, actor="Olga", default_language="fr")
    message = make_message(
        member=make_member(language_code="PT_BR", balance=12_345),
        coupon={"expires_at": END_OF_MAY},
    )

    written = Writer().email(message)

    assert '<html lang="fr" dir="ltr"' in written.html
    assert "Valable jusqu’au 31 mai 2026" in plain(written.text)
    assert "de 12 345 points" in plain(written.text)


def test_t29_the_nearest_language_wins(shop, make_message, make_member):
    for language in ("pt", "zh_Hant"):
        texts.save(shop, MessageKind.GIFT_PUSH, language, subject=language, body="x", actor="Olga")

    def title(language: str) -> str:
        message = make_message(MessageKind.GIFT_PUSH, member=make_member(language_code=language))
        return plain(Writer().notice(message).title).partition(":")[0]

    assert title("PT_BR") == "pt"
    assert title("ZH_HANT_TW") == "zh_Hant"
    assert title("ZH_HANS_CN") == "A gift from nordlys.example"


@pytest.mark.parametrize(
    ("time_zone", "day"),
    [("Europe/Oslo", "May 31, 2026"), ("Pacific/Auckland", "June 1, 2026")],
)
def test_t29_the_last_day_is_the_one_in_the_programme_s_time_zone(
    make_version, make_message, time_zone, day
):
    version = make_version(time_zone=time_zone)
    message = make_message(coupon={"version": version, "expires_at": END_OF_MAY})

    assert f"Valid until {day}\n" in text_of(message)


def test_a_gift_to_somebody_in_debt_says_why_there_are_no_points(make_message, make_member):
    """The way to the reward is as long as the shopper's page says it is."""
    member = make_member(balance=-300)

    text = text_of(make_message(MessageKind.GIFT_EMAIL, member=member))

    assert "taken back with a returned order after they had been spent" in text
    assert "Another 5,300 points bring you your next reward" in text
    assert "0 points" not in text.replace("5,300 points", "").replace("250 points", "")
    notice = Writer().notice(make_message(MessageKind.GIFT_PUSH, member=member))
    assert notice.body == (
        "It makes up for part of the points that were taken back with a returned order. "
        "Happy birthday"
    )


# ------------------------------------------------------------------ coupons


def test_a_coupon_without_end_says_nothing_of_one(make_message):
    message = make_message(coupon={"expires_at": None})

    assert "until" not in Writer().email(message).text


def test_an_amount_off_is_shown_in_each_currency(make_version, make_message):
    version = make_version(
        [
            {"channel_id": "eu", "currency": "EUR", "discount_value": Decimal(10)},
            {
                "channel_id": "jp",
                "currency": "JPY",
                "discount_value": Decimal(1500),
                "min_spent": None,
            },
        ],
        discount_type="FIXED",
    )
    message = make_message(coupon={"version": version})

    assert subject_of(message) == "Ada, your reward is here: €10.00 / ¥1,500 off"
    assert "- In EUR: €10.00 off orders of €50.00 or more.\n" in text_of(message)
    assert "- In JPY: ¥1,500 off any order.\n" in text_of(message)


def test_channels_that_agree_are_told_once(make_version, make_message):
    version = make_version([{"channel_id": "eu"}, {"channel_id": "de"}])
    message = make_message(coupon={"version": version})

    assert text_of(message).count("orders of €50.00 or more") == 1
    assert "In EUR" not in text_of(message)


def test_channels_of_one_currency_that_differ_are_told_by_name(make_version, make_message):
    europe = {"channel_id": "eu", "channel_name": "Europe"}
    version = make_version([europe, {"channel_id": "b2b", "min_spent": Decimal(200)}])
    message = make_message(coupon={"version": version})

    assert "- In EUR (Europe): 10% off orders of €50.00 or more." in text_of(message)
    assert "- In EUR (b2b): 10% off orders of €200.00 or more." in text_of(message)


# ------------------------------------------------------------------ safety


LIMITED = {"limited_to": ["UHJvZHVjdDox"]}
IN_WORDS = {
    "en": "on selected products",
    "fr": "sur une sélection de produits",
    "de": "auf ausgewählte Produkte",
    "es": "en productos seleccionados",
    "pl": "na wybrane produkty",
    "ar": "على منتجات مختارة",
}


@pytest.mark.parametrize("language", IN_WORDS)
def test_a_limited_coupon_says_so_in_every_language(
    make_version, make_message, make_member, language
):
    member = make_member(language_code=language)
    limited = make_message(coupon={"version": make_version(**LIMITED)}, member=member)
    whole = make_message(coupon={"version": make_version()}, member=member)

    assert IN_WORDS[language] in subject_of(limited)
    assert text_of(limited).count(IN_WORDS[language]) >= 2  # under its worth, and in its terms
    assert IN_WORDS[language] not in text_of(whole)


@pytest.mark.parametrize("language", IN_WORDS)
def test_a_limited_coupon_without_a_name_is_called_by_its_limit_too(
    make_version, make_message, make_member, language
):
    coupon = {"version": make_version(**LIMITED, reward_name="")}
    member = make_member(language_code=language)
    notice = Writer().notice(make_message(MessageKind.REWARD_PUSH, coupon=coupon, member=member))

    assert IN_WORDS[language] in plain(notice.title)
    assert IN_WORDS[language].removeprefix("on ") in plain(notice.body)


def test_a_limited_coupon_names_what_it_is_for(make_version, make_message):
    names = {"1": "Juice", "2": "Mug", "3": "Tea", "4": "Rug", "5": "Zither"}
    coupon = {"version": make_version(limited_to=list(names), limited_names=names)}

    assert "on Juice, Mug and 3 more" in text_of(make_message(coupon=coupon))
    notice = Writer().notice(make_message(MessageKind.REWARD_PUSH, coupon=coupon))
    assert notice.title == "Your reward is here: 10% off on Juice, Mug and 3 more"


DOLLARS = {"channel_id": "us", "currency": "USD", "discount_value": 12, "min_spent": None}


def test_who_ordered_before_reads_the_terms_of_that_channel_alone(
    mail_server, shop, make_version, make_message
):
    version = make_version([{}, DOLLARS])
    message = make_message(coupon={"version": version})
    SettledOrder.objects.create(
        shop=shop,
        order_id="order",
        member=message.member,
        channel_id="us",
        version=version,
        fully_paid_at=NOW,
        settled_at=NOW,
    )

    send_due()

    text = mail_server.mails[0].get_body(("plain",)).get_content()
    assert "12% off" in text
    assert "EUR" not in text


def test_who_never_ordered_reads_the_terms_of_every_channel(
    mail_server, make_version, make_message
):
    make_message(coupon={"version": make_version([{}, DOLLARS])})

    send_due()

    text = mail_server.mails[0].get_body(("plain",)).get_content()
    assert "In USD: 12% off any order" in text
    assert "In EUR: 10% off orders" in text


def test_points_that_suffice_for_a_reward_are_said_to_before_they_end(
    make_version, make_message, make_member, in_force
):
    version = make_version(expiry_policy="PER_LOT", expiry_days=365)
    in_force(version)
    member = make_member(balance=5000)

    text = text_of(make_message(MessageKind.EXPIRY_EMAIL, member=member, deadline=END_OF_MAY))

    assert "You have enough for one" in text
    assert "another 0 points" not in text


@pytest.mark.parametrize(
    "kind", [MessageKind.WELCOME_EMAIL, MessageKind.GIFT_EMAIL, MessageKind.EXPIRY_EMAIL]
)
def test_what_promises_a_limited_coupon_says_so(make_version, make_message, in_force, kind):
    version = make_version(**LIMITED, expiry_policy="PER_LOT", expiry_days=365)
    in_force(version)

    told = {"deadline": END_OF_MAY} if kind == MessageKind.EXPIRY_EMAIL else {}
    message = make_message(kind, coupon={"version": version}, **told)
    assert "on selected products" in text_of(message)


def test_html_in_names_is_shown_not_run(make_version, make_message, make_member):
    version = make_version(
        name="Club <img src=x>", reward_name="<a href='https://evil.example'>10 & more</a>"
    )
    message = make_message(
        member=make_member(first_name="<script>alert(1)</script>"), coupon={"version": version}
    )

    written = Writer().email(message)

    assert "<script" not in written.html
    assert "<img" not in written.html
    assert "evil.example'>" not in written.html.replace("&gt;", "")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in written.html
    assert "Hello <script>alert(1)</script>," in written.text
    assert written.subject.startswith("<script>alert(1)</script>, your reward")


def test_liquid_in_names_is_not_run(make_message, make_member):
    message = make_message(member=make_member(first_name="{{ code }}"))

    assert "Hello {{ code }}," in Writer().email(message).text


def test_html_in_a_reason_is_shown_not_run(make_message, version, in_force):
    in_force(version)
    message = make_message(MessageKind.GIFT_EMAIL)
    message.entry.note.reason = "<img src=x onerror=alert(1)> & more"

    written = Writer().email(message)

    assert "<img" not in written.html
    assert "&lt;img src=x onerror=alert(1)&gt; &amp; more" in written.html
    assert "<img src=x onerror=alert(1)> & more" in written.text


def test_a_name_cannot_break_the_subject_in_two(make_message, make_member):
    message = make_message(member=make_member(first_name="Ada\r\nBcc: eve@evil.example"))

    assert subject_of(message).startswith("Ada Bcc: eve@evil.example, your reward")


# ------------------------------------------------------------------ the shop's own texts and look


def own(shop, kind, language, subject, body):
    """A text as it stands in the database, checked or not."""
    return MessageText.objects.create(
        shop=shop,
        kind=kind,
        language_code=language,
        subject=subject,
        body=body,
        created_at=END_OF_MAY,
        created_by="Olga",
    )


def test_the_shop_s_own_text_is_sent_in_its_newest_version(shop, make_message):
    own(shop, "REWARD_EMAIL", "en", "Old", "old")
    own(shop, "REWARD_EMAIL", "en", "For {{ first_name }}", "<p>{{ discount }} off</p>")
    own(shop, "REWARD_EMAIL", "fr", "Autre", "autre")

    written = Writer().email(make_message())

    assert (written.subject, written.text) == ("For Ada", "10% off\n")


@pytest.mark.parametrize(
    "body",
    [
        "<p>Half of it</p>{{ gone }}",
        "{% if %}",
        "<p>{{ 1 | divided_by: 0 }}</p>",
        "<![foo[",
        "<a " * 9000,
    ],
)
def test_a_broken_text_of_the_shop_gives_way_to_the_standard_one(shop, make_message, caplog, body):
    own(shop, "REWARD_EMAIL", "en", "Mine", body)

    written = Writer().email(make_message())

    assert written.subject == "Ada, your reward is here: 10% off"
    assert "Half of it" not in written.html
    assert "own text of REWARD_EMAIL in en cannot be rendered" in caplog.text


def test_a_broken_text_in_a_language_of_the_shop_s_own_gives_way_too(
    shop, make_message, make_member
):
    own(shop, "REWARD_EMAIL", "it", "Mia", "{{ gone }}")

    written = Writer().email(make_message(member=make_member(language_code="it")))

    assert written.subject == "Ada, your reward is here: 10% off"


def test_a_message_that_cannot_be_written_at_all_fails_as_a_whole(make_message):
    message = make_message(MessageKind.WELCOME_EMAIL)
    Program.objects.update(current=None)

    with pytest.raises(TemplateFailed, match="no program"):
        Writer().email(message)


def test_the_look_is_the_shop_s(shop, make_message, monkeypatch):
    monkeypatch.setattr(logo, "fault_of", lambda _address: None)
    branding.save(
        shop,
        actor="Olga",
        shop_name="Nordlys & Co",
        logo_url="https://nordlys.example/logo.png",
        brand_color="#ffd400",
        discounts_url="https://nordlys.example/{language}/discounts?from={kind}",
    )

    html = Writer().email(make_message()).html

    assert 'src="https://nordlys.example/logo.png" alt="Nordlys &amp; Co"' in html
    assert 'href="https://nordlys.example/en/discounts?from=reward_email"' in html
    assert "background-color: #ffd400" in html
    assert "color: #000000" in html  # white could not be read on yellow


def test_what_is_between_the_preheader_s_tags_stands_first_and_unseen(make_message):
    html = Writer().email(make_message(coupon={"expires_at": None})).html

    body = html.partition("<body")[2]
    assert body.index("Your code is inside.") < body.index("nordlys.example")
    assert '<div class="preheader" style="display: none' in html


def test_styles_are_in_the_tags_and_dark_mode_in_the_head(make_message):
    html = Writer().email(make_message()).html

    assert '<span class="code" dir="ltr" style="' in html
    assert "prefers-color-scheme: dark" in html.partition("</head>")[0]
    assert '<meta name="color-scheme" content="light dark">' in html


def test_a_push_notice_in_words(make_message, make_member):
    message = make_message(
        MessageKind.REWARD_PUSH,
        member=make_member(language_code="de"),
        coupon={"code": "7K2M-QX9T-4HBD-W3NE", "expires_at": END_OF_MAY},
    )

    notice = Writer().notice(message)

    assert plain(notice.title) == "Deine Prämie ist da: 10 % Rabatt"
    assert notice.body == (
        "Spring reward wartet bis zum 31. Mai 2026 auf dich. Tippe hier für deinen Code."
    )
    assert notice.link == "https://nordlys.example/account/discounts"


def test_a_notice_opens_the_shop_s_app(shop, make_message, settings):
    settings.LOYALTY_APP_SCHEMES = ["nordlys"]
    branding.save(shop, actor="Olga", push_url="nordlys://discounts/{language}")

    assert Writer().notice(make_message(MessageKind.REWARD_PUSH)).link == ("nordlys://discounts/en")


def test_a_batch_reads_the_shop_once(make_message, make_member, django_assert_num_queries):
    messages = [make_message(member=make_member(language_code=code)) for code in ("en", "fr", "de")]
    writer = Writer()
    writer.email(messages[0])

    with django_assert_num_queries(2):  # the channels of each, which the outbox prefetches
        for message in messages[1:]:
            writer.email(message)


# ------------------------------------------------------------------ several coupons


def told_of(message, number, make_more_coupons):
    message.told = [message.coupon, *make_more_coupons(message, number - 1)]
    return message


def test_coupons_that_came_together_are_listed_ten_and_how_many_more(
    make_message, make_more_coupons
):
    message = told_of(make_message(), 150, make_more_coupons)

    text = text_of(message)

    codes = [coupon.code for coupon in message.told]
    assert "\n".join([*codes[:10], "and 140 more in your list of discounts"]) in text
    assert codes[10] not in text
    assert subject_of(message) == "Ada, your 150 rewards are here: 10% off each"


def test_ten_coupons_are_all_listed(make_message, make_more_coupons):
    text = text_of(told_of(make_message(), 10, make_more_coupons))

    assert text.count("MORE-") == 9
    assert " more in your list" not in text


def test_one_push_tells_of_them_all(make_message, make_more_coupons):
    message = told_of(make_message(MessageKind.REWARD_PUSH), 150, make_more_coupons)

    notice = Writer().notice(message)

    assert plain(notice.title) == "Your 150 rewards are here: 10% off each"
    assert plain(notice.body) == "150 rewards are waiting for you. Tap to see your codes."


def test_a_text_of_the_shop_that_knows_one_code_names_ten(shop, make_message, make_more_coupons):
    body = '<p>{{ code }}</p><p><a href="{{ unsubscribe_url }}">Stop</a></p>'
    texts.save(shop, MessageKind.REWARD_EMAIL, "en", subject="Yours", body=body, actor="Sam")
    message = told_of(make_message(), 12, make_more_coupons)

    codes = ", ".join(coupon.code for coupon in message.told[:10])
    assert codes in text_of(message)
    assert message.told[10].code not in text_of(message)
