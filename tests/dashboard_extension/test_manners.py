"""The pages behave as the Dashboard's own: their bar with Save, their lists, where one is."""

import re

import pytest
from playwright.sync_api import expect

from saleor_loyalty.members import enrolment
from saleor_loyalty.models import CouponStatus, Member, ProgramVersion
from saleor_loyalty.saleor_api.facts import Customer
from tests.dashboard_extension.conftest import ADA, BEN
from tests.dashboard_extension.frame import heading, inside

pytestmark = pytest.mark.django_db(transaction=True)

SCROLLED = "window.scrollY"


def save(frame):
    return frame.get_by_role("button", name="Save", exact=True)


@pytest.fixture
def many(ada, program, gift):
    """Ada with 30 gifts, 7 of which became coupons."""
    for number in range(30):
        gift(ada, 1200, reason=f"number {number}")
    ada.coupons.update(status=CouponStatus.ACTIVE)
    return ada


@pytest.mark.parametrize(
    ("path", "label"),
    [
        ("program", "Points for one coupon"),
        ("branding", "Name of the shop"),
        ("messages/REWARD_EMAIL/en", "Heading · one coupon"),
    ],
)
def test_save_stands_in_a_bar_that_stays_and_is_pressed_once_there_is_something_to_save(
    open_page, program, path, label
):
    page = open_page(f"app/{path}")
    frame = inside(page)
    field = frame.get_by_label(label, exact=True)
    before = field.input_value()
    bar = frame.locator(".savebar")
    expect(save(frame)).to_be_disabled()
    expect(bar).to_be_in_viewport(ratio=1)
    box = bar.bounding_box()
    assert (box["height"], box["y"] + box["height"]) == (64, 900)

    field.fill("1234")
    expect(save(frame)).to_be_enabled()
    field.fill(before)
    expect(save(frame)).to_be_disabled()


def test_a_field_that_is_reached_by_keyboard_is_not_under_the_bar(open_page, program):
    page = open_page("app/program", width=390)
    frame = inside(page)
    frame.get_by_label("Name of the program").focus()
    for _field in range(12):
        page.keyboard.press("Tab")
        hidden = page.frames[1].evaluate(
            """() => {
                const bar = document.querySelector('.savebar');
                const at = document.activeElement;
                return !bar.contains(at) &&
                    at.getBoundingClientRect().bottom > bar.getBoundingClientRect().top;
            }"""
        )
        assert not hidden


def test_a_first_program_can_be_saved_as_it_is_proposed(open_page, shop):
    frame = inside(open_page("app/program"))

    expect(save(frame)).to_be_enabled()


@pytest.mark.parametrize(
    ("path", "label", "keys", "said"),
    [
        ("branding", "Name of the shop", "Control+s", "The branding is saved"),
        ("messages/GIFT_EMAIL/en", "Heading", "Meta+s", "The text is saved"),
    ],
)
def test_what_is_typed_is_saved_with_ctrl_s(open_page, program, path, label, keys, said):
    page = open_page(f"app/{path}")
    frame = inside(page)
    frame.get_by_label(label, exact=True).fill("Nordlys")

    page.keyboard.press(keys)

    expect(page.locator("#note")).to_have_text(said)
    expect(save(frame)).to_be_disabled()
    page.wait_for_load_state("networkidle")  # a preview may be on its way


def test_rules_are_saved_with_ctrl_s_once_they_are_confirmed(open_page, program):
    page = open_page("app/program")
    frame = inside(page)
    frame.get_by_label("Points for one coupon").fill("4000")

    page.keyboard.press("Control+s")

    expect(frame.get_by_role("heading", name="Save the new rules?")).to_be_visible()
    page.keyboard.press("Control+s")  # of the form below, which is not what is asked now
    assert ProgramVersion.objects.count() == 1


def test_a_click_anywhere_in_a_row_opens_the_member(open_page, ada, program):
    page = open_page("app/members")
    row = inside(page).get_by_role("row", name=re.compile(ada.email))
    box = row.bounding_box()
    assert box["height"] <= 41  # pixels: one line of text, as the Dashboard's lists

    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)

    expect(heading(inside(page), re.compile(ada.email))).to_be_visible()


def test_filters_open_from_their_button_narrow_the_list_and_close(open_page, ada, shop, program):
    enrolment.enroll_all(shop=shop, customers=[Customer.from_json(BEN)])
    enrolment.set_status(shop=shop, customer_id=BEN["id"], status="BLOCKED", actor="sam")
    page = open_page("app/members")
    frame = inside(page)
    expect(frame.get_by_label("Status")).to_be_hidden()

    frame.get_by_text("Filters").click()
    frame.get_by_label("Status").select_option("BLOCKED")
    expect(frame.get_by_role("link", name=ada.email)).to_have_count(0)
    expect(frame.get_by_role("link", name=BEN["email"])).to_be_visible()
    expect(frame.locator("[data-count]")).to_have_text("1")

    page.keyboard.press("Escape")
    expect(frame.get_by_label("Status")).to_be_hidden()
    expect(frame.locator("summary", has_text="Filters")).to_be_focused()
    frame.get_by_text("Filters").click()
    frame.get_by_role("link", name="Clear").click()
    expect(frame.get_by_role("link", name=ada.email)).to_be_visible()
    expect(frame.locator("[data-count]")).to_be_hidden()


def test_the_fields_of_the_popup_are_no_wider_than_a_form(open_page, ada, program):
    page = open_page(f"customers/{ada.customer_id}")
    page.get_by_role("button", name="Gift points").click()

    field = inside(page, "Popup").get_by_label("Points")
    expect(field).to_be_visible()

    assert page.evaluate("document.querySelector('#popup iframe').clientWidth") > 1000
    assert field.bounding_box()["width"] <= 480


@pytest.mark.parametrize("status", ["BLOCKED", "CLOSED"])
def test_for_a_member_who_takes_no_points_giving_some_is_not_the_main_button(
    open_page, ada, program, status
):
    Member.objects.filter(pk=ada.pk).update(status=status)
    frame = inside(open_page(f"app/members/{ada.pk}"))
    expect(heading(frame, re.compile(ada.email))).to_be_visible()

    expect(frame.locator(".head .main")).to_have_count(0)


def test_withdrawing_a_coupon_leaves_the_reader_where_they_are(open_page, many):
    page = open_page(f"app/members/{many.pk}?coupons=unused&domain=shop.example.com")
    frame = inside(page)
    coupon = many.coupons.order_by("pk").first()
    button = frame.get_by_role("button", name=f"Withdraw the coupon {coupon.code}")
    button.scroll_into_view_if_needed()
    before = page.frames[1].evaluate(SCROLLED)
    assert before > 300
    entries = page.evaluate("history.length")

    button.click()
    dialog = frame.get_by_role("dialog")
    dialog.get_by_label("Reason").fill("A slip")
    dialog.get_by_role("button", name="Withdraw").click()
    expect(button).to_have_count(0)

    expect(frame.get_by_role("heading", name="Coupons", level=2)).to_be_focused()
    assert abs(page.frames[1].evaluate(SCROLLED) - before) < 120  # pixels: the lines that went
    assert page.evaluate("history.length") == entries  # the page that came again is no other page


def test_another_page_of_a_list_keeps_the_list_in_sight_and_another_page_begins_at_its_top(
    open_page, many
):
    page = open_page(f"app/members/{many.pk}")
    frame = inside(page)
    frame.get_by_role("navigation", name="History").get_by_role("link", name="Page 2").click()
    expect(frame.get_by_text("number 0", exact=False).first).to_be_visible()

    expect(frame.get_by_role("navigation", name="History")).to_be_in_viewport()
    frame.get_by_role("navigation", name="Loyalty").get_by_role("link", name="Members").click()
    expect(heading(frame, "Members")).to_be_focused()
    assert page.frames[1].evaluate(SCROLLED) == 0


def test_a_history_is_narrowed_by_kind_and_the_field_keeps_the_keyboard(open_page, many):
    page = open_page(f"app/members/{many.pk}")
    frame = inside(page)
    what = frame.get_by_label("What", exact=True)
    what.focus()
    what.select_option("REWARD")

    expect(frame.get_by_text("7 entries")).to_be_visible()
    expect(what).to_be_focused()


def test_the_question_whether_to_take_a_gift_back_is_not_in_the_address(
    open_page, ada, program, gift
):
    gift(ada, 100)
    page = open_page(f"app/members/{ada.pk}")
    frame = inside(page)
    frame.get_by_role("link", name="Take back").click()
    dialog = frame.get_by_role("dialog", name="Take back 100 points?")
    expect(dialog).to_be_visible()
    assert "undo" not in page.frames[1].url

    dialog.get_by_role("button", name="Cancel").click()
    page.reload()
    expect(heading(frame, re.compile(ada.email))).to_be_visible()
    expect(dialog).to_have_count(0)


def test_a_page_loads_without_a_word_in_the_browsers_console(open_page, ada, program):
    page = open_page("app/overview")
    said = []
    page.on("console", lambda message: said.append(message.text))
    page.reload()
    expect(heading(inside(page), "Overview")).to_be_visible()
    inside(page).get_by_role("link", name="Members").click()
    expect(heading(inside(page), "Members")).to_be_visible()

    # What the Dashboard's own frames bring about.
    assert [each for each in said if "can escape its sandboxing" not in each] == []


@pytest.mark.parametrize("width", [320, 390])
def test_on_a_phone_the_balance_is_in_sight_and_an_address_is_not_broken_within_its_parts(
    open_page, shop, program, gift, width
):
    person = {**ADA, "email": "augustine.montgomery@department.example.com"}
    enrolment.enroll_all(shop=shop, customers=[Customer.from_json(person)])
    gift(Member.objects.get(), 4321)
    page = open_page("app/members", width=width)
    frame = inside(page)

    expect(frame.get_by_role("cell", name="4,321")).to_be_in_viewport(ratio=1)
    lines = page.frames[1].evaluate(
        """() => {
            const range = document.createRange();
            return [...document.querySelector('a.row-link').childNodes].filter(n => n.data)
                .map(node => (range.selectNodeContents(node), range.getClientRects().length));
        }"""
    )
    assert lines == [1, 1]  # what is before the @, and the rest


def test_a_page_that_grows_a_scroll_bar_does_not_move_what_is_on_it(open_page, many):
    page = open_page("app/members")
    frame = inside(page)
    expect(heading(frame, "Members")).to_be_visible()
    before = page.frames[1].evaluate("document.documentElement.clientWidth")

    frame.get_by_role("link", name=many.email).click()
    expect(heading(frame, re.compile(many.email))).to_be_visible()

    assert page.frames[1].evaluate("document.documentElement.clientWidth") == before
