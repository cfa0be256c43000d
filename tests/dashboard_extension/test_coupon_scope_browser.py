"""What the coupon is limited to, in Chromium: by keyboard, by mouse, on a phone, in the dark."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.dashboard_extension.frame import DRINKS, JUICE, MUG, inside
from tests.dashboard_extension.test_coupon_scope import rules, save

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_coupon_is_limited_and_freed_by_keyboard_alone(open_page, program, shop):
    page = open_page("app/program")
    frame = inside(page)
    chosen = frame.locator(".chosen")
    expect(frame.get_by_text("The whole order. Find something below")).to_be_visible()

    frame.get_by_label("Find products, collections or categories").focus()
    expect(frame.get_by_role("button", name="Add Juice, Product")).to_be_visible()
    page.keyboard.type("drin")
    expect(frame.get_by_role("button", name="Add Juice, Product")).to_have_count(0)
    page.keyboard.press("Enter")  # searches, and sends no form
    expect(frame.get_by_role("button", name="Add Drinks, Category")).to_be_visible()
    page.keyboard.press("Tab")
    with page.expect_response("**/program/items*"):  # an answer that comes late
        frame.locator("#find-items").evaluate("form => form.requestSubmit()")
    expect(frame.get_by_role("button", name="Add Drinks, Category")).to_be_focused()
    page.keyboard.press("Space")

    expect(chosen.get_by_text("Drinks")).to_be_visible()
    expect(frame.get_by_text("The whole order. Find something below")).to_be_hidden()
    expect(frame.get_by_label("Find products, collections or categories")).to_be_focused()
    expect(frame.get_by_text("Only on: Drinks (category).")).to_be_visible()
    expect(chosen.get_by_text("Drinks")).to_be_in_viewport()  # though parts of the page came anew

    frame.get_by_role("button", name="Save").focus()
    page.keyboard.press("Enter")
    dialog = frame.get_by_role("dialog", name="Save the new rules?")
    expect(dialog.get_by_text("good for nothing but: Drinks (category).")).to_be_visible()
    dialog.get_by_role("button", name="Save the new rules").click()
    expect(frame.get_by_text("Version 2, saved")).to_be_visible()
    assert rules(shop).reward.limited_to == [DRINKS]

    frame.get_by_role("button", name="Remove Drinks, Category").focus()
    page.keyboard.press("Enter")
    expect(chosen.get_by_text("Drinks")).to_have_count(0)
    expect(frame.get_by_text("The whole order. Find something below")).to_be_visible()
    expect(frame.get_by_text("Only on:")).to_have_count(0)


def test_what_was_chosen_is_not_lost_by_a_click_on_a_link_without_a_question(open_page, program):
    frame = inside(open_page("app/program"))

    frame.get_by_label("Find products, collections or categories").fill("jui")
    frame.get_by_role("button", name="Add Juice, Product").click()
    frame.get_by_role("link", name="Members").click()

    expect(frame.get_by_role("dialog", name="Leave without saving?")).to_be_visible()


@pytest.mark.parametrize("width", [1280, 390], ids=["desktop", "phone"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_search_and_what_is_wrong_with_the_choice_are_sound_by_wcag(
    open_page, ask, program, dashboard, width, theme
):
    save(ask, JUICE, MUG)
    del dashboard.paper.catalogue[MUG]
    page = open_page("app/program", width=width, theme=theme)
    frame = inside(page)

    frame.get_by_label("Points for one coupon").fill("6000")
    frame.get_by_role("button", name="Save").click()
    expect(frame.get_by_text("The shop has no such item.")).to_be_visible()
    frame.get_by_label("Find products, collections or categories").focus()
    expect(frame.get_by_role("button", name="Add Sale, Collection")).to_be_visible()

    inner = page.frames[1]
    assert inner.evaluate(
        "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    )
    tags = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
    report = Axe().run(inner, options=tags)
    assert report.response["violations"] == [], report.generate_report()
