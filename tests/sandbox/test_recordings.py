"""Said to the sandbox, what was said to a real Saleor 3.23 is answered alike."""

import secrets
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from saleor_loyalty.saleor_api.client import document
from sandbox.shop.ids import global_id
from sandbox.shop.people import SHOPPERS
from tests.sandbox.app import App
from tests.sandbox.orders import Orders
from tests.sandbox.replay import OWN, replay
from tests.sandbox.running import Sandbox

UNKNOWN_ORDER = global_id("Order", "ace7de18-7f96-4ab1-a39c-78ed974de999")
ME = "{ me { id } }"
EURO, ZLOTY = global_id("Channel", 1), global_id("Channel", 2)


@pytest.fixture(scope="module")
def discounts(sandbox: Sandbox) -> Iterator[str]:
    """The token of an app that may only MANAGE_DISCOUNTS."""
    yield from _token_of(sandbox, "tests.discounts", "MANAGE_DISCOUNTS")


@pytest.fixture(scope="module")
def only_orders(sandbox: Sandbox) -> Iterator[str]:
    """The token of an app that may only MANAGE_ORDERS."""
    yield from _token_of(sandbox, "tests.only-orders", "MANAGE_ORDERS")


def _token_of(sandbox: Sandbox, identifier: str, *permissions: str) -> Iterator[str]:
    app = App(identifier, list(permissions))
    sandbox.run("install_app", app.manifest_url)
    app.close()
    yield app.token


def code() -> str:
    return secrets.token_hex(10).upper()


def test_orders_are_found_by_their_ids_without_drafts_and_newest_first(sandbox, orders):
    older, newer, draft = orders.place(10), orders.place(10), orders.draft(10)
    data = replay(sandbox, "orders_where_ids", sandbox.staff, ids=[older, draft, newer])
    assert [edge["node"]["id"] for edge in data["orders"]["edges"]] == [newer, older]


def test_a_draft_is_found_by_itself(sandbox, orders):
    replay(sandbox, "order_by_id_draft", sandbox.staff, id=orders.draft(10))


def test_ids_of_nothing_are_simply_absent(sandbox, orders):
    known = orders.place(10)
    for name, stranger in {
        "orders_unknown_id": UNKNOWN_ORDER,
        "orders_wrong_type_id": EURO,
    }.items():
        data = replay(sandbox, name, sandbox.staff, ids=[stranger, known])
        assert [edge["node"]["id"] for edge in data["orders"]["edges"]] == [known]


@pytest.mark.parametrize(
    "name", ["orders_malformed_id", "orders_empty_ids", "orders_first_101", "orders_no_first"]
)
def test_a_question_about_orders_is_refused_or_empty(sandbox, orders, name):
    replay(sandbox, name, sandbox.staff)


def test_orders_are_not_for_everybody(sandbox, discounts):
    replay(sandbox, "orders_anonymous", None)
    replay(sandbox, "orders_customer", sandbox.shopper)
    replay(sandbox, "facts_app_MANAGE_DISCOUNTS", discounts)


def test_orders_can_be_walked_by_their_last_change(sandbox, orders):
    changed_first, changed_last = orders.place(10), orders.place(10)
    orders.mark_as_paid(changed_first)
    found, after = [], None
    while True:
        page = replay(sandbox, "orders_updated_since", sandbox.staff, after=after)["orders"]
        found += [edge["node"]["id"] for edge in page["edges"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert found.index(changed_last) < found.index(changed_first)
    assert len(found) == len(set(found))


def test_the_facts_of_an_order_are_all_there_for_an_app_with_manage_orders(
    sandbox, orders, only_orders
):
    order_id = orders.place(20)
    orders.pay(order_id, 20)
    replay(sandbox, "facts_app_MANAGE_ORDERS", only_orders, ids=[order_id])


def test_an_order_is_marked_as_paid_once(sandbox, orders):
    order_id = orders.place(30)
    replay(sandbox, "orderMarkAsPaid", sandbox.staff, id=order_id)
    replay(sandbox, "orderMarkAsPaid_again", sandbox.staff, id=order_id)


def test_channels_are_told_to_apps_and_staff(sandbox, discounts):
    replay(sandbox, "channels", discounts)
    replay(sandbox, "channels_anonymous", None)


@pytest.mark.parametrize(
    "name",
    [
        "voucherCreate_percentage",
        "voucherCreate_fixed",
        "voucherCreate_null_end",
        "voucherCreate_singleUse_usageLimit",
        "voucherCreate_duplicate_in_input",
        "voucherCreate_end_in_past",
    ],
)
def test_a_voucher_is_made_or_refused(sandbox, discounts, name):
    replay(sandbox, name, discounts)


def test_a_voucher_needs_no_more_than_a_code(sandbox, discounts):
    replay(sandbox, "voucherCreate_minimum", discounts, i={"addCodes": [code()]})
    replay(sandbox, "voucherCreate_no_code", discounts)


def test_a_voucher_needs_the_permission(sandbox, only_orders):
    replay(sandbox, "voucherCreate_no_permission", only_orders)
    replay(sandbox, "listing_no_permission", only_orders)
    replay(sandbox, "vouchers_search_no_permission", only_orders)


def test_t34_a_code_is_taken_once_whatever_case_another_is_in(sandbox, discounts):
    taken = {"addCodes": [code()], "type": "ENTIRE_ORDER"}
    lower = {"addCodes": [taken["addCodes"][0].lower()], "type": "ENTIRE_ORDER"}
    replay(sandbox, "voucherCreate_percentage", discounts, i=taken)
    replay(sandbox, "voucherCreate_code_exists", discounts, i=taken)
    replay(sandbox, "voucherCreate_code_exists_lowercase", discounts, i=lower)

    for name, search in {
        "vouchers_search_code": taken["addCodes"][0],
        "vouchers_search_code_lower": lower["addCodes"][0],
        "vouchers_search_code_prefix": taken["addCodes"][0][:-3],
    }.items():
        assert len(replay(sandbox, name, discounts, s=search)["vouchers"]["edges"]) == 2


def listing(channel: str = EURO, **values: object) -> dict[str, object]:
    return {"addChannels": [{"channelId": channel, **values}]}


def test_a_voucher_is_listed_and_listed_again(sandbox, orders, discounts):
    voucher_id, _ = orders.voucher("PERCENTAGE", 5)

    def say(name: str, given: dict[str, object]) -> dict[str, object]:
        data = replay(sandbox, name, discounts, id=voucher_id, i=given)
        return data["voucherChannelListingUpdate"]["voucher"]["channelListings"]

    first = say("listing_first", listing(discountValue=10, minAmountSpent=50))
    assert say("listing_twice_same", listing(discountValue=10, minAmountSpent=50)) == first
    [changed] = say("listing_changed_value", listing(discountValue=12))
    assert (changed["discountValue"], changed["minSpent"]["amount"]) == (12, 50)
    [without_minimum] = say("listing_min_null", listing(discountValue=10, minAmountSpent=None))
    assert without_minimum["minSpent"] is None
    both = (
        listing(discountValue=10)["addChannels"] + listing(ZLOTY, discountValue=10)["addChannels"]
    )
    assert len(say("listing_two_channels", {"addChannels": both})) == 2


def test_a_wrong_listing_is_refused(sandbox, orders, discounts):
    voucher_id, _ = orders.voucher("PERCENTAGE", 5)
    replay(sandbox, "listing_percent_101", discounts, id=voucher_id, i=listing(discountValue=101))
    unknown = listing(global_id("Channel", 9999), discountValue=10)
    replay(sandbox, "listing_unknown_channel", discounts, id=voucher_id)
    assert unknown["addChannels"][0]["channelId"] == "Q2hhbm5lbDo5OTk5"


def test_a_fixed_discount_has_two_decimals(sandbox, orders, discounts):
    voucher_id, _ = orders.voucher("FIXED", 5)
    fixed = listing(discountValue=5.55, minAmountSpent=20)
    replay(sandbox, "listing_fixed", discounts, id=voucher_id, i=fixed)
    text = listing(discountValue="5.55", minAmountSpent="20.00")
    replay(sandbox, "listing_string_decimal", discounts, id=voucher_id, i=text)
    too_fine = listing(discountValue=5.555)
    replay(sandbox, "listing_fixed_too_many_decimals", discounts, id=voucher_id, i=too_fine)


def test_an_app_learns_who_it_is_by_its_token_alone(sandbox, app):
    replay(sandbox, "app_id", app.token)
    replay(sandbox, "app_full", app.token)
    replay(sandbox, "app_anonymous", None)
    replay(sandbox, "app_wrong_token", "nonsense")
    replay(sandbox, "app_staff_token", sandbox.staff)


def test_staff_get_a_token_for_an_app_that_works_here_too(sandbox, app):
    app_id = sandbox.data("{ app { id } }", app.token)["app"]["id"]
    data = replay(sandbox, "app_accessToken", sandbox.staff, id=app_id)
    replay(sandbox, "me_thirdparty", data["app"]["accessToken"])


def test_a_code_lowers_a_cart_and_then_the_order(sandbox, orders: Orders):
    voucher_id, good = orders.voucher("PERCENTAGE", 10, min_spent=100)
    _, expired = orders.voucher(
        "FIXED", 5, startDate="2020-01-01T00:00:00Z", endDate="2021-01-01T00:00:00Z"
    )
    small, cart, other = (
        orders.cart(("Coffee beans, 2 kg", n), email="ada@example.com") for n in (1, 2, 2)
    )

    replay(sandbox, "promo_unknown", None, id=cart)
    replay(sandbox, "promo_expired", None, id=cart, c=expired)
    replay(sandbox, "promo_below_min", None, id=small, c=good)
    replay(sandbox, "promo_ok", None, id=cart, c=good)
    replay(sandbox, "promo_ok", None, id=other, c=good)

    orders.pay(cart, 117.90)
    data = replay(sandbox, "checkout_complete", None, id=cart)
    order_id = data["checkoutComplete"]["order"]["id"]
    replay(sandbox, "complete_with_used_code", None, id=other)
    replay(sandbox, "promo_used", None, id=small, c=good)
    replay(sandbox, "facts_percent_voucher", sandbox.staff, ids=[order_id])
    used = replay(sandbox, "voucher_after_use", sandbox.staff, id=voucher_id)["voucher"]
    assert (used["used"], used["codes"]["edges"][0]["node"]["isActive"]) == (0, False)

    orders.cancel(order_id)
    replay(sandbox, "promo_used_after_cancel", None, id=small, c=good)


def test_a_deleted_voucher_is_gone(sandbox, orders, discounts, only_orders):
    voucher_id, deleted = orders.voucher("PERCENTAGE", 10)
    cart = orders.cart(("Coffee beans, 2 kg", 2), email="ada@example.com")
    orders.use_code(cart, deleted)
    replay(sandbox, "voucher_delete", discounts, folder=OWN, id=voucher_id)
    replay(sandbox, "voucher_delete_gone", discounts, folder=OWN, id=voucher_id)
    replay(sandbox, "voucher_delete_refused", discounts, folder=OWN)

    replay(sandbox, "promo_unknown", None, id=cart, c=deleted)
    replay(sandbox, "complete_with_used_code", None, id=cart)
    found = replay(sandbox, "voucher_by_code_unknown", discounts, folder=OWN, code=deleted)
    assert found["vouchers"]["edges"] == []
    replay(sandbox, "voucher_create", discounts, folder=OWN, input={"addCodes": [deleted]})
    answer = sandbox.answer(document("voucher_delete"), only_orders, id=voucher_id).json()
    assert answer["data"] == {"voucherDelete": None}
    assert answer["errors"][0]["message"].endswith("permissions: MANAGE_DISCOUNTS")


def test_an_order_keeps_what_a_deleted_voucher_took_off(sandbox, orders, discounts, only_orders):
    voucher_id, good = orders.voucher("FIXED", 5)
    cart = orders.cart(("Coffee beans, 2 kg", 2), email="ada@example.com")
    orders.use_code(cart, good)
    order_id = orders.complete(cart)["order"]["id"]
    replay(sandbox, "voucher_delete", discounts, folder=OWN, id=voucher_id)

    [edge] = sandbox.data(document("orders"), only_orders, ids=[order_id])["orders"]["edges"]
    assert edge["node"]["voucherCode"] == good
    assert edge["node"]["discounts"] == [{"type": "VOUCHER", "amount": {"amount": 5.0}}]


GONE = global_id("Product", 999_999)


def test_a_voucher_is_limited_to_things_of_the_catalogue(sandbox, orders, discounts):
    mug, kitchen = orders.thing("products", "Stoneware mug"), orders.thing("categories", "Kitchen")
    corner = orders.thing("collections", "Coffee corner")
    limits = {"products": [mug], "collections": [corner], "categories": [kitchen]}

    def given(**limits: list[str]) -> dict[str, object]:
        return {"type": "SPECIFIC_PRODUCT", "addCodes": [code()], **limits}

    def say(name: str, **variables: object) -> dict[str, dict[str, dict[str, str]]]:
        return replay(sandbox, name, discounts, folder=OWN, **variables)

    made = say("voucher_create_limited", input=given(**limits))
    say("voucher_create_limited_amount", input=given(products=[mug]))
    say("voucher_create_some_gone", input=given(products=[mug, GONE]))
    say("voucher_create_all_gone", input=given(products=[GONE]))
    voucher_id = made["voucherCreate"]["voucher"]["id"]
    say("voucher_limit", id=voucher_id, input=limits)
    say("voucher_limit_gone", id=voucher_id, input={"products": [GONE]})


def test_things_of_the_catalogue_are_named_and_found(sandbox, orders, discounts, only_orders):
    mug, kitchen = orders.thing("products", "Stoneware mug"), orders.thing("categories", "Kitchen")
    corner = orders.thing("collections", "Coffee corner")

    said = {"products": [mug, GONE], "collections": [corner], "categories": [kitchen]}
    named = replay(sandbox, "catalogue", only_orders, folder=OWN, **said)
    assert [edge["node"]["name"] for edge in named["products"]["edges"]] == ["Stoneware mug"]
    replay(sandbox, "catalogue_as_discounts_app", discounts, folder=OWN, products=[mug])
    found = sandbox.data(document("catalogue_search"), only_orders, text="coffee")
    assert [edge["node"]["name"] for edge in found["products"]["edges"]] == ["Coffee beans, 2 kg"]
    assert [edge["node"]["id"] for edge in found["collections"]["edges"]] == [corner]


def test_customers_are_found_by_their_ids(sandbox, only_orders):
    people = [
        sandbox.data(ME, sandbox.tokens(person)["token"])["me"]["id"] for person in SHOPPERS[:2]
    ]
    ids = [*people[::-1], global_id("User", 999_999), EURO]
    data = replay(sandbox, "customers", only_orders, folder=OWN, ids=ids)
    nodes = [edge["node"] for edge in data["customers"]["edges"]]
    assert [node["id"] for node in nodes] == people
    assert all(node["isConfirmed"] for node in nodes)


def test_customers_are_not_for_everybody(sandbox, discounts):
    answer = sandbox.answer(document("customers"), discounts, ids=[]).json()
    assert answer["data"] == {"customers": None}
    assert answer["errors"][0]["message"].endswith("permissions: MANAGE_ORDERS, MANAGE_USERS")


def test_orders_are_found_by_their_customers(sandbox, orders, only_orders):
    older, newer = orders.place(10), orders.place(10)
    orders.draft(10)
    owner = sandbox.data(ME, sandbox.shopper)["me"]["id"]
    ids = [owner, global_id("User", 999_999)]
    data = replay(sandbox, "orders_of_customers", only_orders, folder=OWN, ids=ids)
    assert [edge["node"]["id"] for edge in data["orders"]["edges"]][:2] == [newer, older]
    nobody = sandbox.data(document("orders_of_customers"), only_orders, ids=ids[1:])
    assert nobody["orders"]["edges"] == []


def test_orders_and_customers_are_walked_by_when_they_changed(sandbox, orders, only_orders):
    since = datetime.now(UTC).isoformat()
    first, second = orders.place(10), orders.place(10)
    orders.mark_as_paid(first)

    data = replay(sandbox, "orders_changed", only_orders, folder=OWN, since=since)

    assert [edge["node"]["id"] for edge in data["orders"]["edges"]] == [second, first]
    replay(sandbox, "customers_changed", only_orders, folder=OWN)
