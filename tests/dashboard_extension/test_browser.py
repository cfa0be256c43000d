"""The pages in Chromium, inside a Dashboard of another site: each task of each page, by hand."""

import re
from itertools import pairwise

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from saleor_loyalty.models import (
    AuditRecord,
    Branding,
    CouponStatus,
    Entry,
    Member,
    MemberStatus,
    MessageText,
    Program,
)
from tests.dashboard_extension.conftest import ADA, BEN
from tests.dashboard_extension.frame import heading, inside
from tests.entitlements import entitled_by

pytestmark = pytest.mark.django_db(transaction=True)

PAGES = (
    "overview",
    "members",
    "members/{member}",
    "coupons",
    "program",
    "program/changes",
    "messages",
    "messages/REWARD_EMAIL/en",
    "messages/REWARD_PUSH/fr",
    "branding",
)
# The texts of a chart that is drawn anew: days stand below it, other figures at its left.
LABELS_DRAWN = """async (html) => {
    const drawn = [];
    const context = CanvasRenderingContext2D.prototype;
    const { clearRect, fillText } = context;
    context.clearRect = function (...area) {
        drawn.length = 0;
        return clearRect.apply(this, area);
    };
    context.fillText = function (text, x, y) {
        const width = this.measureText(text).width;
        const left = this.textAlign === "center" ? x - width / 2 : x;
        drawn.push({ text, left, right: left + width, edge: this.canvas.width,
                     isDay: this.textAlign === "center" });
        return fillText.call(this, text, x, y);
    };
    html.dataset.theme = html.dataset.theme === "dark" ? "light" : "dark";
    await new Promise((settle) => setTimeout(settle, 500));
    Object.assign(context, { clearRect, fillText });
    return drawn;
}"""
# By night nothing but colours is different.
RULES = {
    "light": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    "dark": ["color-contrast", "link-in-text-block"],
}


@pytest.mark.parametrize("width", [1280, 390], ids=["desktop", "phone"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_page_is_sound_by_wcag_and_fits_its_frame(open_page, coupon, ada, width, theme):
    for path in PAGES:
        page = open_page(f"app/{path.format(member=ada.pk)}", width=width, theme=theme)
        frame = inside(page)
        frame.locator("#page h1").first.wait_for()
        expect(frame.locator("#preview > .soft")).to_have_count(0)  # it comes in on its own
        frame_of_ours = page.frames[1]

        assert frame_of_ours.evaluate("document.documentElement.dataset.theme") == theme
        assert frame_of_ours.evaluate(
            "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
        ), f"{path} is wider than its frame"
        report = Axe().run(frame_of_ours, options={"runOnly": RULES[theme]})
        assert report.response["violations"] == [], f"{path}: {report.generate_report()}"
        page.context.close()


def test_staff_gift_points_on_the_customers_page_and_see_them_there(open_page, program, shop):
    page = open_page(f"customers/{BEN['id']}")
    expect(inside(page, "Points").get_by_text("Not a member yet.")).to_be_visible()

    page.get_by_role("button", name="Gift points").click()
    popup = inside(page, "Popup")
    popup.get_by_label("Points").fill("300")
    popup.get_by_role("button", name="Gift points").click()
    expect(popup.get_by_text("Say why; the customer will read it.")).to_be_visible()
    popup.get_by_label("Reason").fill("Welcome")
    popup.get_by_role("button", name="Gift points").click()

    expect(heading(popup, "Gave 300 points")).to_be_focused()
    expect(inside(page, "Points").locator(".balance")).to_contain_text("300")
    assert page.evaluate("window.told") == []  # the popup says it itself
    assert Member.objects.get().balance == 300

    popup.get_by_role("button", name="Take back").click()
    expect(heading(popup, "Took back 300 points")).to_be_visible()
    assert Member.objects.get().balance == 0
    popup.get_by_role("button", name="Done").click()
    expect(page.locator("#popup")).to_be_hidden()


def test_the_order_page_says_what_the_order_brought_and_why(open_page, ada, program, earned):
    page = open_page("orders/T3JkZXI6MQ==")

    widget = inside(page, "Points")
    expect(widget.locator(".balance")).to_contain_text("1,200 points")
    expect(widget.get_by_text("EUR 120.00 of goods × 10 points = 1,200 points")).to_be_visible()


def test_an_order_without_points_says_why_it_may_have_none(open_page, program):
    page = open_page("orders/T3JkZXI6Mg==")

    expect(inside(page, "Points").get_by_text("once it is paid in full")).to_be_visible()


def test_a_member_is_found_gifted_and_the_gift_taken_back(open_page, ada, program):
    page = open_page("app/members")
    frame = inside(page)
    frame.get_by_label("Find").fill("ada")
    frame.get_by_role("link", name=ada.email).click()
    expect(heading(frame, re.compile(ada.email))).to_be_visible()

    frame.get_by_role("button", name="Gift points").first.click()
    dialog = frame.get_by_role("dialog", name=re.compile("Gift points to"))
    dialog.get_by_label("Points").fill("500")
    dialog.get_by_label("Reason").fill("A lost parcel")
    dialog.get_by_role("button", name="Gift points").click()
    expect(frame.get_by_text("A gift of 500 points: A lost parcel")).to_be_visible()

    frame.get_by_role("link", name="Take back").click()
    dialog = frame.get_by_role("dialog", name="Take back 500 points?")
    dialog.get_by_role("button", name="Take back").click()
    expect(frame.get_by_role("cell", name=re.compile("Correction by the shop"))).to_be_visible()
    expect(frame.get_by_text("was taken back")).to_be_visible()
    expect(frame.get_by_role("link", name="Take back")).to_have_count(0)
    ada.refresh_from_db()
    assert ada.balance == 0


def test_a_member_is_blocked_only_after_it_was_said_what_that_means(open_page, ada, program):
    frame = inside(open_page(f"app/members/{ada.pk}"))

    frame.get_by_role("button", name="Block").click()
    dialog = frame.get_by_role("dialog", name=f"Block {ada.email}?")
    expect(dialog.get_by_text("They will earn nothing")).to_be_visible()
    dialog.get_by_role("button", name="Cancel").click()
    ada.refresh_from_db()
    assert ada.status == MemberStatus.ACTIVE

    frame.get_by_role("button", name="Block").click()
    dialog.get_by_label("Reason").fill("Orders and sends back")
    dialog.get_by_role("button", name="Block").click()
    expect(frame.get_by_text("Blocked: earns nothing")).to_contain_text("Orders and sends back")
    ada.refresh_from_db()
    assert ada.status == MemberStatus.BLOCKED


def test_a_coupon_is_withdrawn_and_named_before(open_page, ada, coupon):
    frame = inside(open_page(f"app/members/{ada.pk}"))

    frame.get_by_role("button", name=f"Withdraw the coupon {coupon.code}").click()
    dialog = frame.get_by_role("dialog", name=f"Withdraw the coupon {coupon.code}?")
    dialog.get_by_label("Reason").fill("A mistake")
    dialog.get_by_role("button", name="Withdraw").click()

    expect(frame.get_by_text("Withdrawn", exact=True)).to_be_visible()
    coupon.refresh_from_db()
    assert coupon.status == CouponStatus.WITHDRAWN


def test_what_staff_did_is_downloaded_as_csv(open_page, ada, coupon):
    page = open_page(f"app/members/{ada.pk}")

    with page.expect_download() as download:
        inside(page).get_by_role("link", name="Changes by staff as CSV").click()

    assert download.value.suggested_filename == f"audit-member-{ada.pk}.csv"
    assert "Gave points" in download.value.path().read_text()


def test_a_program_is_set_up_from_nothing(open_page, shop):
    page = open_page("app/overview")
    frame = inside(page)
    frame.get_by_role("link", name="Set up the program").click()
    expect(frame.get_by_text("An order of €120.00 earns 1,200 points.")).to_be_visible()

    frame.get_by_label("Orders in Poland earn points").uncheck()
    frame.get_by_label("Points for 1 EUR").fill("2.5")
    expect(frame.get_by_text("An order of €120.00 earns 300 points.")).to_be_visible()
    expect(frame.get_by_text("after 17 such orders")).to_be_visible()
    frame.get_by_role("button", name="Save").click()

    expect(frame.get_by_text("Version 1, saved")).to_be_visible()
    program = Program.objects.get()
    terms = program.current.channels.get()
    assert program.is_active
    assert (terms.channel_id, terms.points_per_unit) == ("default-channel", 2.5)


def test_a_change_of_rules_says_whom_it_affects_before_it_is_saved(open_page, ada, program, gift):
    gift(ada, 1500)
    frame = inside(open_page("app/program"))

    frame.get_by_label("Points for one coupon").fill("1000")
    frame.get_by_role("button", name="Save").click()
    dialog = frame.get_by_role("dialog", name="Save the new rules?")
    expect(
        dialog.get_by_text("1 member has 1,000 points already and gets a coupon")
    ).to_be_visible()
    program.refresh_from_db()
    assert program.current.threshold == 5000

    dialog.get_by_role("button", name="Save the new rules").click()
    expect(frame.get_by_text("Version 2, saved")).to_be_visible()
    program.refresh_from_db()
    assert program.current.threshold == 1000
    assert program.current.created_by == "sam@example.com"


def test_the_program_is_switched_off_and_on_by_name(open_page, program):
    frame = inside(open_page("app/program"))

    frame.get_by_role("button", name="Switch off").click()
    dialog = frame.get_by_role("dialog", name="Switch off “Nordlys Club”?")
    dialog.get_by_role("button", name="Switch off").click()

    expect(frame.get_by_role("button", name="Switch on")).to_be_visible()
    program.refresh_from_db()
    assert not program.is_active
    assert AuditRecord.objects.get().actor == "sam@example.com"


def test_the_overview_tells_and_draws_what_points_did(open_page, coupon):
    frame = inside(open_page("app/overview"))

    issued = frame.locator(".figures > div", has_text="Points issued")
    expect(issued.locator("dd").first).to_have_text("5,200")
    expect(frame.locator("figure canvas")).to_be_visible()
    frame.get_by_text("As a table").click()
    expect(frame.locator("details tbody tr").first).to_contain_text("5,200")
    frame.get_by_role("link", name="7 days").click()
    expect(frame.locator("details tbody tr")).to_have_count(7)


@pytest.mark.parametrize(("width", "locale"), [(320, "fr"), (390, "en"), (1280, "en")])
def test_each_day_of_a_week_has_its_own_label_and_today_is_named(open_page, coupon, width, locale):
    page = open_page("app/overview?days=7", width=width, locale=locale)
    frame = inside(page)
    expect(frame.locator("figure canvas")).to_be_visible()

    drawn = frame.locator("html").evaluate(LABELS_DRAWN)
    days = [each for each in drawn if each["isDay"]]
    names, numbers = [each["text"] for each in days[::2]], [each["text"] for each in days[1::2]]

    assert len(names) == 7
    assert len(set(names[:-1])) == 6
    assert names[-1] == {"en": "Today", "fr": "Auj."}[locale]
    assert len(set(numbers)) == 7
    for label, after in pairwise(days[::2]):
        assert label["right"] < after["left"]  # none over another
    assert days[-1]["right"] <= days[-1]["edge"]


def test_the_days_of_a_month_have_no_label_twice_and_end_with_today(open_page, coupon):
    frame = inside(open_page("app/overview?days=30"))
    expect(frame.locator("figure canvas")).to_be_visible()

    days = [each["text"] for each in frame.locator("html").evaluate(LABELS_DRAWN) if each["isDay"]]

    assert len(days) == len(set(days)) > 7
    assert days[-1] == "Today"


def test_what_was_changed_of_the_program_is_listed_and_downloaded(open_page, program):
    page = open_page("app/program")
    frame = inside(page)
    frame.get_by_role("link", name="Changes").click()
    expect(frame.get_by_role("cell", name="Set up the program")).to_be_visible()

    with page.expect_download() as download:
        frame.get_by_role("link", name="All as CSV").click()
    assert "owner@example.com,Set up the program,version 1," in download.value.path().read_text()


def test_of_two_owners_the_second_sees_what_the_first_saved_and_decides(
    open_page, dashboard, program
):
    sams = open_page("app/program")
    inside(sams).get_by_label("Points for one coupon").fill("7000")
    dashboard.email = "mia@example.com"
    mias = open_page("app/program")
    inside(mias).get_by_label("Points for one coupon").fill("6000")
    inside(mias).get_by_role("button", name="Save").click()
    inside(mias).get_by_role("button", name="Save the new rules").click()
    expect(inside(mias).get_by_text("Version 2, saved")).to_be_visible()

    frame = inside(sams)
    frame.get_by_role("button", name="Save").click()

    expect(frame.get_by_text("mia@example.com saved version 2 meanwhile.")).to_be_in_viewport()
    expect(frame.get_by_role("row", name="Points for one coupon 6,000 7,000")).to_be_visible()
    expect(frame.get_by_label("Points for one coupon")).to_have_value("7000")
    rules = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
    assert Axe().run(sams.frames[1], options=rules).response["violations"] == []
    frame.get_by_role("button", name="Save").click()
    frame.get_by_role("button", name="Save the new rules").click()
    expect(frame.get_by_text("Version 3, saved")).to_be_visible()
    program.refresh_from_db()
    assert program.current.threshold == 7000


def test_what_was_typed_is_not_lost_by_a_click_on_a_link_without_a_question(open_page, program):
    frame = inside(open_page("app/program"))
    frame.get_by_label("Points for one coupon").fill("6000")
    tab = frame.get_by_role("navigation").get_by_role("link", name="Members")
    question = frame.get_by_role("dialog", name="Leave without saving?")

    tab.click()
    question.get_by_role("button", name="Stay here").click()
    expect(frame.get_by_label("Points for one coupon")).to_have_value("6000")

    tab.click()
    question.get_by_role("button", name="Leave").click()
    expect(heading(frame, "Members")).to_be_visible()
    frame.get_by_role("navigation").get_by_role("link", name="Program").click()
    expect(frame.get_by_label("Points for one coupon")).to_have_value("5000")


def test_a_popup_that_is_told_no_language_speaks_that_of_the_other_frames(
    open_page, dashboard, ada, program
):
    dashboard.version = "v3.22.67"  # tells popups none
    page = open_page(f"customers/{ada.customer_id}", locale="fr")
    expect(inside(page, "Points").get_by_text("avant la prochaine récompense")).to_be_visible()

    page.get_by_role("button", name="Gift points").click()

    popup = inside(page, "Popup")
    expect(popup.get_by_role("button", name="Offrir des points")).to_be_visible()


@pytest.mark.parametrize(
    ("path", "what"),
    [("program", "#promises"), ("messages/REWARD_EMAIL/en", "#preview .subject")],
)
def test_what_an_edit_comes_to_stays_in_sight_at_the_end_of_the_form(
    open_page, program, path, what
):
    frame = inside(open_page(f"app/{path}"))
    expect(frame.locator(what)).to_be_visible()

    frame.get_by_role("button", name="Save", exact=True).scroll_into_view_if_needed()

    expect(frame.locator(what)).to_be_in_viewport()


def test_fields_that_do_not_matter_are_hidden(open_page, program):
    frame = inside(open_page("app/program"))
    expect(frame.get_by_label("After how many days")).to_be_hidden()

    frame.get_by_label("Each on its own").check()

    expect(frame.get_by_label("After how many days")).to_be_visible()


def test_a_message_is_worded_previewed_and_put_back(open_page, program):
    page = open_page("app/messages")
    frame = inside(page)
    frame.get_by_role("row", name=re.compile("Reward: email")).get_by_role(
        "link", name="English"
    ).click()
    frame.get_by_text("Subject, with its conditions").click()
    subject = frame.locator("#text_subject")
    subject.fill("")
    subject.press_sequentially("Hurrah, ")
    frame.get_by_role("button", name="first_name", exact=True).click()
    expect(subject).to_have_value("Hurrah, {{ first_name }}")
    expect(frame.locator("#preview .subject")).to_contain_text("Hurrah, ")

    subject.fill("Hurrah {{ nobody_knows }}")
    expect(frame.locator("#preview [role=alert]")).to_contain_text("nobody_knows")
    frame.get_by_role("button", name="Save").click()
    expect(frame.locator("#text_subject_error")).to_contain_text("nobody_knows")
    assert not MessageText.objects.exists()

    subject.fill("Hurrah, {{ first_name }}")
    frame.get_by_role("button", name="Save").click()
    expect(frame.get_by_text("The shop’s own words")).to_be_visible()
    assert MessageText.objects.get().created_by == "sam@example.com"

    frame.get_by_role("button", name="Restore the original words").click()
    frame.get_by_role("dialog").get_by_role("button", name="Restore the original words").click()
    expect(frame.get_by_text("The words that come with the product")).to_be_visible()
    frame.get_by_role("link", name="Load into the form").last.click()
    expect(frame.locator("#text_subject")).to_have_value("Hurrah, {{ first_name }}")


def test_a_message_is_switched_off(open_page, program):
    frame = inside(open_page("app/messages"))

    frame.get_by_role("button", name="Switch off: Gift: email").click()

    expect(frame.get_by_role("button", name="Switch on: Gift: email")).to_be_visible()


def test_the_branding_is_changed_and_a_wrong_address_is_said_beside_its_field(open_page, program):
    page = open_page("app/branding")
    frame = inside(page)
    frame.get_by_label("Name of the shop").fill("Nordlys")
    frame.get_by_label("Address of the logo").fill("not an address")
    frame.get_by_role("button", name="Save").click()
    expect(frame.locator("#branding_logo_url_error")).to_be_visible()

    frame.get_by_label("Address of the logo").fill("")
    frame.get_by_role("button", name="Save").click()
    expect(page.locator("#note")).to_have_text("The branding is saved")
    expect(frame.frame_locator("iframe").get_by_text("Nordlys").first).to_be_visible()
    assert Branding.objects.get().shop_name == "Nordlys"


def test_theme_and_language_follow_the_dashboard_while_a_page_is_open(open_page, ada, program):
    page = open_page("app/members")
    frame = inside(page)
    expect(heading(frame, "Members")).to_be_visible()

    page.evaluate("theme.value = 'dark'; theme.dispatchEvent(new Event('change'))")
    expect(frame.locator("html[data-theme=dark]")).to_be_attached()
    page.evaluate("locale.value = 'fr'; locale.dispatchEvent(new Event('change'))")
    expect(heading(frame, "Membres")).to_be_visible()
    expect(frame.locator("html[lang=fr]")).to_be_attached()


def test_a_page_comes_in_the_dashboards_language_from_the_first(open_page, ada, program):
    frame = inside(open_page(f"app/members/{ada.pk}", locale="fr"))

    expect(frame.get_by_role("heading", name="Historique")).to_be_visible()


def test_the_frames_own_words_are_in_the_dashboards_language(open_page, program):
    page = open_page("app/program", locale="fr")
    frame = inside(page)
    expect(heading(frame, "Nordlys Club")).to_be_visible()

    expect(frame.locator(".skip")).to_have_text("Aller au contenu")
    frame.get_by_label("Nom du programme").fill("Autre")
    frame.get_by_role("link", name="Membres").click()
    expect(frame.get_by_role("dialog")).to_contain_text("Quitter sans enregistrer")
    expect(frame.get_by_role("button", name="Rester ici")).to_be_visible()


def test_an_error_leaves_a_field_as_soon_as_it_is_corrected(open_page, program):
    frame = inside(open_page("app/program"))
    threshold = frame.get_by_label("Points for one coupon")
    threshold.fill("1000000001")
    frame.get_by_role("button", name="Save").click()
    expect(frame.get_by_text("from 1 to 1,000,000,000 points")).to_be_visible()
    expect(threshold).to_have_attribute("aria-invalid", "true")

    threshold.fill("100")

    expect(frame.get_by_text("from 1 to 1,000,000,000 points")).to_be_hidden()
    expect(threshold).not_to_have_attribute("aria-invalid", "true")


def test_a_token_that_ran_out_is_renewed_and_nothing_is_lost(open_page, dashboard, ada, program):
    page = open_page(f"app/members/{ada.pk}")
    frame = inside(page)
    frame.get_by_role("button", name="Gift points").first.wait_for()
    # The frame holds a token that has run out, as after a night.
    dashboard.stale_tokens = 1
    page.evaluate(
        """async () => {
            const { token } = await (await fetch('/token')).json();
            document.querySelector('iframe').contentWindow.postMessage(
                { type: 'tokenRefresh', payload: { token } }, '*');
        }"""
    )

    frame.get_by_role("button", name="Gift points").first.click()
    dialog = frame.get_by_role("dialog")
    dialog.get_by_label("Points").fill("70")
    dialog.get_by_label("Reason").fill("Patience")
    dialog.get_by_role("button", name="Gift points").click()

    expect(frame.get_by_text("A gift of 70 points: Patience")).to_be_visible()
    assert Entry.objects.count() == 1


def test_t30_a_gift_whose_answer_was_lost_is_given_once_by_pressing_again(open_page, ada, program):
    page = open_page(f"app/members/{ada.pk}")
    frame = inside(page)
    frame.get_by_role("button", name="Gift points").first.click()
    dialog = frame.get_by_role("dialog")
    dialog.get_by_label("Points").fill("70")
    dialog.get_by_label("Reason").fill("Patience")

    def lose(route):
        route.fetch()
        route.abort()

    page.route("**/gift", lose, times=1)
    dialog.get_by_role("button", name="Gift points").click()
    expect(dialog.get_by_text("We cannot tell whether that got through.")).to_be_visible()
    expect(frame.locator("#unread")).to_be_hidden()
    dialog.get_by_role("button", name="Gift points").click()

    expect(frame.get_by_text("A gift of 70 points: Patience")).to_be_visible()
    assert Entry.objects.count() == 1


def test_who_is_signed_out_is_told_so_and_loses_nothing(open_page, dashboard, ada, program):
    page = open_page(f"app/members/{ada.pk}")
    frame = inside(page)
    frame.get_by_role("button", name="Gift points").first.click()
    dialog = frame.get_by_role("dialog")
    dialog.get_by_label("Points").fill("70")
    dialog.get_by_label("Reason").fill("Patience")
    # As after a night: the token has run out, and the Dashboard brings no other.
    dashboard.stale_tokens = 99
    page.evaluate("renew()")
    page.wait_for_function("sent.some(each => each.type == 'tokenRefresh')")
    dialog.get_by_role("button", name="Gift points").click()

    expect(dialog.get_by_text("You are signed out of the Dashboard.")).to_be_visible()
    expect(frame.locator("#unreachable")).to_be_hidden()
    assert not Entry.objects.exists()

    dashboard.stale_tokens = 0
    page.evaluate("renew()")
    dialog.get_by_role("button", name="Gift points").click()
    expect(frame.get_by_text("A gift of 70 points: Patience")).to_be_visible()
    assert Entry.objects.count() == 1


def test_a_page_that_does_not_come_says_that_nothing_was_changed(open_page, ada, program):
    page = open_page("app/members")
    frame = inside(page)
    page.route("**/branding*", lambda route: route.abort(), times=1)

    frame.get_by_role("link", name="Branding").click()

    expect(frame.get_by_text("The page did not come.")).to_be_visible()
    expect(frame.locator("#unreachable")).to_be_hidden()


def test_one_click_on_back_or_forward_is_one_page(open_page, ada, program):
    page = open_page("app/members")
    frame = inside(page)
    walk = ["Members", re.compile(ada.email), re.compile("Nordlys Club"), "Changes", "Branding"]
    for link, name in zip([ada.email, "Program", "Changes", "Branding"], walk[1:], strict=True):
        frame.get_by_role("link", name=link, exact=True).click()
        expect(heading(frame, name)).to_be_focused()

    for leads, way in (("back", walk[-2::-1]), ("forward", walk[1:]), ("back", walk[-2::-1])):
        for name in way:
            page.evaluate(f"history.{leads}()")
            expect(heading(frame, name)).to_be_focused()

    frame.get_by_role("link", name="Program", exact=True).click()
    expect(heading(frame, re.compile("Nordlys Club"))).to_be_visible()
    page.evaluate("history.back()")
    expect(heading(frame, "Members")).to_be_visible()


def test_back_leads_past_what_was_done_on_a_page(open_page, ada, program):
    page = open_page("app/members")
    frame = inside(page)
    frame.get_by_role("link", name=ada.email).click()
    frame.get_by_role("button", name="Gift points").first.click()
    dialog = frame.get_by_role("dialog")
    dialog.get_by_label("Points").fill("70")
    dialog.get_by_label("Reason").fill("Patience")
    dialog.get_by_role("button", name="Gift points").click()
    expect(frame.get_by_text("A gift of 70 points: Patience")).to_be_visible()

    page.evaluate("history.back()")

    expect(heading(frame, "Members")).to_be_visible()


def test_back_from_a_page_of_the_dashboard_comes_back_to_the_member(open_page, ada, program):
    page = open_page("app/members")
    inside(page).get_by_role("link", name=ada.email).click()
    inside(page).get_by_role("button", name="Open the customer").click()
    page.wait_for_url("**/customers/**")

    page.evaluate("history.back()")

    expect(heading(inside(page), re.compile(ada.email))).to_be_visible()


def test_an_address_of_the_dashboard_opens_the_page_it_names_as_it_was_narrowed(
    open_page, ada, gift, program
):
    gift(ada, 700)
    page = open_page("app/members?search=ada%40&balance_gte=500&sort=-BALANCE")

    frame = inside(page)
    expect(frame.get_by_role("link", name=ada.email)).to_be_visible()
    expect(frame.get_by_label("Find")).to_have_value("ada@")
    expect(frame.get_by_label("Points from")).to_have_value("500")
    column = frame.get_by_role("columnheader", name="Balance")
    expect(column).to_have_attribute("aria-sort", "descending")


def test_a_reload_of_the_dashboard_shows_the_page_that_was_in_sight(
    open_page, dashboard, ada, program, settings
):
    # On one site: for frames of others, this browser keeps nothing.
    settings.ALLOWED_HOSTS = ["*"]
    page = open_page("app/members", app_host="127.0.0.1")
    frame = inside(page)
    frame.get_by_label("Find").fill("ada@")
    frame.locator("#found a[href*='search=ada']", has_text="Balance").click()
    column = frame.get_by_role("columnheader", name="Balance")
    expect(column).to_have_attribute("aria-sort", "descending")

    page.reload()
    expect(column).to_have_attribute("aria-sort", "descending")
    expect(frame.get_by_label("Find")).to_have_value("ada@")

    frame.get_by_role("link", name=ada.email).click()
    expect(heading(frame, re.compile(ada.email))).to_be_visible()
    page.reload()
    expect(heading(frame, re.compile(ada.email))).to_be_visible()

    page.goto(f"{dashboard.url}/dashboard/app/members?search=ada%40")  # another address than before
    expect(frame.get_by_label("Find")).to_have_value("ada@")


def test_without_the_permission_a_page_says_so_and_leads_to_those_one_may_see(
    open_page, dashboard, ada, program
):
    dashboard.permissions = ("MANAGE_SETTINGS",)
    frame = inside(open_page("app/members"))

    expect(heading(frame, "You may not see this page")).to_be_visible()
    expect(frame.get_by_role("link", name="Members")).to_have_count(0)
    frame.get_by_role("link", name="Program").click()
    expect(heading(frame, re.compile("Nordlys Club"))).to_be_visible()


def test_outside_a_dashboard_the_page_says_where_it_lives(browser, live_server, program):
    page = browser.new_page()
    page.goto(f"{live_server.url}/app/members")

    expect(page.get_by_text("This page lives in Saleor’s Dashboard")).to_be_visible()
    page.close()


def test_a_member_is_gifted_by_keyboard_alone(open_page, ada, program):
    page = open_page(f"app/members/{ada.pk}")
    frame = inside(page)
    frame.locator("#page h1").wait_for()
    button = frame.get_by_role("button", name="Gift points").first
    button.focus()
    page.keyboard.press("Enter")
    page.keyboard.type("40")
    page.keyboard.press("Tab")
    page.keyboard.type("By hand")
    page.keyboard.press("Tab")  # the internal note, which stays folded
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    expect(frame.get_by_text("A gift of 40 points: By hand")).to_be_visible()


@pytest.fixture
def earned(ada, shop, program):
    """An order of Ada's that brought 1,200 points."""
    from decimal import Decimal

    from django.utils import timezone

    from saleor_loyalty.ledger.book import open_book
    from saleor_loyalty.ledger.postings import Posting
    from saleor_loyalty.models import EntryKind, SettledOrder

    now = timezone.now()
    order = SettledOrder.objects.create(
        shop=shop,
        order_id="T3JkZXI6MQ==",
        number="1",
        member=ada,
        channel_id="default-channel",
        version=program.current,
        points=1200,
        revision=1,
        fully_paid_at=now,
        settled_at=now,
    )
    from django.db import transaction

    with (
        transaction.atomic(),
        open_book([ada.pk], version=program.current, now=now) as book,
    ):
        book.post(
            Posting(
                member_id=ada.pk,
                kind=EntryKind.ORDER,
                points=1200,
                source="T3JkZXI6MQ==:1",
                version=program.current,
                order=order,
                entitled=1200,
                basis=entitled_by(Decimal(120)),
            )
        )
    return ADA
