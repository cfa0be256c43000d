"""The pages, in a real browser, with the whole demo behind them."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from threading import Event

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from sandbox import demo, graphql_client, opening
from sandbox.addresses import Addresses, Ports
from sandbox.shop.ids import global_id
from sandbox.shop.people import STAFF
from sandbox.shop_api import ShopApi
from sandbox.waiting import look_until
from tests.chromium import PATIENCE

pytestmark = pytest.mark.usefixtures("browser")  # before the demo is started in vain
VOUCHERS = """query ($code: String!) {
  vouchers(first: 1, filter: { search: $code }) { edges { node { id } } }
}"""
POINTS_END = """mutation {
  loyaltyProgramUpdate(input: { expiryPolicy: ROLLING, expiryDays: 60 }) {
    errors { field message code }
  }
}"""
LIMIT = """mutation ($categories: [ID!]!) {
  loyaltyProgramUpdate(input: { limitedTo: { categories: $categories } }) {
    errors { field message code }
  }
}"""
KITCHEN = global_id("Category", 1)
PAGES = (
    "/",
    "/sign-in/",
    "/sign-up/",
    "/cart/",
    "/orders/",
    "/account/",
    "/staff/",
    "/mail/",
    "/push/",
)


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Addresses]:
    """The demo, with the loyalty app installed and a programme of 10 points per euro."""
    folder, stop = tmp_path_factory.mktemp("pages"), Event()
    ports = Ports.any()
    with demo.running(
        folder, ports=ports, stop=stop, say=lambda _: None, temporary=True
    ) as running:
        staff = (STAFF.email, STAFF.password)
        opening.open_shop(running, staff=staff, stop=stop, say=lambda _: None)
        yield running.at


@pytest.fixture(scope="module")
def shop_url(at: Addresses) -> str:
    """The demo's shop."""
    return at.sandbox_url


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A new visitor. The test fails when a script of ours does, or an answer is an error."""
    context = browser.new_context()
    page, troubles = context.new_page(), []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("response", lambda r: r.status >= 400 and troubles.append(f"{r.status} {r.url}"))
    page.set_default_timeout(PATIENCE)
    yield page
    context.close()
    assert troubles == []


def sign_in(page: Page, url: str, name: str) -> None:
    page.goto(f"{url}/sign-in/")
    page.locator("main").get_by_role("button", name=name).click()
    if name == "Sam Keeper":  # staff are led to the Dashboard
        page.wait_for_url("**/dashboard/**")
        page.goto(f"{url}/staff/")
    expect(page.locator(".person summary")).to_contain_text(name.split()[0])


def shop_of(at: Addresses) -> ShopApi:
    """The demo's shop, as its staff."""
    return ShopApi(at.shop_url, staff=(STAFF.email, STAFF.password), stop=Event())


def put_in_cart(page: Page, url: str, *names: str) -> None:
    page.goto(url)
    for name in names:
        page.get_by_role("button", name=f"Add {name} to the cart").click()
    page.goto(f"{url}/cart/")


def expect_balance(page: Page, points: str) -> None:
    """The header follows the loyalty app without a reload."""
    expect(page.locator("[data-balance]")).to_have_text(points)


def test_a_paid_order_becomes_points_and_a_coupon_that_lowers_the_next(page, shop_url):
    sign_in(page, shop_url, "Ada Kowalska")
    expect_balance(page, "0")
    put_in_cart(page, shop_url, "Espresso machine")
    expect(page.locator(".summary .earn")).to_contain_text("5,120 points")
    page.get_by_role("button", name="Pay €521.90").click()
    expect(page.get_by_text("Thank you.")).to_be_visible()
    expect_balance(page, "120")
    expect(page.locator("#points")).to_contain_text("1 coupon came of it")

    page.goto(f"{shop_url}/account/")
    expect(page.locator(".history")).to_contain_text("EUR 512.00")
    code = page.locator(".ticket .code code").inner_text()

    put_in_cart(page, shop_url, "Coffee beans, 2 kg", "Coffee beans, 2 kg")
    page.get_by_label("Coupon code").fill(code)
    page.get_by_role("button", name="Use it").click()
    expect(page.locator(".lines s")).to_have_text("€120.00")
    page.get_by_role("button", name="Pay €117.90").click()
    expect(page.locator(".sums")).to_contain_text(code)
    expect_balance(page, "1,200")

    page.goto(f"{shop_url}/account/")
    expect(page.locator(".ticket")).to_contain_text("Used")
    put_in_cart(page, shop_url, "Reading chair")
    page.get_by_label("Coupon code").fill(code)
    page.get_by_role("button", name="Use it").click()
    expect(page.locator("#code-trouble")).to_contain_text("promo code is invalid")


def test_a_code_that_asks_for_a_larger_order_says_how_large(page, shop_url):
    sign_in(page, shop_url, "Ada Kowalska")
    put_in_cart(page, shop_url, "Espresso machine")
    page.get_by_role("button", name="Pay €521.90").click()
    expect(page.locator("#points")).to_contain_text("1 coupon came of it")
    page.goto(f"{shop_url}/account/")
    code = page.locator(".ticket:not(.spent) .code code").inner_text()

    put_in_cart(page, shop_url, "Coffee beans, 2 kg")
    page.get_by_label("Coupon code").fill(code)
    page.get_by_role("button", name="Use it").click()

    expect(page.locator("#code-trouble")).to_have_text("This coupon is for orders from €100.00.")


def test_who_is_sent_to_sign_in_comes_to_where_they_wanted_to_go(page, shop_url):
    page.goto(f"{shop_url}/dashboard/app/overview")
    page.locator("main").get_by_role("button", name="Sam Keeper").click()

    expect(page).to_have_url(f"{shop_url}/dashboard/app/overview")


def test_t08_what_staff_takes_back_takes_its_points_along(page, shop_url):
    sign_in(page, shop_url, "Ben Okafor")
    put_in_cart(page, shop_url, "Gift card", "Desk lamp")
    page.get_by_role("button", name="Order now, pay later").click()
    expect(page.locator(".heading")).to_contain_text("Not paid")
    page.get_by_role("button", name="Pay €148.90").click()
    expect_balance(page, "890")

    page.get_by_label("Refund").fill("74,45")
    page.get_by_role("button", name="Refund this much").click()
    expect(page.locator(".heading")).to_contain_text("Partly refunded")
    expect_balance(page, "445")

    page.get_by_role("button", name="Cancel the order").click()
    expect(page.locator(".heading")).to_contain_text("Canceled")
    expect_balance(page, "0")


def test_more_than_was_charged_is_not_refunded(page, shop_url):
    sign_in(page, shop_url, "Ben Okafor")
    put_in_cart(page, shop_url, "Gift card")
    page.get_by_role("button", name="Pay €50.00").click()
    for amount in ("50.01", "0", "-1", "much"):
        page.get_by_label("Refund").fill(amount)
        page.get_by_role("button", name="Refund this much").click()
        expect(page.locator(".messages .error")).to_contain_text("at most €50.00")
        expect(page.locator(".heading")).to_contain_text("Paid")


def test_a_shopper_who_has_bought_nothing_joins(page, shop_url):
    sign_in(page, shop_url, "Chloé Martin")
    page.goto(f"{shop_url}/account/")

    page.get_by_role("button", name="Or join now").click()

    expect(page.get_by_text("You are a member now.")).to_be_visible()
    expect(page.locator(".way")).to_contain_text("to your next reward")


def test_staff_give_points_with_a_reason_that_the_shopper_reads(page, shop_url):
    sign_in(page, shop_url, "Sam Keeper")
    page.goto(f"{shop_url}/staff/")
    page.get_by_label("To").select_option("Chloé Martin")
    page.get_by_role("button", name="Give points").click()
    expect(page.locator(".messages .error").first).to_be_visible()

    page.get_by_label("To").select_option("Chloé Martin")
    page.get_by_label("Why").fill("For a kind letter")
    page.get_by_role("button", name="Give points").click()
    expect(page.locator(".messages .success")).to_have_text("Chloé has 200 points now.")

    sign_in(page, shop_url, "Chloé Martin")
    page.goto(f"{shop_url}/account/")
    expect(page.locator(".history")).to_contain_text("For a kind letter")


def test_the_coupon_of_an_order_that_was_refunded_is_withdrawn(page, at, shop_url):
    sign_in(page, shop_url, "Chloé Martin")
    put_in_cart(page, shop_url, "Espresso machine")
    page.get_by_role("button", name="Pay €521.90").click()
    expect_balance(page, "320")
    order = page.url
    page.goto(f"{shop_url}/account/")
    code = page.locator(".ticket .code code").inner_text()
    page.goto(order)
    page.get_by_role("button", name="Refund all").click()
    expect_balance(page, "200")

    page.goto(f"{shop_url}/account/")
    expect(page.locator(".ticket.spent")).to_contain_text("withdrawn; the history says why")
    expect(page.locator(".history")).to_contain_text("was withdrawn to cover points taken back")
    balances = page.locator(".history .after").all_inner_texts()
    assert balances[:4] == ["200", "below 0", "320", "5,320"]
    staff = shop_of(at).sign_in(STAFF.email, STAFF.password)
    found = look_until(
        [].__eq__,
        lambda: graphql_client.ask(at.shop_url, VOUCHERS, {"code": code}, token=staff)["edges"],
        stop=Event(),
    )
    assert found == []


def test_a_shopper_sees_when_points_end(page, at, shop_url):
    shop = shop_of(at)
    token = shop.app_token(shop.install(at.manifest_url))
    graphql_client.ask(f"{at.app_url}/graphql/", POINTS_END, token=token)
    last_day = datetime.now(UTC).date() + timedelta(days=60)

    sign_in(page, shop_url, "Chloé Martin")
    page.goto(f"{shop_url}/account/")

    expect(page.locator(".wallet")).to_contain_text(
        f"200 points expire on {last_day.day} {last_day:%b %Y}."
    )


def test_one_click_leads_to_the_hosted_page_and_another_back(page, at, shop_url):
    sign_in(page, shop_url, "Chloé Martin")
    page.goto(f"{shop_url}/account/")
    page.get_by_role("link", name="The hosted points page").click()
    expect(page).to_have_url(f"{at.app_url}/account/")
    expect(page.locator(".balance")).to_have_text("200 points")

    page.get_by_role("link", name="Back to the shop").click()
    expect(page).to_have_url(f"{shop_url}/account/")


def test_a_shopper_who_allows_notices_has_a_phone(page, shop_url):
    sign_in(page, shop_url, "Chloé Martin")
    page.goto(f"{shop_url}/account/")
    page.get_by_role("button", name="Allow notices").click()
    expect(page.get_by_role("button", name="Allow notices")).to_have_count(0)
    page.goto(f"{shop_url}/push/")
    expect(page.locator("main")).to_contain_text("Chloé's phone")


def test_a_guest_says_where_the_order_is_to_be_sent_and_earns_nothing(page, shop_url):
    put_in_cart(page, shop_url, "Stoneware mug")
    expect(page.locator(".summary")).to_contain_text("A guest earns no points")
    page.get_by_label("Email").fill("guest@example.com")
    page.get_by_role("button", name="Pay €28.40").click()
    expect(page.locator(".lead")).to_contain_text("guest, guest@example.com")


def test_another_channel_has_its_own_prices_and_an_empty_cart(page, shop_url):
    put_in_cart(page, shop_url, "Stoneware mug")
    page.get_by_role("button", name="Poland (PLN)").click()
    expect(page.locator(".goods")).to_contain_text("79.90 zł")
    page.goto(f"{shop_url}/cart/")
    expect(page.locator("main")).to_contain_text("nothing in it yet")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["Ada Kowalska", "Sam Keeper"])
def test_every_page_fits_a_phone_and_fetches_nothing_from_elsewhere(
    browser, shop_url, name, scheme
):
    size = {"width": 360, "height": 740}
    context = browser.new_context(viewport=size, color_scheme=scheme)
    page, asked = context.new_page(), []
    page.on("request", lambda request: asked.append(request.url))
    sign_in(page, shop_url, name)
    for path in PAGES:
        page.goto(f"{shop_url}{path}")
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], path
    context.close()
    assert all(url.startswith(shop_url) for url in asked)


def test_t32_the_shop_goes_on_when_the_loyalty_app_does_not_answer(page, sandbox):
    sign_in(page, sandbox.url, "Ada Kowalska")
    notice = page.locator(".notice-down")
    expect(notice).to_contain_text("Points cannot be shown right now.")
    expect(page.locator("[data-balance]")).to_have_text("\N{EN DASH}")
    page.goto(f"{sandbox.url}/account/")
    expect(notice).to_be_visible()
    put_in_cart(page, sandbox.url, "Stoneware mug")
    page.get_by_role("button", name="Pay €28.40").click()
    expect(page.get_by_text("Thank you.")).to_be_visible()


def test_t37_what_staff_sees_is_for_staff(page, sandbox):
    sign_in(page, sandbox.url, "Ada Kowalska")
    page.goto(f"{sandbox.url}/staff/")
    expect(page.locator("main")).to_contain_text("This page is for staff.")
    expect(page.locator("main form")).to_have_count(0)


def test_a_form_of_another_site_does_nothing(sandbox):
    answer = httpx.post(f"{sandbox.url}/sign-in/", data={"user": "1"}, trust_env=False)
    assert answer.status_code == 403
    assert re.search("CSRF", answer.text)


def test_a_limited_coupon_says_what_for_and_lowers_that_alone(page, at, shop_url):
    shop = shop_of(at)
    token = shop.app_token(shop.install(at.manifest_url))
    url = f"{at.app_url}/graphql/"
    graphql_client.ask(url, LIMIT, {"categories": [KITCHEN]}, token=token)
    sign_in(page, shop_url, "Chloé Martin")
    put_in_cart(page, shop_url, "Espresso machine")
    page.get_by_role("button", name="Pay €521.90").click()
    expect(page.locator("#points")).to_contain_text("1 coupon came of it")
    graphql_client.ask(url, LIMIT, {"categories": []}, token=token)

    page.goto(f"{shop_url}/account/")
    expect(page.locator(".ticket:not(.spent)")).to_contain_text("only on Kitchen")
    code = page.locator(".ticket:not(.spent) .code code").inner_text()

    put_in_cart(page, shop_url, "Reading chair")
    page.get_by_label("Coupon code").fill(code)
    page.get_by_role("button", name="Use it").click()
    expect(page.locator("#code-trouble")).to_have_text(
        "This coupon is for other products than these."
    )
    put_in_cart(page, shop_url, "Coffee beans, 2 kg")
    page.get_by_label("Coupon code").fill(code)
    page.get_by_role("button", name="Use it").click()
    expect(page.locator(".lines s")).to_have_text("€60.00")
    expect(page.locator(".summary")).to_contain_text("€312.90")  # 249 + 54 + 9.90
