"""The words of a message in fields of their own, in the browser."""

import re

import pytest
from playwright.sync_api import expect

from saleor_loyalty.messages import drafts, texts
from saleor_loyalty.models import MessageText
from tests.dashboard_extension.frame import inside

pytestmark = pytest.mark.django_db(transaction=True)


def words(frame, part="Words"):
    return frame.get_by_role("group", name=part, exact=True)


def labels(part):
    return part.locator("label:has(> textarea) > span").all_text_contents()


def save(frame):
    frame.get_by_role("button", name="Save").click()
    expect(frame.get_by_text("The shop’s own words")).to_be_visible()


def test_the_words_of_an_email_are_changed_without_a_look_at_its_code(open_page, program, shop):
    standard = texts.current(shop, "REWARD_EMAIL", "en").body
    frame = inside(open_page("app/messages/REWARD_EMAIL/en"))
    expect(words(frame).get_by_label("Heading · several coupons")).to_have_value(
        "Your rewards are here"
    )
    one = words(frame).get_by_label("Heading · one coupon")
    expect(one).to_have_value("Your reward is here")
    expect(frame.get_by_label("Body")).to_be_hidden()

    one.fill("Hurrah")
    words(frame).get_by_label("Button or link").first.fill("Spend ")
    frame.get_by_role("button", name="discount", exact=True).click()
    expect(frame.frame_locator("#preview iframe").get_by_text("Hurrah")).to_be_visible()
    save(frame)

    changed = standard.replace("Your reward is here", "Hurrah")
    changed = changed.replace("See all my discounts", "Spend {{ discount }}")
    assert MessageText.objects.get().body.splitlines() == changed.splitlines()


@pytest.mark.parametrize("kind", ["REWARD_EMAIL", "EXPIRY_EMAIL", "GIFT_EMAIL", "WELCOME_EMAIL"])
def test_no_two_fields_of_a_message_have_one_name_or_show_conditions(open_page, program, kind):
    frame = inside(open_page(f"app/messages/{kind}/en"))
    expect(words(frame).locator("textarea").first).to_be_visible()

    for part in (words(frame, "Subject"), words(frame)):
        named = labels(part)
        assert len(named) == len(set(named)) > 0
        assert not any(re.search(r"[{<>]|if |_", name) for name in named)
        for field in part.locator("textarea").all():
            assert not re.search(r"\{%|\|", field.input_value())


def test_what_staff_type_is_what_members_read_though_html_means_something_by_it(
    open_page, program, shop
):
    typed = "5 < 6 & 7 &lt; 8 “quoted” <b>"
    frame = inside(open_page("app/messages/REWARD_EMAIL/en"))
    words(frame).get_by_label("Heading · one coupon").fill(typed)
    words(frame, "Subject").get_by_label("one coupon, first name unknown").fill(f"{typed} Your")
    heading = frame.frame_locator("#preview iframe").get_by_role("heading")
    expect(heading).to_have_text(typed)
    save(frame)

    expect(words(frame).get_by_label("Heading · one coupon")).to_have_value(typed)
    assert f"{typed}\n" in drafts.preview(shop, "REWARD_EMAIL", "en").text
    assert typed in texts.current(shop, "REWARD_EMAIL", "en").subject


def test_what_staff_type_into_a_push_notice_stays_as_it_is(open_page, program, shop):
    frame = inside(open_page("app/messages/REWARD_PUSH/en"))
    words(frame, "Body").get_by_label("Body · one coupon").last.fill(" 1 < 2 & <b>")

    expect(frame.locator("#preview")).to_contain_text("1 < 2 & <b>")
    save(frame)

    assert "1 < 2 & <b>" in drafts.preview(shop, "REWARD_PUSH", "en").text


def test_a_variable_is_a_name_in_its_field_and_its_forms_are_words_below(open_page, program):
    frame = inside(open_page("app/messages/WELCOME_EMAIL/en"))
    field = words(frame).get_by_label(re.compile("has points$"))
    expect(field).to_have_value("You already have {{ balance … }}.")

    field.fill("Now: {{ balance … }}, {{ balance … }}")
    forms = words(frame).get_by_role("group").filter(has_text="{{ balance … }}")
    forms.locator("summary").click()
    forms.get_by_label("balance: others").fill('# “stars” "now" <3')
    preview = frame.frame_locator("#preview iframe").locator("body")
    expect(preview).to_contain_text("“stars” 'now' <3")
    save(frame)

    form = 'plural: one: "# point", other: "# “stars” \'now\' <3"'
    variable = f"{{{{ balance | {form} }}}}"
    assert f"Now: {variable}, {variable}" in MessageText.objects.get().body


def test_the_words_follow_the_code_where_that_is_edited(open_page, program):
    frame = inside(open_page("app/messages/REWARD_EMAIL/en"))
    frame.get_by_text("As HTML").click()

    frame.get_by_label("Body").fill("<h1>One</h1>{% if code %}<p>Two {{ code }}</p>{% endif %}")

    expect(words(frame).locator("textarea")).to_have_count(2)
    expect(words(frame).get_by_label("Heading")).to_have_value("One")
    expect(words(frame).get_by_label("Text · if code")).to_have_value("Two {{ code }}")


def test_a_language_from_right_to_left_is_edited_and_previewed_so(open_page, program):
    frame = inside(open_page("app/messages/REWARD_EMAIL/ar"))
    expect(words(frame).locator("textarea").first).to_have_attribute("dir", "rtl")
    expect(words(frame, "Subject").locator("textarea").first).to_have_attribute("dir", "rtl")
    expect(frame.locator("#preview .subject")).to_have_attribute("dir", "rtl")
    assert frame.locator("#text_body").get_attribute("dir") == "ltr"  # code

    frame = inside(open_page("app/messages/REWARD_PUSH/ar"))
    expect(frame.locator("#preview .push")).to_have_attribute("dir", "rtl")
    assert frame.locator("#text_body").get_attribute("dir") == "rtl"
