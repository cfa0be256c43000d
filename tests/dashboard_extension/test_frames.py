"""Our frames in the Dashboard as it is released: what it says to them, and what they make of it."""

import pytest
from playwright.sync_api import expect

from tests.dashboard_extension.frame import heading, inside

pytestmark = pytest.mark.django_db(transaction=True)

HEIGHT = "document.querySelector('iframe[title=Points]').clientHeight"
WHOLE = "document.documentElement.scrollHeight <= document.documentElement.clientHeight"
UNTOLD = 200  # pixels: the height of a widget that says nothing


def of_popup(page) -> int:
    return page.evaluate("document.querySelector('#popup iframe').clientHeight")


def test_the_stand_in_says_what_the_released_dashboard_says(open_page, ada, program):
    """Recorded from Dashboard 3.23.27 on Saleor 3.23.28."""
    page = open_page(f"customers/{ada.customer_id}")
    page.get_by_role("button", name="Gift points").click()
    expect(inside(page, "Popup").get_by_label("Points")).to_be_visible()
    page.wait_for_function(
        "sent.some(each => each.to.endsWith('/gift') && each.type == 'redirect')"
    )

    sent = page.evaluate("sent")
    widgets = [each for each in sent if each["to"].endswith("/widgets/customer")]
    types = [each["type"] for each in widgets]
    assert types[0] == "handshake"
    assert types[types.index("localeChanged") :][:3] == ["localeChanged", "theme", "redirect"]
    said = {key: value for key, value in widgets[0]["payload"].items() if key != "token"}
    assert said == {"version": 1, "saleorVersion": "", "dashboardVersion": "v3.23.27"}
    popups = [each for each in sent if each["to"].endswith("/gift")]
    assert popups[0]["payload"]["saleorVersion"] == "3.23.27"
    assert {"localeChanged", "theme", "redirect"} <= {each["type"] for each in popups}
    # A popup's hello is answered in every frame of ours on the page.
    assert types.count("handshake") > types.count("redirect")


def test_a_widget_is_as_high_as_what_is_in_it(open_page, ada, program, gift):
    gift(ada, 700)
    gift(ada, 20, "For a very kind letter, and for the three that came before it, in the old shop")
    gift(ada, 30, "For a long letter")
    page = open_page(f"customers/{ada.customer_id}")
    button = inside(page, "Points").get_by_role("button", name="Open in Loyalty")

    page.wait_for_function(f"{HEIGHT} > {UNTOLD}")

    expect(button).to_be_in_viewport(ratio=1)
    assert page.frames[1].evaluate(WHOLE)


def test_a_broken_pixel_makes_no_scroll_bar(open_page, ada, program):
    page = open_page(f"customers/{ada.customer_id}")
    inside(page, "Points").get_by_role("button", name="Open in Loyalty").wait_for()

    page.frames[1].evaluate("document.querySelector('.widget').style.height = '300.2px'")

    page.wait_for_function(f"{HEIGHT} == 301")


@pytest.mark.parametrize("version", ["v3.22.67", "3.23.6", "dev"])
def test_a_dashboard_that_cannot_is_not_asked(open_page, dashboard, ada, program, gift, version):
    dashboard.version = version
    gift(ada, 700)
    page = open_page(f"customers/{ada.customer_id}")
    page.evaluate("addEventListener('message', ({data}) => (window.asked ??= []).push(data.type))")
    page.get_by_role("button", name="Gift points").click()
    popup = inside(page, "Popup")
    expect(popup.get_by_role("button", name="Gift points")).to_be_visible()

    assert "widgetResize" not in page.evaluate("window.asked ?? []")
    if not version.startswith("3.23"):
        expect(popup.get_by_role("button", name="Cancel")).to_be_hidden()


def test_a_popup_has_cancel_and_done_and_they_close_it(open_page, ada, program):
    page = open_page(f"customers/{ada.customer_id}")
    page.get_by_role("button", name="Gift points").click()
    popup = inside(page, "Popup")
    popup.get_by_role("button", name="Cancel").click()
    expect(page.locator("#popup")).to_be_hidden()

    page.get_by_role("button", name="Gift points").click()
    popup.get_by_label("Points").fill("300")
    popup.get_by_label("Reason").fill("Welcome")
    popup.get_by_role("button", name="Gift points").click()
    expect(heading(popup, "Gave 300 points")).to_be_visible()
    popup.get_by_role("button", name="Done").click()
    expect(page.locator("#popup")).to_be_hidden()


def test_a_widget_grows_only_once_the_popup_over_it_is_gone(open_page, ada, program):
    """The Dashboard gives a frame's height to all frames of ours on its page."""
    page = open_page(f"customers/{ada.customer_id}")
    inside(page, "Points").get_by_role("button", name="Open in Loyalty").wait_for()
    before = page.evaluate(HEIGHT)
    page.get_by_role("button", name="Gift points").click()
    popup = inside(page, "Popup")
    popup.get_by_label("Points").fill("300")
    high = of_popup(page)
    popup.get_by_label("Reason").fill("Welcome")
    popup.get_by_role("button", name="Gift points").click()
    expect(inside(page, "Points").locator(".balance")).to_contain_text("300")

    assert of_popup(page) == high
    popup.get_by_role("button", name="Done").click()
    page.wait_for_function(f"{HEIGHT} > {before}")
    assert page.frames[1].evaluate(WHOLE)


def test_a_greeting_that_is_lost_is_asked_for_again(open_page, dashboard, ada, program):
    page = open_page("customers/nobody")
    page.add_init_script(
        """let lost = 2; // what a frame is told when it is loaded, and when it is ready
        if (window !== top) addEventListener("message", (event) => {
            if (event.data.type === "handshake" && lost-- > 0) event.stopImmediatePropagation();
        });"""
    )

    page.goto(f"{dashboard.url}/dashboard/customers/{ada.customer_id}")

    expect(inside(page, "Points").locator(".balance")).to_be_visible()
