"""What the page says, in every state a member can be in, and what it costs to say it."""

import re
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from django.utils.html import strip_tags

from saleor_loyalty.members import enrolment
from saleor_loyalty.models import (
    BY_SALEOR,
    Branding,
    Channel,
    ChannelTerms,
    CouponStatus,
    Lot,
    Member,
    MemberStatus,
    Program,
    RewardTerms,
    SettledOrder,
)
from saleor_loyalty.rewards import withdrawal
from tests.account_page.conftest import STORE, use
from tests.saleor_over_http import CUSTOMER_ID

pytestmark = pytest.mark.django_db


@pytest.fixture
def shown(sign_in):
    """The page's text as Ada reads it; every space is an ordinary one."""

    def shown(query=""):
        answer = sign_in().get(f"/account/{query}")
        assert answer.status_code == 200
        return text_of(answer)

    return shown


def text_of(answer):
    body = re.sub(r"<(style|head)\b.*?</\1>", "", answer.content.decode(), flags=re.DOTALL)
    return re.sub(r"\s+", " ", strip_tags(body)).replace("\N{NO-BREAK SPACE}", " ")


def test_the_balance_and_the_way_to_the_next_reward(shown, ada, earn):
    earn(ada, "120")

    text = shown()

    assert "Nordlys Club 1,200 points" in text
    assert "3,800 points to go until your next reward: 10 % off" in text


def test_a_shops_template_settings_do_not_reach_the_page(shown, ada, settings):
    settings.TEMPLATES = [
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "OPTIONS": {"string_if_invalid": "MISSING"},
        }
    ]

    assert "MISSING" not in shown()


def test_the_bar_says_how_far_it_is(sign_in, ada, earn):
    earn(ada, "120")

    html = sign_in().get("/account/").content.decode()

    assert re.search(r'<progress max="5000" value="1200" aria-labelledby="goal">', html)


def test_who_is_no_member_yet_learns_how_to_earn(shown, program):
    text = shown()

    assert "You have no points yet. They come by themselves with your first paid order." in text
    assert "You collect 10 points for every €1 you spend." in text
    assert "Each time you reach 5,000 points, you get a coupon: 10% off one order of" in text
    assert "A coupon is valid for 60 days." in text
    assert "Your points are valid for 365 days after each paid order." in text
    assert "What we tell you" not in text


def test_a_limited_coupon_is_promised_and_shown_as_one(shown, program, ada, gift):
    use(program, limited_to=["UHJvZHVjdDox"])
    assert "Coupons are for selected products only." in shown()

    gift(ada, 5000)
    use(program, limited_to=[])

    text = shown()
    assert "Only on selected products." in text  # the coupon keeps its rules
    assert "Coupons are for selected products only." not in text


def test_a_limited_coupon_says_what_it_is_for_by_name(shown, program, ada, gift):
    use(program, limited_to=["1", "2"], limited_names={"1": "Juice", "2": "Mug"})
    assert "Coupons are for Juice and Mug only." in shown()

    gift(ada, 5000)

    assert "Only on Juice and Mug." in shown()


@pytest.fixture
def two_channels(shop, program):
    """10 % off in euros, 12 % in dollars, where a dollar brings 20 points."""
    version = use(program, reward_name="")
    dollars = {"channel_id": "channel-2", "channel_name": "US", "currency": "USD"}
    RewardTerms.objects.create(version=version.reward, discount_value=Decimal(12), **dollars)
    ChannelTerms.objects.create(version=version, points_per_unit=Decimal(20), **dollars)
    Channel.objects.create(shop=shop, channel_id="channel-2", slug="us", name="US")


def test_where_a_shopper_shops_is_not_known_all_terms_are_shown(shown, two_channels, ada):
    text = shown()

    assert "10% off one order of €100.00 or more (in EUR)" in text
    assert "12% off one order (in USD)" in text


def test_the_last_order_tells_whose_terms_matter(shown, two_channels, ada, earn):
    earn(ada, "120")
    SettledOrder.objects.update(channel_id="channel-2")

    text = shown()

    assert "you get a coupon: 12% off one order." in text
    assert "until your next reward: 12% off" in text
    assert "€" not in text.partition("How it works")[2]


def test_a_storefront_says_in_which_channel_its_shopper_is(client, two_channels, ada, token):
    form = {"token": token, "return_url": STORE, "channel": "us"}
    client.post("/account/sign-in/", form, headers={"Origin": STORE})

    text = text_of(client.get("/account/"))

    assert "12% off one order." in text
    assert "10%" not in text


def test_a_channel_that_nobody_knows_hides_nothing(client, two_channels, ada, token):
    form = {"token": token, "return_url": STORE, "channel": "mars\x00"}
    client.post("/account/sign-in/", form, headers={"Origin": STORE})

    assert "12% off one order (in USD)" in text_of(client.get("/account/"))


@pytest.mark.parametrize(
    ("return_points", "words"),
    [
        (True, "Withdrawn by the shop, and its 5,000 points are back: Sold on"),
        (False, "Withdrawn by the shop, and its 5,000 points do not come back: Sold on"),
    ],
)
def test_who_withdrew_a_coupon_why_and_what_became_of_its_points(
    shown, shop, ada, earn, mint, return_points, words
):
    earn(ada, "500")
    withdrawal.withdraw(
        shop=shop,
        coupon_id=mint(ada).pk,
        reason="Sold on",
        actor="sam@example.com",
        return_points=return_points,
    )

    assert words in shown()


def test_a_voucher_that_was_deleted_in_saleor_says_no_reason(shown, ada, earn, mint):
    earn(ada, "500")
    mint(ada, status=CouponStatus.WITHDRAWN, withdrawn_by=BY_SALEOR)

    assert "Withdrawn by the shop, and its 5,000 points are back." in shown()


def test_points_that_are_back_bring_a_coupon_with_the_next_ones(shown, shop, ada, earn, mint):
    earn(ada, "500")
    coupon = mint(ada)
    withdrawal.withdraw(shop=shop, coupon_id=coupon.pk, reason="Sold on", actor="sam@example.com")

    text = shown()

    assert "Your next reward comes with your next points: 10 % off" in text
    assert "You have the points for one: it comes by itself with your next points." in text


def test_a_coupon_whose_code_cannot_be_made_says_so(shown, ada, earn):
    earn(ada, "512")
    ada.coupons.get().codes.update(error="the shop has nothing left of what it is limited to")

    text = shown()

    assert "Its code could not be made yet." in text
    assert "nothing left" not in text


def join(client, page):
    form_token = re.search(r'name="form_token" value="([^"]+)"', page)[1]
    return client.post("/account/join/", {"form_token": form_token})


@pytest.fixture
def customer(saleor):
    """Ada, as the shop has her: a customer who is no member yet."""
    person = {"email": "ada@example.com", "firstName": "Ada", "languageCode": "EN"}
    confirmed = {"isConfirmed": True, "isActive": True}
    saleor.paper.customers = {CUSTOMER_ID: {"id": CUSTOMER_ID, **person, **confirmed}}


def test_who_is_no_member_yet_joins_by_a_button(sign_in, program, customer):
    client = sign_in()

    answer = join(client, client.get("/account/").text)

    assert (answer.status_code, answer["Location"]) == (302, "../")
    assert Member.objects.get().email == "ada@example.com"
    assert "Join now" not in client.get("/account/").text


def test_joining_is_not_offered_while_the_program_is_off_and_refused_then(
    sign_in, program, customer
):
    client = sign_in()
    before = client.get("/account/").text
    Program.objects.update(is_active=False)

    assert "Join now" not in client.get("/account/").text
    answer = join(client, before)
    assert answer.status_code == 400
    assert "nobody can join" in answer.text
    assert not Member.objects.exists()


def test_a_form_that_is_not_the_pages_own_joins_nobody(sign_in, program, customer):
    answer = sign_in().post("/account/join/", {"form_token": "x"})

    assert answer.status_code == 403
    assert not Member.objects.exists()


def test_a_shop_that_does_not_answer_joins_nobody_and_says_so(sign_in, program, saleor):
    client = sign_in()
    page = client.get("/account/").text
    saleor.is_down = True

    assert join(client, page).status_code == 503


def test_a_customer_whom_the_shop_does_not_have_joins_nothing(sign_in, program, saleor):
    client = sign_in()
    saleor.paper.customers = {}

    assert join(client, client.get("/account/").text).status_code == 403


def test_looking_at_the_page_makes_nobody_a_member(shown, program):
    shown()

    assert not Member.objects.exists()


def test_a_rate_below_one_point_is_said_for_the_amount_that_brings_one(shown, program):
    version = use(program, expiry_policy="NEVER", expiry_days=None)
    version.channels.model.objects.bulk_create(
        version.channels.model(version=version, channel_id=c, currency=c, points_per_unit=r)
        for c, r in (("JPY", "0.01"), ("USD", "0.3"))
    )

    text = shown()

    assert "You collect 1 point for every ¥100 you spend." in text
    assert "You collect 0.3 points for every $1 you spend." in text
    assert "Your points do not expire." in text


def test_without_a_programme_there_is_nothing_to_show_and_no_error(shown, ada):
    assert "This shop has no points program yet." in shown()


def test_while_the_programme_is_off_nothing_is_said_to_expire(shown, program, ada, earn):
    earn(ada, "120")
    program.is_active = False
    program.save()

    text = shown()

    assert "The program is taking a break." in text
    assert "1,200 points" in text
    assert "expire at the end" not in text


def test_a_blocked_member_keeps_what_they_have_and_is_told(shown, shop, ada, earn):
    earn(ada, "120")
    enrolment.set_status(
        shop=shop, customer_id=ada.customer_id, status=MemberStatus.BLOCKED, actor="sam"
    )

    text = shown()

    assert "Your membership is paused." in text
    assert "1,200 points" in text


def test_a_closed_account_shows_nothing(sign_in, shop, program, ada):
    client = sign_in()
    enrolment.set_status(
        shop=shop, customer_id=ada.customer_id, status=MemberStatus.CLOSED, actor="sam"
    )

    answer = client.get("/account/")

    assert answer.status_code == 403
    assert "This account is closed" in text_of(answer)


def test_a_debt_is_no_number_but_kind_words(shown, ada, earn, mint):
    order = earn(ada, "520").order
    mint(ada, status=CouponStatus.USED, used_at=timezone.now())
    earn(ada, "0", order=order, credited=5200)
    ada.refresh_from_db()
    assert ada.debt == 5000

    text = shown()

    assert "Nordlys Club 0 points" in text
    assert "10,000 points to go" in text
    assert "The next points you collect make up for those first" in text
    assert "−5,000 points" not in text
    assert "−5,200 Balance: below 0" in text


def last_day(days):
    """The day so many days from now in the programme's zone, as English writes it."""
    day = datetime.now(ZoneInfo("Europe/Paris")) + timedelta(days=days)
    return f"{day:%B} {day.day}, {day.year}"


def test_t28_all_points_that_end_together_are_said_to_be_all(shown, ada, earn):
    earn(ada, "120")

    day = last_day(365)
    assert (
        f"All of your 1,200 points expire at the end of {day}. A paid order renews them." in shown()
    )


def test_t28_points_that_end_first_are_said_of_how_many(shown, program, ada, earn):
    use(program, expiry_policy="PER_LOT", expiry_days=30)
    earn(ada, "50")
    earn(ada, "70")
    Lot.objects.filter(remaining=500).update(expires_at=timezone.now() + timedelta(days=3))

    text = shown()

    assert f"500 of 1,200 points expire at the end of {last_day(3)}." in text
    assert f"{last_day(3)}500 points" in text
    assert f"{last_day(30)}700 points" in text


def test_a_coupon_shows_what_it_gives_and_asks_for(shown, ada, earn, mint):
    earn(ada, "512")
    coupon = mint(ada)

    text = shown()

    assert f"10% 10 % off Ready to use {coupon.code} Copy" in text
    assert "10% off one order of €100.00 or more" in text
    assert f"Valid until the end of {last_day(30)}." in text


def test_a_coupon_on_its_way_has_no_code_yet(shown, ada, earn):
    earn(ada, "512")
    code = ada.coupons.get().code

    text = shown()

    assert "On its way" in text
    assert "Its code is being made" in text
    assert code not in text


def test_coupons_of_the_past_say_what_became_of_them(sign_in, ada, earn, mint):
    for _ in range(3):
        earn(ada, "500")
    used = mint(ada, status=CouponStatus.USED, used_at=timezone.now(), used_order_number="24")
    over = mint(ada, expires_at=timezone.now() - timedelta(days=2))
    gone = mint(ada, status=CouponStatus.WITHDRAWN)

    answer = sign_in().get("/account/")

    text = text_of(answer)
    assert f"Used on {last_day(0)} for order 24." in text
    assert f"It was valid until the end of {last_day(-2)}." in text
    assert (
        "Withdrawn unused: its 5,000 points came back to cover points that had been taken back"
        in text
    )
    assert not any(coupon.code in answer.content.decode() for coupon in (used, over, gone))


def test_the_history_says_why_in_words(shown, ada, earn, gift):
    earn(ada, "12.34")
    gift(ada, 250, "For <b>your</b> letter")

    text = shown()

    assert "Order 21 EUR 12.34 of goods × 10 points, rounded down = 123 points" in text
    assert "A gift A gift of 250 points: For &lt;b&gt;your&lt;/b&gt; letter" in text
    assert "+250 Balance: 373" in text


def test_a_long_history_is_read_page_by_page(sign_in, ada, gift):
    for number in range(1, 26):
        gift(ada, number, f"Number {number:02}")
    client = sign_in()

    pages, address = [], "/account/"
    while address:
        html = client.get(address).content.decode()
        pages.append(re.findall(r"Number (\d\d)", html))
        older = re.search(r'href="\./(\?before=\d+)#history"', html)
        address = f"/account/{older[1]}" if older else None

    numbers = [f"{number:02}" for number in range(25, 0, -1)]
    assert pages == [numbers[:10], numbers[10:20], numbers[20:]]


@pytest.mark.parametrize("before", ["x", "-1", "٣٤", "9" * 30, "0"])
def test_an_address_nobody_made_shows_a_page_all_the_same(sign_in, ada, gift, before):
    gift(ada, 250)

    assert sign_in().get("/account/", {"before": before}).status_code == 200


@pytest.mark.parametrize(
    ("language", "direction", "words"),
    [
        ("en-gb", "ltr", "3,800 points to go"),
        ("fr", "ltr", "Encore 3 800 points"),
        ("de", "ltr", "Noch 3.800 Punkte bis zu deiner nächsten Prämie"),
        ("es", "ltr", "Te faltan 3.800 puntos"),
        ("pl", "ltr", "Do następnej nagrody brakuje: 3 800 punktów"),
        ("ar", "rtl", "بقيت 3,800 نقطة"),
        ("it", "ltr", "3,800 points to go"),
    ],
)
def test_t29_the_page_speaks_the_members_language(sign_in, ada, earn, language, direction, words):
    earn(ada, "120")
    Member.objects.filter(pk=ada.pk).update(language_code=language)

    answer = sign_in().get("/account/")

    assert f'dir="{direction}"' in answer.content.decode()
    assert words in text_of(answer)


def test_t29_dates_are_written_as_the_members_country_does(sign_in, ada, earn):
    earn(ada, "120")
    Member.objects.filter(pk=ada.pk).update(language_code="EN_GB")
    day = datetime.now(ZoneInfo("Europe/Paris")) + timedelta(days=365)

    assert f"at the end of {day.day} {day:%B %Y}." in text_of(sign_in().get("/account/"))


def test_t29_a_language_without_texts_is_spoken_to_in_the_shops(sign_in, shop, ada, earn):
    earn(ada, "120")
    Member.objects.filter(pk=ada.pk).update(language_code="it")
    Branding.objects.create(shop=shop, default_language="de")

    assert "Noch 3.800 Punkte" in text_of(sign_in().get("/account/"))


def test_who_is_no_member_yet_is_spoken_to_in_the_browsers_language(sign_in, program):
    answer = sign_in().get("/account/", headers={"Accept-Language": "pl"})

    assert "Nie masz jeszcze punktów." in text_of(answer)


def test_the_page_is_kept_by_no_cache_and_runs_nothing_of_others(sign_in, shop, program, ada):
    Branding.objects.create(shop=shop, logo_url="https://cdn.example.com/logo.png")

    answer = sign_in().get("/account/")

    policy = dict(part.split(" ", 1) for part in answer["Content-Security-Policy"].split("; "))
    nonce = re.search(r'<style nonce="([^"]+)">', answer.content.decode())[1]
    assert answer["Cache-Control"] == "no-store, private"
    assert answer["Referrer-Policy"] == "same-origin"
    assert policy == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": f"'self' 'nonce-{nonce}'",
        "img-src": "'self' https://cdn.example.com",
        "base-uri": "'none'",
        "form-action": "'self'",
        "frame-ancestors": STORE,
    }
    assert "X-Frame-Options" not in answer


def test_no_page_may_frame_it_unless_storefronts_are_named(sign_in, program, ada, settings):
    client = sign_in()
    settings.LOYALTY_ALLOWED_ORIGINS = []

    assert "frame-ancestors 'none'" in client.get("/account/")["Content-Security-Policy"]


def test_preferences_are_kept(sign_in, program, ada):
    client = sign_in()
    html = client.get("/account/").content.decode()
    form_token = re.search(r'name="form_token" value="([^"]+)"', html)[1]

    answer = client.post("/account/preferences/", {"form_token": form_token, "language": "pl"})

    assert (answer.status_code, answer["Location"]) == (302, "../?saved#preferences")
    ada.refresh_from_db()
    assert (ada.email_enabled, ada.push_enabled, ada.language_code) == (False, False, "pl")
    assert "Twoje ustawienia zostały zapisane." in text_of(client.get("/account/?saved"))


def test_a_language_that_was_not_changed_goes_on_following_the_shops(sign_in, program, ada):
    Member.objects.filter(pk=ada.pk).update(language_code="en-gb")
    client = sign_in()
    html = client.get("/account/").content.decode()
    form_token = re.search(r'name="form_token" value="([^"]+)"', html)[1]
    assert '<option value="en_GB" lang="en_GB" selected>' in html

    client.post("/account/preferences/", {"form_token": form_token, "language": "en_GB"})

    ada.refresh_from_db()
    assert (ada.language_code, ada.language_is_own) == ("en-gb", False)


def test_a_language_nobody_knows_is_refused(sign_in, program, ada):
    client = sign_in()
    html = client.get("/account/").content.decode()
    form_token = re.search(r'name="form_token" value="([^"]+)"', html)[1]

    answer = client.post("/account/preferences/", {"form_token": form_token, "language": "qq"})

    assert answer.status_code == 400
    assert "There is no language “qq”" in text_of(answer)
    assert '<input type="checkbox" name="email">' in answer.text  # what was chosen stays
    ada.refresh_from_db()
    assert ada.email_enabled


def test_the_page_costs_the_same_however_much_there_is_to_show(
    sign_in, ada, earn, gift, mint, django_assert_num_queries
):
    client = sign_in()
    for _ in range(3):
        earn(ada, "1000")
        mint(ada)
        mint(ada, status=CouponStatus.USED)
    with django_assert_num_queries(13):
        client.get("/account/")
    for number in range(15):
        gift(ada, 10 + number)

    with django_assert_num_queries(13):
        client.get("/account/")
