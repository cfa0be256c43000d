"""The list of coupons in the browser: a code that somebody reads out leads to whose it is."""

import csv

import pytest
from playwright.sync_api import expect

from saleor_loyalty.models import CouponCode, CouponStatus
from tests.dashboard_extension.frame import heading, inside

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def coupons(ada, program, gift):
    """Thirty of Ada's; the oldest has a code that is known."""
    for number in range(30):
        gift(ada, 5000, reason=f"number {number}")
    ada.coupons.update(status=CouponStatus.ACTIVE)
    CouponCode.objects.filter(coupon=ada.coupons.earliest("pk")).update(code="7QK2-ABCD-0001-WXYZ")
    return list(ada.coupons.order_by("-pk"))


def test_a_code_that_is_typed_leads_to_its_coupon_on_the_members_page(open_page, ada, coupons):
    page = open_page("app/coupons")
    frame = inside(page)

    frame.get_by_role("searchbox", name="Find").press_sequentially("7qk2 ab")
    expect(frame.get_by_role("row")).to_have_count(2)  # the heads are one
    frame.get_by_role("cell", name="Can be used").click(force=True)  # the link lies over the row

    expect(heading(frame, ada.email)).to_be_visible()
    coupon = frame.locator("li.wanted")
    expect(coupon).to_be_in_viewport()
    expect(coupon).to_contain_text("7QK2-ABCD-0001-WXYZ")
    expect(coupon).to_be_focused()


def test_the_file_is_of_what_the_list_was_narrowed_to_just_now(open_page, ada, coupons):
    page = open_page("app/coupons")
    frame = inside(page)
    expect(frame.get_by_role("link", name="All as CSV")).to_be_visible()
    frame.get_by_role("searchbox", name="Find").press_sequentially("wxyz")

    with page.expect_download() as download:
        frame.get_by_role("link", name="These as CSV").click()

    assert download.value.suggested_filename == "loyalty-coupons.csv"
    text = download.value.path().read_text(encoding="utf-8-sig")
    [row] = csv.DictReader(text.splitlines())
    assert (row["code"], row["points"]) == ("7QK2-ABCD-0001-WXYZ", "5000")


def test_a_coupon_is_withdrawn_without_its_points_where_staff_say_so(open_page, ada, coupons):
    frame = inside(open_page(f"app/members/{ada.pk}?coupon={coupons[-1].pk}"))

    frame.locator("li.wanted").get_by_role("button", name="Withdraw").click()
    dialog = frame.get_by_role("dialog")
    dialog.get_by_label("Do not give them back").check()
    dialog.get_by_label("Reason").fill("Got by a trick")
    dialog.get_by_text("Add an internal note").click()
    dialog.get_by_label("Internal note").fill("Three accounts")
    dialog.get_by_role("button", name="Withdraw").click()

    expect(frame.locator("li.wanted")).to_contain_text("Its points did not come back.")
    expect(frame.get_by_text("Internal note: Three accounts")).to_be_visible()
    ada.refresh_from_db()
    assert ada.balance == 0
