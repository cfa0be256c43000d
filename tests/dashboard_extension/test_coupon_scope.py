"""What the coupon is limited to: searched, shown by name, refused, and said before it is saved."""

import re

import pytest

from saleor_loyalty.program import programs
from tests.dashboard_extension.frame import (
    DRINKS,
    JUICE,
    MUG,
    SALE,
)
from tests.dashboard_extension.test_program import FORM

GONE = "UHJvZHVjdDo5OQ=="


def save(ask, *ids, **changes):
    return ask("program", post={**FORM, "limited_to": list(ids), "confirmed": "1", **changes})


def chosen(page):
    """The ids that the form holds, with the names beside them."""
    pattern = r'name="limited_to" value="([^"]+)">.*?<span>(.*?) <span class="[^"]*">(.*?)</span>'
    return [found[0:3] for found in re.findall(pattern, page, re.DOTALL)]


def rules(shop):
    return programs.current(shop).current


def test_what_is_chosen_is_saved_and_shown_by_name(ask, program, shop):
    save(ask, JUICE, DRINKS)

    assert (rules(shop).number, rules(shop).reward.limited_to) == (2, sorted([JUICE, DRINKS]))
    assert rules(shop).reward.limited_names == {JUICE: "Juice", DRINKS: "Drinks"}
    shown = chosen(ask("program").text)
    assert shown == [(DRINKS, "Drinks", "Category"), (JUICE, "Juice", "Product")]


def test_what_is_taken_out_again_leaves_the_whole_order(ask, program, shop):
    save(ask, JUICE)
    save(ask, opened_at="2")

    assert (rules(shop).number, rules(shop).reward.limited_to) == (3, [])


def test_the_shop_is_searched_without_what_is_chosen_already(ask, program):
    every = ask("program/items").text
    assert re.findall(r'name="limited_to" value="([^"]+)" disabled', every) == [
        JUICE,
        MUG,
        SALE,
        DRINKS,
    ]
    rest = ask(f"program/items?text=u&limited_to={JUICE}").text
    assert re.findall(r'name="limited_to" value="([^"]+)"', rest) == [MUG]
    assert "Nothing else is called “tea”." in ask("program/items?text=tea").text


def test_a_shop_that_does_not_answer_is_not_taken_for_an_empty_one(ask, program, dashboard):
    dashboard.is_down = True

    assert "The shop does not answer just now." in ask("program/items?text=u").text


def test_t37_the_shop_is_searched_for_staff_who_manage_settings_alone(ask, program):
    answer = ask("program/items", user_permissions=["MANAGE_USERS", "MANAGE_ORDERS"])

    assert answer.status_code == 403
    assert "Juice" not in answer.text


@pytest.mark.parametrize("id", [GONE, "nonsense"])
def test_what_the_shop_does_not_have_is_refused_beside_the_field(ask, program, shop, id):
    answer = save(ask, JUICE, id, GONE)

    assert answer.status_code == 422
    error = re.search(r'id="scope_error">(.*?)</p>', answer.text)[1]
    assert error.count("The shop has no such item.") == 1
    assert (GONE, GONE, "No longer in the shop") in chosen(answer.text)
    assert rules(shop).number == 1


def test_what_was_deleted_since_is_marked_by_the_name_it_had(ask, program, dashboard):
    save(ask, JUICE, MUG)
    del dashboard.paper.catalogue[JUICE]

    assert chosen(ask("program").text) == [
        (JUICE, "Juice", "No longer in the shop"),
        (MUG, "Mug", "Product"),
    ]


def test_while_the_shop_is_away_its_things_have_the_names_they_had(ask, program, shop, dashboard):
    save(ask, JUICE)
    dashboard.is_down = True

    assert chosen(ask("program").text) == [(JUICE, "Juice", "Product")]
    answer = save(ask, JUICE, MUG, opened_at="2")
    assert "The shop does not answer just now. Nothing was saved." in answer.text
    assert rules(shop).reward.limited_to == [JUICE]


def test_a_limit_says_whom_it_affects_before_it_is_saved(ask, program):
    asked = ask("program", post={**FORM, "limited_to": [JUICE, DRINKS]}).text
    assert "New coupons are good for nothing but: Drinks (category), Juice." in asked
    save(ask, JUICE)

    asked = ask("program", post={**FORM, "opened_at": "2"}).text
    assert "New coupons are good for the whole order." in asked


def test_the_preview_says_what_the_coupon_is_good_for(ask, program, dashboard):
    sent = {**FORM, "currency-default-channel": "EUR", "limited_to": [JUICE, DRINKS]}
    sent |= {f"called-{JUICE}": "Juice", f"called-{DRINKS}": "Drinks"}
    dashboard.is_down = True  # it is not asked

    percentage = ask("program/preview", post=sent).text
    assert "Only on: Drinks (category), Juice." in percentage
    assert "comes off once" not in percentage
    assert "Saleor asks for the least amount anew" in percentage
    any_order = ask("program/preview", post={**sent, "channel-default-channel-min_spent": ""}).text
    assert "Saleor asks for the least amount anew" not in any_order
    amount = ask("program/preview", post={**sent, "discount_type": "FIXED"}).text
    assert "The amount comes off once in an order: off the cheapest of these" in amount
    assert "Only on" not in ask("program/preview", post={**sent, "limited_to": []}).text


def test_of_two_owners_the_second_sees_by_name_what_the_first_limited(ask, program):
    save(ask, JUICE)

    answer = save(ask, DRINKS)

    assert answer.status_code == 409
    rows = re.findall(r'<th scope="row">(.*?)</th><td>(.*?)</td><td>(.*?)</td>', answer.text)
    assert rows == [("Good for", "Juice", "Drinks (category)")]


def test_the_changes_page_says_what_the_coupon_became_good_for(ask, program):
    save(ask, JUICE)

    assert "Good for: the whole order → Juice" in ask("program/changes").text
