"""Storefronts of others: what a developer's own may ask of the demo, and a shopper who is new."""

import re
from collections.abc import Iterator
from threading import Event
from uuid import uuid4

import httpx
import pytest

from sandbox import opening
from sandbox.__main__ import main
from sandbox.demo import Demo
from sandbox.loyalty_api import LoyaltyApi
from sandbox.shop.people import SHOPPERS, STAFF
from sandbox.shop_api import ShopApi
from sandbox.story import CHANNEL
from sandbox.waiting import look_until
from tests.demo.conftest import STOREFRONT

STRANGER = "http://localhost:3001"


def preflight(url: str, origin: str) -> httpx.Response:
    asked = {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type",
    }
    return httpx.options(url, headers=asked, trust_env=False)


@pytest.mark.parametrize("api", ["shop", "loyalty"])
def test_a_storefront_that_was_named_asks_both_apis_from_the_browser(demo: Demo, api: str) -> None:
    url = demo.at.shop_url if api == "shop" else f"{demo.at.app_url}/graphql/"
    if api == "shop":  # what is in front of it in tests passes no preflight on
        url = f"http://127.0.0.1:{demo.at.ports.sandbox}/graphql/"

    assert preflight(url, STOREFRONT).headers["access-control-allow-origin"] == STOREFRONT
    assert "access-control-allow-origin" not in preflight(url, STRANGER).headers


def test_a_storefront_that_was_named_may_frame_the_page(demo: Demo) -> None:
    answer = httpx.get(f"{demo.at.app_url}/account/", trust_env=False)

    _, _, ancestors = answer.headers["content-security-policy"].partition("frame-ancestors ")
    assert STOREFRONT in ancestors.split()
    assert STRANGER not in ancestors.split()


def test_the_opening_says_which_storefront_may_what(demo: Demo) -> None:
    table = opening.table(demo, demo.stores.data_dir)

    assert f"{STOREFRONT} may ask both APIs and frame {demo.at.app_url}/account/" in table


@pytest.mark.parametrize("given", ["localhost:3000", "http://localhost:3000/", "*", "null"])
def test_what_is_no_origin_is_refused_before_anything_starts(
    given: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["sandbox", "--allow-origin", given])

    with pytest.raises(SystemExit):
        main()

    said = capsys.readouterr().err
    assert f"“{given}” is no origin." in said
    assert "http://localhost:3000" in said


# ------------------------------------------------------------------ somebody new


@pytest.fixture
def shop(demo: Demo) -> ShopApi:
    staff = (STAFF.email, STAFF.password)
    shop, _ = opening.open_shop(demo, staff=staff, stop=Event(), say=lambda _: None)
    return shop


@pytest.fixture
def visitor(demo: Demo) -> Iterator[httpx.Client]:
    address = f"http://127.0.0.1:{demo.at.ports.sandbox}"
    with httpx.Client(base_url=address, trust_env=False, timeout=30) as client:
        yield client


def sign_up(visitor: httpx.Client, email: str, first_name: str = "Nora") -> httpx.Response:
    return _post(visitor, "/sign-up/", first_name=first_name, email=email)


def _post(visitor: httpx.Client, path: str, page: str = "/sign-up/", **form: str) -> httpx.Response:
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', visitor.get(page).text)
    assert found
    form["csrfmiddlewaretoken"] = found[1]
    return visitor.post(path, data=form, follow_redirects=True)


def test_who_signs_up_joins_and_finds_the_welcome_in_the_mailbox(
    shop: ShopApi, visitor: httpx.Client
) -> None:
    email = f"nora.{uuid4().hex}@example.com"
    assert "Hello Nora. You are a customer" in sign_up(visitor, email).text

    _post(visitor, "/account/join/", page="/account/")

    def mails() -> list[dict[str, str]]:
        found: list[dict[str, str]] = visitor.get(
            "/mail/messages.json", params={"to": email}
        ).json()
        return found

    (mail,) = look_until(bool, mails, stop=Event())
    assert mail["subject"].startswith("Welcome to")


def test_who_signed_up_buys_and_has_points(
    demo: Demo, shop: ShopApi, visitor: httpx.Client
) -> None:
    email = f"nora.{uuid4().hex}@example.com"
    sign_up(visitor, email)
    channel = next(each for each in shop.channels() if each["slug"] == CHANNEL)

    order = shop.place_order(
        str(shop.customer_id(email)),
        channel_id=channel["id"],
        variant_id=shop.variants(channel["slug"])[0].id,
        price="100.00",
    )
    shop.mark_paid(order)

    token = shop.sign_in(email, SHOPPERS[0].password)
    loyalty = LoyaltyApi(demo.at.app_url)
    found = look_until(lambda found: found["balance"], lambda: loyalty.loyalty(token), stop=Event())
    assert found["balance"] == 1000


def test_an_address_that_is_taken_signs_nobody_up(shop: ShopApi, visitor: httpx.Client) -> None:
    answer = sign_up(visitor, SHOPPERS[0].email.upper())

    assert "Somebody has this address already." in answer.text
    assert "Hello" not in answer.text


def test_what_is_no_address_is_said_to_be_none(visitor: httpx.Client) -> None:
    assert "Enter a valid email address." in sign_up(visitor, "nora").text
