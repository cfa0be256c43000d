"""Signing in: whose token counts, where it may come from, and what the session is worth."""

import re
import time

import pytest
from django.core import signing
from django.test import Client

from saleor_loyalty.account_page import sessions
from saleor_loyalty.members import preferences
from saleor_loyalty.models import Member
from tests.account_page.conftest import STORE, enroll
from tests.accounts import account_of
from tests.saleor_over_http import Saleor
from tests.shops import installed
from tests.signing import SigningKey

pytestmark = pytest.mark.django_db
SIGN_IN = "/account/sign-in/"


def post(client, token, *, return_url="", **headers):
    content = {"token": token, "return_url": return_url}
    return client.post(SIGN_IN, content, headers={"Origin": STORE, **headers})


def cookie_of(answer):
    return answer.cookies[sessions.COOKIE]


def page(client):
    return client.get("/account/")


def test_a_shoppers_token_opens_the_page(client, ada, program, token):
    answer = post(client, token)

    assert (answer.status_code, answer["Location"]) == (302, "../")
    assert "Nordlys Club" in page(client).content.decode()


def test_the_token_is_in_no_address_and_in_no_cookie(client, ada, token):
    answer = post(client, token)

    assert token not in answer["Location"]
    assert token not in cookie_of(answer).value


def test_the_cookie_is_for_the_page_alone_and_remembers_the_way_back_for_a_week(client, ada, token):
    cookie = cookie_of(post(client, token))

    assert (cookie["path"], cookie["max-age"]) == ("/account/", 7 * 24 * 3600)
    assert (cookie["httponly"], cookie["samesite"], cookie["secure"]) == (True, "Lax", True)


def test_over_https_the_cookie_is_secure(client, ada, token):
    answer = client.post(SIGN_IN, {"token": token}, headers={"Origin": STORE}, secure=True)

    assert cookie_of(answer)["secure"] is True


def test_in_a_frame_the_cookie_is_kept_apart_for_the_site_around(client, ada, token):
    cookie = cookie_of(post(client, token, **{"Sec-Fetch-Dest": "iframe"}))

    assert cookie["secure"] is True
    assert "SameSite=None; Partitioned" in cookie.OutputString()


@pytest.mark.parametrize(
    "claims",
    [
        {"type": "refresh"},
        {"exp": int(time.time()) - 60},
        {"iss": "https://elsewhere.example.com/graphql/"},
        {"aud": "custom:somebody-else"},
        {"user_id": ""},
    ],
    ids=lambda claims: next(iter(claims)),
)
def test_t37_a_token_that_is_no_customers_of_the_shop_now_opens_nothing(
    client, saleor, key, ada, claims
):
    answer = post(client, key.token(saleor.access_claims(**claims)))

    assert answer.status_code == 401
    assert sessions.COOKIE not in answer.cookies
    assert "Your sign-in was not accepted" in answer.content.decode()


def test_who_is_refused_reads_it_as_the_storefront_speaks_and_looks_in_a_frame_as_high(client, ada):
    given = {"token": "too old", "language": "fr", "theme": "dark"}
    answer = client.post(SIGN_IN, given, headers={"Origin": STORE, "Sec-Fetch-Dest": "iframe"})

    assert '<html lang="fr" dir="ltr" data-theme="dark">' in answer.text
    assert f'data-framed-by="{STORE}"' in answer.text  # whom the script tells the height


def test_t37_a_staff_token_opens_no_shoppers_page(client, saleor, key, ada):
    answer = post(client, key.token(saleor.staff_claims()))

    assert answer.status_code == 401
    assert sessions.COOKIE not in answer.cookies


def test_t37_the_token_of_staff_who_shop_opens_no_page_either(client, saleor, key, ada):
    """It is Saleor's for staff: whoever holds it can do more there than look at points."""
    answer = post(client, key.token(saleor.access_claims(is_staff=True)))

    assert answer.status_code == 401
    assert sessions.COOKIE not in answer.cookies


def test_the_cookie_of_a_server_with_an_https_address_is_sent_by_https_only(
    client, saleor, key, ada, settings
):
    """However the proxy speaks with it."""
    settings.LOYALTY_PUBLIC_URL = "https://loyalty.example.com"
    by_https = post(client, key.token(saleor.access_claims())).cookies[sessions.COOKIE]
    settings.LOYALTY_PUBLIC_URL = "http://127.0.0.1:8000"
    by_http = post(client, key.token(saleor.access_claims())).cookies[sessions.COOKIE]

    assert (bool(by_https["secure"]), bool(by_http["secure"])) == (True, False)


def test_t36_a_token_signed_by_another_shops_key_opens_nothing(client, saleor, ada):
    forged = SigningKey("the-shops-key").token(saleor.access_claims())

    assert post(client, forged).status_code == 401


def test_when_the_shop_gives_no_keys_the_shopper_may_try_again(client, saleor, ada):
    saleor.is_down = True
    token = SigningKey("a-key-nobody-knows").token(saleor.access_claims())

    answer = post(client, token)

    assert answer.status_code == 503
    assert "The shop does not answer" in answer.content.decode()


@pytest.mark.parametrize("origin", ["https://evil.example.com", "null"])
def test_a_page_that_is_no_storefronts_cannot_sign_anybody_in(client, ada, token, origin):
    answer = post(client, token, Origin=origin)

    assert answer.status_code == 403
    assert sessions.COOKIE not in answer.cookies
    assert f"<code>{origin}</code>" in answer.content.decode()


def test_an_app_that_sends_no_origin_may_hand_a_token_over(client, ada, token):
    assert client.post(SIGN_IN, {"token": token}).status_code == 302


@pytest.mark.parametrize(
    ("return_url", "back"),
    [
        (f"{STORE}/account/points?tab=1", f"{STORE}/account/points?tab=1"),
        ("", STORE),
        ("https://evil.example.com/", STORE),
        (f"{STORE}.evil.example.com/", STORE),
        (f"{STORE}@evil.example.com/", STORE),
        ("javascript:alert(1)", STORE),
        ("http://[", STORE),
        (f"{STORE}/{'x' * 1000}", STORE),
    ],
)
def test_the_way_back_leads_to_a_storefront_only(client, ada, program, token, return_url, back):
    post(client, token, return_url=return_url)

    links = re.findall(r'<a href="([^"]+)">Back to the shop</a>', page(client).content.decode())
    assert links == [back.replace("&", "&amp;")]


@pytest.mark.parametrize(("theme", "shown"), [("light", 1), ("dark", 1), ("", 0), ('"><b>', 0)])
def test_a_storefront_that_is_only_light_or_dark_says_so(client, ada, program, token, theme, shown):
    client.post(SIGN_IN, {"token": token, "theme": theme})

    html = page(client).content.decode()
    assert html.count(f'data-theme="{theme}"') == shown
    assert html.count("data-theme") == shown


def test_opening_the_address_of_the_form_leads_to_the_page(client):
    answer = client.get(SIGN_IN)

    assert (answer.status_code, answer["Location"]) == (302, "../")


def test_without_a_session_the_page_says_how_to_get_one(client):
    answer = page(client)

    assert answer.status_code == 401
    assert "Sign in to the shop and open your points" in answer.content.decode()


@pytest.fixture
def too_late(sign_in, token, ada, program, monkeypatch):
    """Ada sent a form after the hour was over: her browser, and the answer."""

    def too_late(path, **form):
        client = sign_in()
        form_token = re.search(r'name="form_token" value="([^"]+)"', page(client).text)[1]
        now = time.time()
        monkeypatch.setattr(time, "time", lambda: now + 3601)
        answer = client.post(f"/account/{path}/", {"form_token": form_token, **form})
        monkeypatch.setattr(time, "time", lambda: now)  # for her token, which is Saleor's
        return client, answer

    return too_late


def test_preferences_that_came_too_late_are_not_saved_and_say_so(too_late, ada):
    _, answer = too_late("preferences", push="on", language="pl")

    assert answer.status_code == 401
    assert "Nothing is saved yet. What you chose waits for you" in answer.text
    assert f'href="{STORE}/account"' in answer.text
    ada.refresh_from_db()
    assert (ada.email_enabled, ada.language_code) == (True, "en")


def test_who_is_back_finds_what_they_chose_and_saves_it(too_late, sign_in, ada):
    client, _ = too_late("preferences", push="on", language="pl")

    found = page(sign_in()).text
    assert "You were signed out before your preferences were saved." in found
    assert '<input type="checkbox" name="email">' in found
    assert '<option value="pl" lang="pl" selected>' in found

    form_token = re.search(r'name="form_token" value="([^"]+)"', found)[1]
    client.post("/account/preferences/", {"form_token": form_token, "push": "on", "language": "pl"})
    ada.refresh_from_db()
    assert (ada.email_enabled, ada.push_enabled, ada.language_code) == (False, True, "pl")
    assert "loyalty_unsaved" not in {name for name, c in client.cookies.items() if c.value}


def test_what_somebody_else_chose_on_the_same_device_is_not_shown(
    too_late, sign_in, shop, saleor, key
):
    too_late("preferences", language="pl")
    enroll(shop, "VXNlcjo5", "ben@example.com")

    found = page(sign_in(key.token(saleor.access_claims(user_id="VXNlcjo5")))).text

    assert "You were signed out before" not in found
    assert '<input type="checkbox" name="email" checked>' in found


def test_what_is_not_the_pages_own_form_is_not_kept(too_late):
    _, answer = too_late("preferences", form_token="x", language="pl")

    assert answer.status_code == 401
    assert "loyalty_unsaved" not in answer.cookies


def test_who_joins_too_late_reads_that_nothing_was_changed(too_late):
    _, answer = too_late("join")

    assert answer.status_code == 401
    assert "Nothing was changed." in answer.text


def test_a_session_ends_and_the_page_leads_back(sign_in, ada, program, monkeypatch):
    client = sign_in()
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 3601)

    answer = page(client)

    assert answer.status_code == 401
    assert "signs you out after an hour" in answer.content.decode()
    assert f'href="{STORE}/account"' in answer.content.decode()


@pytest.mark.parametrize("tamper", [lambda v: v[:-2] + "AA", lambda v: "x" + v, lambda v: ""])
def test_t37_a_cookie_that_was_changed_opens_nothing(sign_in, ada, program, tamper):
    client = sign_in()
    cookie = client.cookies[sessions.COOKIE].value
    client.cookies[sessions.COOKIE] = tamper(cookie)

    answer = page(client)

    assert answer.status_code == 401
    assert "You are not signed in here" in answer.content.decode()


def test_t37_what_was_signed_for_something_else_is_no_session(client, shop, ada):
    content = {"shop_id": shop.pk, "customer_id": ada.customer_id, "back": "", "is_framed": False}
    client.cookies[sessions.COOKIE] = signing.dumps(content, salt="something else")

    assert page(client).status_code == 401


def test_a_shop_that_is_served_no_more_shows_nothing(sign_in, shop, ada, program):
    client = sign_in()
    shop.is_active = False
    shop.save()

    assert page(client).status_code == 401


def test_t37_one_customer_sees_nothing_of_another_nor_of_another_shop(
    sign_in, saleor, key, shop, ada, program, gift
):
    other = enroll(shop, "VXNlcjo5OQ==", "other@example.com", "Other")
    gift(other, 4321, "A secret of others")
    elsewhere = Saleor(key)
    try:
        namesake = enroll(installed(elsewhere), ada.customer_id, "namesake@example.com")
    finally:
        elsewhere.stop()
    account_of(namesake, balance=87654)
    client = sign_in()

    for address in ("/account/", f"/account/?before={2**40}"):
        shown = client.get(address).content.decode()
        assert "ada@example.com" in shown
        assert not re.search("A secret of others|4,321|other@example.com|namesake|87,654", shown)


def form_token_of(client):
    found = re.search(r'name="form_token" value="([^"]+)"', page(client).content.decode())
    assert found
    return found[1]


def test_signing_out_ends_the_session(sign_in, ada, program):
    client = sign_in()

    answer = client.post("/account/sign-out/", {"form_token": form_token_of(client)})

    assert "You are signed out" in answer.content.decode()
    assert page(client).status_code == 401


@pytest.mark.parametrize("address", ["/account/sign-out/", "/account/preferences/"])
def test_a_form_that_is_not_the_pages_own_changes_nothing(sign_in, ada, program, address):
    client = sign_in()
    other = form_token_of(Client_of_another(client))

    for content in ({}, {"form_token": other}, {"form_token": "ü"}):
        answer = client.post(address, content)
        assert answer.status_code == 403
        assert "Nothing was changed" in answer.content.decode()

    ada.refresh_from_db()
    assert ada.email_enabled
    assert page(client).status_code == 200


def Client_of_another(client):  # noqa: N802 - reads as a noun
    """Another browser that signed in to the same account a moment later."""
    other = Client()
    session = signing.loads(client.cookies[sessions.COOKIE].value, salt=sessions.SALT)
    other.cookies[sessions.COOKIE] = signing.dumps({**session, "back": ""}, salt=sessions.SALT)
    return other


def test_how_the_shop_marks_what_its_templates_lack_does_not_reach_the_page(client, settings):
    """Saleor does so under DEBUG."""
    settings.TEMPLATES = [
        {**engine, "OPTIONS": {**engine.get("OPTIONS", {}), "string_if_invalid": "MISSING %s"}}
        for engine in settings.TEMPLATES
    ]

    assert "MISSING" not in page(client).content.decode()


def sign_in_speaking(client, token, language):
    given = {"token": token, "language": language}
    client.post("/account/sign-in/", given, headers={"Origin": STORE})
    return client.get("/account/").text


@pytest.mark.parametrize(
    ("language", "spoken"),
    [("fr", "fr"), ("PT_br", "en"), ("de-AT", "de"), ("x" * 9000, "pl"), ("", "pl")],
)
def test_the_page_speaks_the_storefronts_language(client, ada, program, token, language, spoken):
    Member.objects.update(language_code="pl")

    assert f'<html lang="{spoken}"' in sign_in_speaking(client, token, language)


def test_a_language_that_the_shopper_chose_here_outlives_the_storefronts(
    client, ada, program, token
):
    preferences.change(member=ada, language_code="es")

    assert '<html lang="es"' in sign_in_speaking(client, token, "fr")


def test_saving_preferences_does_not_take_the_storefronts_language_for_a_choice(
    client, ada, program, token
):
    page = sign_in_speaking(client, token, "fr")
    form_token = re.search(r'name="form_token" value="([^"]+)"', page)[1]

    client.post("/account/preferences/", {"form_token": form_token, "language": "fr"})

    ada.refresh_from_db()
    assert (ada.language_code, ada.language_is_own) == ("en", False)


def framed_on(client, referrer, path="/account/"):
    return client.get(path, headers={"Sec-Fetch-Dest": "iframe", "Referer": referrer})


def test_in_a_frame_of_a_page_that_is_none_of_the_shops_it_says_why(sign_in, ada, program):
    answer = framed_on(sign_in(), "https://stranger.example.com/page")

    assert answer.status_code == 403
    assert "<code>https://stranger.example.com</code>" in answer.text
    assert "LOYALTY_ALLOWED_ORIGINS" in answer.text
    assert "frame-ancestors *" in answer["Content-Security-Policy"]
    assert "ada@example.com" not in answer.text


def test_a_sign_in_from_a_strangers_frame_says_why_in_the_frame(client, ada, token):
    answer = client.post(
        "/account/sign-in/", {"token": token}, headers={"Origin": "https://stranger.example.com"}
    )

    assert answer.status_code == 403
    assert "frame-ancestors *" in answer["Content-Security-Policy"]


@pytest.mark.parametrize("referrer", [f"{STORE}/", "http://testserver/account/", "", "https://["])
def test_in_a_frame_of_the_shops_or_of_nobody_known_it_is_as_ever(sign_in, ada, program, referrer):
    answer = framed_on(sign_in(), referrer)

    assert answer.status_code == 200
    assert "frame-ancestors *" not in answer["Content-Security-Policy"]
