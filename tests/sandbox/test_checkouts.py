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
