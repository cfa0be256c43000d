"""The words: right for the member's language, safe whatever names contain."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from saleor_loyalty.messages import content
from saleor_loyalty.models import MessageKind

pytestmark = pytest.mark.django_db

# The last moment of 31 May in Oslo; in UTC it is still 31 May, 22:00.
END_OF_MAY = datetime(2026, 5, 31, 22, tzinfo=UTC)


def text_of(message):
    """The text part, its unbreakable spaces made ordinary."""
    return content.email(message).text.replace("\xa0", " ").replace("\u202f", " ")


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
        "\n"
        "7K2M-QX9T-4HBD-W3NE\n"
        "\n"
        "Valid until May 31, 2026\n"
        "\n"
        "Enter the code in your cart or at checkout.\n"
        "\n"
        "- 10% off orders of €50.00 or more.\n"
        "- The code can be used once, until the end of May 31, 2026.\n"
        "\n"
        "See all my discounts:\n"
        "https://nordlys.example/account/discounts\n"
        "\n"
        "Your points balance is now 120, and every order brings you closer to the next reward.\n"
        "\n"
        "You receive this email because you collect points in Nordlys Club at nordlys.example.\n"
    )


@pytest.mark.parametrize(
    ("language", "money", "day", "points"),
    [
        ("en", "€1,050.00", "May 31, 2026", "12,345"),
        ("EN_GB", "€1,050.00", "31 May 2026", "12,345"),
        ("de", "1.050,00 €", "31. Mai 2026", "12.345"),
        ("fr-CA", "1 050,00 €", "31 mai 2026", "12 345"),
        ("PT_BR", "€ 1.050,00", "31 de maio de 2026", "12.345"),
        ("DE_XX", "1.050,00 €", "31. Mai 2026", "12.345"),
        ("klingon", "€1,050.00", "May 31, 2026", "12,345"),
        ("", "€1,050.00", "May 31, 2026", "12,345"),
    ],
)
def test_t29_money_dates_and_numbers_follow_the_member_s_language(
    make_version, make_message, make_member, language, money, day, points
):
    version = make_version([{"min_spent": Decimal("1050")}])
    message = make_message(
        member=make_member(language_code=language, balance=12345),
        coupon={"version": version, "expires_at": END_OF_MAY},
    )

    text = text_of(message)

    assert f"orders of {money} or more" in text
    assert f"Valid until {day}\n" in text
    assert f"balance is now {points}," in text


def test_t29_percentages_follow_the_member_s_language(make_version, make_message, make_member):
    version = make_version([{"discount_value": Decimal("12.5")}])
    message = make_message(
        member=make_member(language_code="de", first_name=""), coupon={"version": version}
    )

    assert content.email(message).subject == "Your reward is here: 12,5\xa0% off"


def test_t29_a_language_without_texts_of_its_own_gets_english_and_says_so(
    make_message, make_member
):
    html = content.email(make_message(member=make_member(language_code="ar"))).html

    assert '<html lang="en" dir="ltr"' in html
    assert "Your reward is here" in html


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


def test_a_coupon_without_end_says_nothing_of_one(make_message):
    message = make_message(coupon={"expires_at": None})

    assert "until" not in content.email(message).html


def test_an_amount_off_is_shown_in_each_currency(make_version, make_message):
    version = make_version(
        [
            {"channel": "eu", "currency": "EUR", "discount_value": Decimal(10)},
            {
                "channel": "jp",
                "currency": "JPY",
                "discount_value": Decimal(1500),
                "min_spent": None,
            },
        ],
        discount_type="FIXED",
    )
    message = make_message(coupon={"version": version})

    assert content.email(message).subject == "Ada, your reward is here: €10.00 / ¥1,500 off"
    assert "- In EUR: €10.00 off orders of €50.00 or more.\n" in text_of(message)
    assert "- In JPY: ¥1,500 off any order.\n" in text_of(message)


def test_channels_that_agree_are_told_once(make_version, make_message):
    version = make_version([{"channel": "eu"}, {"channel": "de"}])
    message = make_message(coupon={"version": version})

    assert text_of(message).count("orders of €50.00 or more") == 1
    assert "In EUR" not in text_of(message)


def test_channels_of_one_currency_that_differ_are_told_by_name(make_version, make_message):
    version = make_version([{"channel": "eu"}, {"channel": "b2b", "min_spent": Decimal(200)}])
    message = make_message(coupon={"version": version})

    assert "- In EUR (eu): 10% off orders of €50.00 or more." in text_of(message)
    assert "- In EUR (b2b): 10% off orders of €200.00 or more." in text_of(message)


def test_html_in_names_is_shown_not_run(make_version, make_message, make_member):
    version = make_version(
        name="Club <img src=x>", reward_name="<a href='https://evil.example'>10 & more</a>"
    )
    message = make_message(
        member=make_member(first_name="<script>alert(1)</script>"), coupon={"version": version}
    )

    written = content.email(message)

    assert "<script" not in written.html
    assert "<img" not in written.html
    assert "evil.example'>" not in written.html.replace("&gt;", "")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in written.html
    assert "Hello <script>alert(1)</script>," in written.text
    assert written.subject.startswith("<script>alert(1)</script>, your reward")


def test_liquid_in_names_is_not_run(make_message, make_member):
    message = make_message(member=make_member(first_name="{{ code }}"))

    assert "Hello {{ code }}," in content.email(message).text


def test_styles_are_in_the_tags_and_dark_mode_in_the_head(make_message):
    html = content.email(make_message()).html

    assert '<span class="code" style="' in html
    assert "prefers-color-scheme: dark" in html.partition("</head>")[0]
    assert html.index("preheader") < html.index("Nordlys Club")


def test_a_push_notice_in_words(make_message, make_member):
    message = make_message(
        MessageKind.REWARD_PUSH,
        member=make_member(language_code="de"),
        coupon={"expires_at": END_OF_MAY},
    )

    notice = content.notice(message)

    assert notice.title == "Your reward is here: 10\xa0% off"
    assert notice.body == (
        "Spring reward is waiting for you. Open it to see your code, valid until 31. Mai 2026."
    )
