"""The page in Chromium: each thing a shopper does, on phone and desktop, in light and dark."""

from datetime import timedelta
from io import BytesIO

import pytest
import zxingcpp
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from PIL import Image
from playwright.sync_api import Page, expect

from saleor_loyalty.models import Branding, Coupon, CouponStatus, Member
from tests.account_page.conftest import DESKTOP, PHONE
from tests.account_page.storefront import Storefront

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def rich(shop, program, ada, earn, gift, mint) -> Member:
    """A member with all there is to see: two coupons to use, two that were, a long history."""
    Branding.objects.create(shop=shop, shop_name="Nordlys", brand_color="#0f5c4d")
    for euros in ("512.40", "520", "489.90", "604.15"):
        earn(ada, euros)
    mint(ada, status=CouponStatus.USED, used_at=timezone.now(), used_order_number="24")
    mint(ada, expires_at=timezone.now() - timedelta(days=3))
    mint(ada)
    mint(ada, expires_at=timezone.now() + timedelta(days=52))
    gift(ada, 250, "For the lovely photo of your reading corner")
    earn(ada, "96.80")
    ada.refresh_from_db()
    return ada


def fits(page: Page) -> bool:
    """Whether nothing sticks out at the sides."""
    return page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_everybody_can_use_the_page(visit, rich, language, scheme, viewport):
    """By WCAG 2.2 AA as far as axe can tell; all that folds out is folded out."""
    Member.objects.filter(pk=rich.pk).update(language_code=language)
    page = visit(viewport=viewport, color_scheme=scheme, reduced_motion="reduce")
    for summary in page.locator("summary").all():
        summary.click()

    found = Axe().run(page)

    assert found.violations_count == 0, found.generate_report()
    assert fits(page)


@pytest.mark.parametrize("color", ["#ffe600", "#ffffff", "#000000", "#777777", "#e4002b"])
def test_whatever_colour_the_shop_has_all_can_be_read(visit, rich, color):
    Branding.objects.update(brand_color=color)
    page = visit(reduced_motion="reduce")

    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found = Axe().run(page, options={"runOnly": ["color-contrast"]})
        assert found.violations_count == 0, found.generate_report()


def test_the_narrowest_phone_and_the_largest_text_have_room(visit, rich):
    """WCAG 2.2, 1.4.10 and 1.4.4."""
    page = visit(viewport={"width": 320, "height": 640})
    assert fits(page)

    page.set_viewport_size({"width": 640, "height": 900})
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert fits(page)


def test_a_code_is_copied(visit, rich):
    page = visit(permissions=["clipboard-read", "clipboard-write"])
    code = Coupon.objects.filter(status=CouponStatus.ACTIVE).order_by("expires_at")[1].code

    page.get_by_role("button", name=f"Copy the code {code}").click()

    expect(page.get_by_role("status")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == code


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_qr_code_folds_out_and_a_till_reads_the_coupons_code_from_the_screen(visit, rich, scheme):
    page = visit(color_scheme=scheme)
    code = page.locator("code").first.inner_text()
    picture = page.get_by_role("img", name=f"QR code of {code}")
    expect(picture).to_be_hidden()

    page.get_by_text("Show as QR code").first.click()

    expect(picture).to_be_visible()
    assert (picture.bounding_box() or {"width": 0})["width"] >= 150
    screen = Image.open(BytesIO(page.screenshot(full_page=True)))
    assert [found.text for found in zxingcpp.read_barcodes(screen)] == [code]
    assert Coupon.objects.filter(codes__code=code, status=CouponStatus.ACTIVE).exists()


def test_earlier_coupons_fold_out(visit, rich):
    page = visit()
    expect(page.get_by_text("for order 24.")).to_be_hidden()

    page.get_by_text("Earlier coupons").click()

    expect(page.get_by_text("for order 24.")).to_be_visible()
    expect(page.get_by_text("It was valid until the end of")).to_be_visible()


def test_the_bar_tells_a_screen_reader_how_far_it_is(visit, rich):
    bar = visit().get_by_role("progressbar", name="2,518 points to go until your next reward")

    expect(bar).to_have_attribute("value", "2482")
    expect(bar).to_have_attribute("max", "5000")


def test_preferences_are_saved_and_the_page_changes_its_language(visit, rich):
    page = visit()
    page.get_by_label("Emails").uncheck()
    page.get_by_label("Language").select_option("français")
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_role("status").first).to_contain_text("Vos préférences sont enregistrées.")
    expect(page.get_by_label("E-mails")).not_to_be_checked()
    rich.refresh_from_db()
    assert (rich.email_enabled, rich.push_enabled, rich.language_code) == (False, True, "fr")


def test_the_history_is_turned_page_by_page(visit, ada, program, gift):
    for number in range(12):
        gift(ada, 10 + number)
    page = visit()
    rows = page.locator(".history li")
    expect(rows).to_have_count(10)

    page.get_by_role("link", name="Older").click()
    expect(rows).to_have_count(2)
    page.get_by_role("link", name="Newest").click()
    expect(rows).to_have_count(10)


def test_all_is_done_by_keyboard(visit, rich):
    page = visit()
    expect(page.locator(".balance")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    reached = []
    for _ in range(30):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.outerHTML"))

    for part in ("Back to the shop", "Sign out", "data-copy", "Show as QR code", "Earlier coupons"):
        assert any(part in element for element in reached), part
    for part in ('name="email"', 'name="push"', 'name="language"', ">Save<"):
        assert any(part in element for element in reached), part


def test_it_works_without_scripts_but_for_copying(visit, rich):
    page = visit(java_script_enabled=False)

    expect(page.locator(".balance")).to_contain_text("2,482")
    expect(page.get_by_role("button", name="Copy the code")).to_have_count(0)
    page.get_by_text("Show as QR code").first.click()
    expect(page.get_by_role("img", name="QR code of").first).to_be_visible()
    page.get_by_label("Notices on your phone").uncheck()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Your preferences are saved.")).to_be_visible()


def test_back_to_the_shop_and_signing_out(visit, store, rich):
    page = visit()
    expect(page.get_by_role("link", name="Back to the shop")).to_have_attribute(
        "href", f"{store.origin}/back"
    )

    page.get_by_role("button", name="Sign out").click()

    expect(page.get_by_role("heading", name="You are signed out")).to_be_visible()
    page.get_by_role("link", name="Back to the shop").click()
    expect(page).to_have_url(f"{store.origin}/back")


def test_the_token_appears_in_no_address(visit, at, rich):
    expect(visit()).to_have_url(at)


def test_without_a_session_the_page_says_what_to_do(browser, at):
    context = browser.new_context(viewport=PHONE, color_scheme="dark")
    page = context.new_page()
    page.goto(at)

    expect(page.get_by_role("heading", name="You are not signed in here")).to_be_visible()
    assert Axe().run(page).violations_count == 0
    context.close()


def test_in_a_frame_of_another_site_it_works_as_well(browser, store, at, rich):
    """The storefront is at 127.0.0.1, the page at localhost: two sites, to a browser."""
    context = browser.new_context(viewport=DESKTOP)
    page = context.new_page()
    page.goto(f"{store.origin}/framed")
    page.get_by_role("button", name="My points").click()
    frame = page.frame_locator("iframe")

    expect(frame.locator(".balance")).to_contain_text("2,482")
    expect(frame.get_by_role("button", name="Sign out")).to_have_count(0)
    frame.get_by_label("Emails").uncheck()
    frame.get_by_role("button", name="Save").click()
    expect(frame.locator(".preferences").get_by_text("Your preferences are saved.")).to_be_visible()

    (cookie,) = [c for c in context.cookies() if c["name"] == "loyalty_account"]
    assert (cookie["sameSite"], cookie["secure"], cookie["httpOnly"]) == ("None", True, True)
    assert cookie.get("partitionKey", "").startswith("http://127.0.0.1")
    page.wait_for_function("document.querySelector('iframe').clientHeight > 1000")
    page.evaluate("document.querySelector('iframe').style.height = '4000px'")
    page.set_viewport_size({"width": 900, "height": 700})  # what is in it has another height now
    page.wait_for_function("document.querySelector('iframe').clientHeight < 3000")
    context.close()


def test_a_page_of_strangers_reads_in_its_frame_why_it_is_empty(
    browser, store, at, rich, saleor, key
):
    stranger = Storefront(at, "127.0.0.1", lambda: key.token(saleor.access_claims()))
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{stranger.origin}/framed")
    frame = page.frame_locator("iframe")

    page.get_by_role("button", name="My points").click()
    expect(frame.locator("code")).to_have_text(stranger.origin)
    page.evaluate("address => document.querySelector('iframe').src = address", at)
    expect(frame.get_by_role("heading")).to_have_text("This shop is not known here")

    expect(frame.locator(".balance")).to_have_count(0)
    stranger.stop()
    context.close()
