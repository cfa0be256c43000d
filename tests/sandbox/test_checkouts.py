"""Carts, and what vouchers do to them."""

import concurrent.futures

from sandbox.shop.people import SHOPPERS

ADA = SHOPPERS[0].email


def test_goods_of_512_cost_9_90_to_send(orders):
    cart = orders.cart(("Espresso machine", 1), token=orders.sandbox.shopper)
    order = orders.get(orders.complete(cart)["order"]["id"])
    assert order["subtotal"]["gross"]["amount"] == 512.0
    assert order["shippingPrice"]["gross"]["amount"] == 9.9
    assert order["total"] == {
        "gross": {"amount": 521.9, "currency": "EUR"},
        "net": {"amount": 434.92},
    }
    assert order["user"] == {"email": ADA}
    assert (order["origin"], order["chargeStatus"]) == ("CHECKOUT", "NONE")


def test_a_voucher_lowers_the_lines_and_not_the_delivery(orders):
    _, code = orders.voucher("PERCENTAGE", 10)
    cart = orders.cart(
        ("Coffee beans, 2 kg", 1), ("Stoneware mug", 3), token=orders.sandbox.shopper
    )
    orders.use_code(cart, code)
    order = orders.get(orders.complete(cart)["order"]["id"])
    lines = [line["totalPrice"]["gross"]["amount"] for line in order["lines"]]
    assert lines == [54.0, 49.95]
    assert order["shippingPrice"]["gross"]["amount"] == 9.9
    assert order["total"]["gross"]["amount"] == 113.85
    assert order["undiscountedTotal"]["gross"]["amount"] == 125.4


def test_what_rounding_leaves_of_a_discount_is_taken_off_the_last_line(orders):
    _, code = orders.voucher("FIXED", 10)
    names = ("Desk lamp", "Coffee beans, 2 kg", "Stoneware mug")
    cart = orders.cart(*((name, 1) for name in names), token=orders.sandbox.shopper)
    orders.use_code(cart, code)
    order = orders.get(orders.complete(cart)["order"]["id"])
    lines = [line["totalPrice"]["gross"]["amount"] for line in order["lines"]]
    assert lines == [83.69, 56.42, 17.39]
    assert order["subtotal"]["gross"]["amount"] == 157.5


def test_a_fixed_discount_takes_no_more_than_there_is(orders):
    _, code = orders.voucher("FIXED", 500)
    cart = orders.cart(("Gift card", 1), token=orders.sandbox.shopper)
    checkout = orders.use_code(cart, code)["checkout"]
    assert checkout["totalPrice"]["gross"]["amount"] == 0
    assert checkout["discount"]["amount"] == 50


def test_the_minimum_is_asked_of_the_goods_before_discount_and_without_delivery(orders):
    _, code = orders.voucher("PERCENTAGE", 10, min_spent=60)
    _, dearer = orders.voucher("PERCENTAGE", 10, min_spent=60.01)
    cart = orders.cart(("Coffee beans, 2 kg", 1), token=orders.sandbox.shopper)
    assert orders.use_code(cart, dearer)["errors"][0]["code"] == "VOUCHER_NOT_APPLICABLE"
    assert orders.use_code(cart, code)["errors"] == []


BEANS, MUG, LAMP = "Coffee beans, 2 kg", "Stoneware mug", "Desk lamp"


def limited(orders, kind, value, *, once=False, **names):
    """The code of a voucher on things by their names."""
    limits = {key: [orders.thing(key, name) for name in given] for key, given in names.items()}
    given = {"type": "SPECIFIC_PRODUCT", "applyOncePerOrder": once, **limits}
    return orders.voucher(kind, value, **given)[1]


def taken_off(orders, code, *pieces):
    """What an order's lines are lowered by, and what the order says of it."""
    cart = orders.cart(*pieces, token=orders.sandbox.shopper)
    assert orders.use_code(cart, code)["errors"] == []
    order = orders.get(orders.complete(cart)["order"]["id"])
    assert order["discounts"] == []  # the lines tell of it
    return [
        sum(discount["total"]["amount"] for discount in line["discounts"])
        for line in order["lines"]
    ]


def test_a_limited_voucher_lowers_only_what_it_is_for(orders):
    pieces = ((BEANS, 2), (MUG, 1), (LAMP, 1))

    by_product = limited(orders, "PERCENTAGE", 10, products=[MUG])
    assert taken_off(orders, by_product, *pieces) == [0, 1.85, 0]
    by_category = limited(orders, "PERCENTAGE", 10, categories=["Kitchen"])
    assert taken_off(orders, by_category, *pieces) == [12, 1.85, 0]
    by_any = limited(
        orders, "PERCENTAGE", 10, products=[LAMP, BEANS], collections=["Coffee corner"]
    )
    assert taken_off(orders, by_any, *pieces) == [12, 1.85, 8.9]


def test_an_amount_comes_off_each_piece_or_once_off_the_cheapest(orders):
    pieces = ((BEANS, 2), (MUG, 3), (LAMP, 1))

    each = limited(orders, "FIXED", 5, categories=["Kitchen"])
    assert taken_off(orders, each, *pieces) == [10, 15, 0]
    once = limited(orders, "FIXED", 5, once=True, categories=["Kitchen"])
    assert taken_off(orders, once, *pieces) == [0, 5, 0]
    more_than_it_costs = limited(orders, "FIXED", 50, once=True, categories=["Kitchen"])
    assert taken_off(orders, more_than_it_costs, *pieces) == [0, 18.5, 0]


def test_a_limited_voucher_is_not_for_a_cart_of_other_things(orders):
    code = limited(orders, "PERCENTAGE", 10, products=[MUG])
    cart = orders.cart((LAMP, 1), token=orders.sandbox.shopper)
    assert orders.use_code(cart, code)["errors"][0]["code"] == "VOUCHER_NOT_APPLICABLE"


def test_without_a_listing_in_the_channel_a_code_is_unknown_there(orders):
    voucher_id, code = orders.voucher("PERCENTAGE", 10)
    orders.sandbox.data(
        """mutation ($id: ID!, $channels: [ID!]) {
          voucherChannelListingUpdate(id: $id, input: { removeChannels: $channels }) {
            errors { code }
          }
        }""",
        orders.sandbox.staff,
        id=voucher_id,
        channels=["Q2hhbm5lbDox"],
    )
    cart = orders.cart(("Gift card", 1), token=orders.sandbox.shopper)
    assert orders.use_code(cart, code)["errors"][0]["code"] == "INVALID"


def test_t10_two_orders_at_once_do_not_share_a_code(orders):
    _, code = orders.voucher("PERCENTAGE", 10)
    carts = [orders.cart(("Gift card", 1), token=orders.sandbox.shopper) for _ in range(4)]
    for cart in carts:
        assert orders.use_code(cart, code)["errors"] == []
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(orders.complete, carts))
    assert sum(outcome["order"] is not None for outcome in outcomes) == 1
    refused = {error["code"] for outcome in outcomes for error in outcome["errors"]}
    assert refused == {"VOUCHER_NOT_APPLICABLE"}


def test_orders_placed_at_once_have_numbers_of_their_own(orders):
    carts = [orders.cart(("Gift card", 1), token=orders.sandbox.shopper) for _ in range(4)]
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        placed = [outcome["order"]["id"] for outcome in pool.map(orders.complete, carts)]
    numbers = {
        orders.sandbox.data("query ($id: ID) { order(id: $id) { number } }", id=order_id)["order"][
            "number"
        ]
        for order_id in placed
    }
    assert len(numbers) == 4


def test_t23_a_guests_order_is_nobodys_and_a_known_email_makes_it_the_customers(orders):
    guest = orders.complete(orders.cart(("Gift card", 1), email="guest@example.com"))
    typed = orders.complete(orders.cart(("Gift card", 1), email=ADA))
    assert orders.get(guest["order"]["id"])["user"] is None
    assert orders.get(typed["order"]["id"])["user"] == {"email": ADA}


def test_goods_are_not_sent_without_a_way_of_delivery(orders):
    created = orders.sandbox.data(
        """mutation ($input: CheckoutCreateInput!) {
          checkoutCreate(input: $input) { checkout { id } errors { code } }
        }""",
        orders.sandbox.shopper,
        input={
            "channel": "default-channel",
            "lines": [{"variantId": orders.variant("Stoneware mug"), "quantity": 1}],
        },
    )
    outcome = orders.complete(created["checkoutCreate"]["checkout"]["id"])
    assert [error["code"] for error in outcome["errors"]] == ["SHIPPING_METHOD_NOT_SET"]
