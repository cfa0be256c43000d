"""Every email can be stopped by its reader: one click in the mail program, or a page."""

import re
from urllib.parse import urlsplit

import pytest

from saleor_loyalty.members import preferences
from saleor_loyalty.messages import unsubscribe
from saleor_loyalty.messages.outbox import send_due
from saleor_loyalty.models import Member, MessageKind, Shop
from tests.shops import new_shop

pytestmark = pytest.mark.django_db

EMAILS = [MessageKind.REWARD_EMAIL, MessageKind.GIFT_EMAIL, MessageKind.WELCOME_EMAIL]
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def ada(make_member) -> Member:
    return make_member(first_name="Ada")


@pytest.fixture
def page(ada) -> str:
    return urlsplit(unsubscribe.link(ada)).path


def takes_email(member: Member) -> bool:
    return Member.objects.get(pk=member.pk).email_enabled


@pytest.mark.parametrize("kind", EMAILS)
def test_every_email_says_how_to_stop_them_as_rfc_8058_asks(kind, mail_server, make_message, ada):
    make_message(kind, member=ada)

    send_due()

    (mail,) = mail_server.mails
    link = unsubscribe.link(ada)
    assert link.startswith("https://loyalty.example.com/unsubscribe/")
    assert mail["List-Unsubscribe"].strip() == f"<{link}>"  # folded: it is long
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert link in mail.get_body(("plain",)).get_content()
    assert link in mail.get_body(("html",)).get_content()


def test_one_click_needs_no_cookie_no_sign_in_and_no_token_of_ours(client, page, ada):
    client.handler.enforce_csrf_checks = True

    response = client.post(page, ONE_CLICK)

    assert response.status_code == 200  # RFC 8058: no redirect
    assert not response.cookies
    assert not takes_email(ada)


def test_a_scanner_that_opens_the_link_changes_nothing(client, page, ada):
    assert client.get(page).status_code == 200
    assert client.head(page).status_code == 200

    assert takes_email(ada)


def test_the_page_has_a_button_that_stops_the_emails(client, page, ada):
    shown = client.get(page).content.decode()
    assert "Stop emails about your points?" in shown

    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]+)">', shown))
    done = client.post(page, fields).content.decode()

    assert "You get no more emails about your points" in done
    assert not takes_email(ada)


def test_who_changes_their_mind_gets_them_again(client, page, ada):
    stopped = client.post(page, ONE_CLICK).content.decode()

    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]+)">', stopped))
    again = client.post(page, fields).content.decode()

    assert "You get our emails again" in again
    assert takes_email(ada)


def test_push_notices_still_come(client, page, ada):
    client.post(page, ONE_CLICK)

    assert Member.objects.get(pk=ada.pk).push_enabled


def test_an_email_that_waits_is_not_sent_to_who_unsubscribed(
    client, page, ada, mail_server, make_message
):
    message = make_message(member=ada)
    client.post(page, ONE_CLICK)

    send_due()

    message.refresh_from_db()
    assert message.error == "The member takes no email."
    assert mail_server.mails == []


@pytest.mark.parametrize(
    "change",
    [lambda t: t[:-1], lambda t: f"9{t}", lambda _: "1.x", str.upper, lambda t: t.replace("-", "")],
)
def test_a_link_we_did_not_make_changes_nothing(client, page, ada, change):
    folder, _, token = page.rpartition("/")

    response = client.post(f"{folder}/{change(token)}", ONE_CLICK)

    assert response.status_code == 404
    assert "This link is not complete" in response.content.decode()
    assert takes_email(ada)


def test_one_member_s_link_is_not_another_s(client, page, ada, make_member):
    bob = make_member()

    client.post(page, ONE_CLICK)

    assert takes_email(bob)


def test_the_link_of_one_shop_is_not_the_same_customer_id_s_in_another(client, page, ada):
    other = Member.objects.create(
        shop=new_shop("https://other.example.com/graphql/"),
        customer_id=ada.customer_id,
        email=ada.email,
        joined_at=ada.joined_at,
    )
    client.post(urlsplit(unsubscribe.link(other)).path, ONE_CLICK)
    assert (takes_email(ada), takes_email(other)) == (True, False)

    client.post(page, ONE_CLICK)
    assert not takes_email(ada)


def test_the_link_outlives_another_address_of_the_shop_and_other_keys(client, page, ada, settings):
    Shop.objects.update(api_url="https://moved.example/graphql/")
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another", []

    assert client.post(page, ONE_CLICK).status_code == 200

    assert not takes_email(ada)


def test_the_page_tells_nobody_who_they_are_and_is_kept_nowhere(client, page, ada):
    response = client.get(page)

    assert ada.email not in response.content.decode()
    assert "no-store" in response["Cache-Control"]
    assert response["Referrer-Policy"] == "no-referrer"
    assert "frame-ancestors 'none'" in response["Content-Security-Policy"]


def test_other_methods_are_refused(client, page):
    assert client.delete(page).status_code == 405


def test_without_https_no_one_click_is_promised(settings, ada):
    settings.LOYALTY_PUBLIC_URL = "http://127.0.0.1:8000"

    headers = unsubscribe.headers(unsubscribe.link(ada))

    assert list(headers) == ["List-Unsubscribe"]


def test_the_page_is_below_our_address_whatever_that_is(settings, ada):
    settings.LOYALTY_PUBLIC_URL = "https://shop.example.com/loyalty"

    assert unsubscribe.link(ada).startswith("https://shop.example.com/loyalty/unsubscribe/")


def test_where_nobody_knows_our_address_there_is_no_link(settings, ada):
    settings.LOYALTY_PUBLIC_URL = ""

    assert unsubscribe.link(ada) == ""
    assert unsubscribe.headers("") == {}


def test_the_page_speaks_the_member_s_language(client, page, ada):
    preferences.change(member=ada, language_code="ar")

    shown = client.get(page).content.decode()

    assert '<html lang="ar" dir="rtl">' in shown


def test_the_page_needs_no_templates_of_the_shop(client, page, settings):
    settings.TEMPLATES = []

    assert client.get(page).status_code == 200
    assert client.get(page + "x").status_code == 404
