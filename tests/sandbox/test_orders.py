"""An order goes through what a real Saleor's orders were seen to go through.

The numbers and events are those measured on Saleor 3.23, step by step.
"""

import pytest

DRAFTED = ["ADDED_PRODUCTS", "DRAFT_CREATED", "PLACED_FROM_DRAFT", "CONFIRMED"]


def test_marked_as_paid_leaves_its_own_event_and_a_refund_leaves_none(orders):
    order_id = orders.place(30)
    assert orders.standing(order_id) == ("UNFULFILLED", "NONE", False, 30, 0, 0)

    orders.mark_as_paid(order_id)
    assert orders.standing(order_id) == ("UNFULFILLED", "FULL", True, 30, 30, 0)

    [payment] = orders.sandbox.data(
        "query ($id: ID!) { order(id: $id) { transactions { id } } }",
        orders.sandbox.staff,
        id=order_id,
    )["order"]["transactions"]
    orders.report(payment["id"], "REFUND_SUCCESS", 30)
    assert orders.standing(order_id) == ("UNFULFILLED", "NONE", False, 30, 0, 30)
    assert orders.history(order_id) == [*DRAFTED, "ORDER_MARKED_AS_PAID"]


def test_charged_is_net_and_refunded_only_rises(orders):
    order_id = orders.place(60)
    payment = orders.pay(order_id, 30)
    seen = [orders.standing(order_id)[1:]]
    for type_, amount in (
        ("CHARGE_SUCCESS", 30),
        ("REFUND_SUCCESS", 10),
        ("CHARGE_SUCCESS", 10),
        ("CHARGE_BACK", 7),
        ("CHARGE_SUCCESS", 50),
        ("REFUND_SUCCESS", 103),
    ):
        orders.report(payment, type_, amount)
        seen.append(orders.standing(order_id)[1:])
    assert seen == [
        ("PARTIAL", False, 60, 30, 0),
        ("FULL", True, 60, 60, 0),
        ("PARTIAL", False, 60, 50, 10),
        ("FULL", True, 60, 60, 10),
        ("PARTIAL", False, 60, 53, 10),
        ("OVERCHARGED", True, 60, 103, 10),
        ("NONE", False, 60, 0, 113),
    ]
    orders.cancel(order_id)
    assert orders.standing(order_id) == ("CANCELED", "NONE", False, 60, 0, 113)
    assert orders.history(order_id) == [*DRAFTED, *["ORDER_FULLY_PAID"] * 3, "CANCELED"]


def test_a_request_to_refund_counts_until_it_fails(orders):
    order_id = orders.place(40)
    payment = orders.pay(order_id, 40)
    orders.report(payment, "REFUND_REQUEST", 15, "refund-1")
    assert orders.standing(order_id)[1:] == ("PARTIAL", False, 40, 25, 0)
    orders.report(payment, "REFUND_FAILURE", 15, "refund-1")
    assert orders.standing(order_id)[1:] == ("FULL", True, 40, 40, 0)
    assert orders.history(order_id) == [*DRAFTED, *["ORDER_FULLY_PAID"] * 2]


def test_a_failure_of_something_else_changes_nothing(orders):
    order_id = orders.place(40)
    payment = orders.pay(order_id, 40)
    orders.report(payment, "REFUND_REQUEST", 15, "refund-1")
    orders.report(payment, "REFUND_FAILURE", 15, "refund-2")
    assert orders.standing(order_id)[1:] == ("PARTIAL", False, 40, 25, 0)


def test_what_is_authorised_is_not_charged(orders):
    order_id = orders.place(40)
    payment = orders.pay(order_id, 40, kind="amountAuthorized")
    order = orders.get(order_id)
    assert (order["authorizeStatus"], order["chargeStatus"]) == ("FULL", "NONE")
    orders.report(payment, "CHARGE_SUCCESS", 40)
    assert orders.get(order_id)["chargeStatus"] == "FULL"


def test_t01_a_report_that_comes_twice_counts_once(orders):
    order_id = orders.place(40)
    payment = orders.pay(order_id, 10)
    assert orders.report(payment, "CHARGE_SUCCESS", 5, "charge-1") is False
    assert orders.report(payment, "CHARGE_SUCCESS", 5, "charge-1") is True
    assert orders.standing(order_id)[1:] == ("PARTIAL", False, 40, 15, 0)


def test_a_cent_short_is_not_full(orders):
    order_id = orders.place(40)
    orders.pay(order_id, 39.99)
    assert orders.standing(order_id)[1:3] == ("PARTIAL", False)


def test_a_draft_over_nothing_is_paid_and_yet_charged_none(orders):
    order_id = orders.place(0)
    assert orders.standing(order_id)[1:3] == ("NONE", True)
    orders.mark_as_paid(order_id)
    assert orders.standing(order_id)[1:3] == ("FULL", True)


def test_a_cart_over_nothing_is_fully_paid_when_placed(orders):
    _, code = orders.voucher("PERCENTAGE", 100)
    cart = orders.cart(("Gift card", 1), token=orders.sandbox.shopper)
    orders.use_code(cart, code)
    order_id = orders.complete(cart)["order"]["id"]
    assert orders.standing(order_id)[1:] == ("FULL", True, 0, 0, 0)
    assert orders.history(order_id) == ["PLACED", "ORDER_FULLY_PAID", "CONFIRMED"]


def test_t05_a_cancelled_order_that_is_paid_is_not_cancelled_any_more(orders):
    order_id = orders.place(20)
    orders.cancel(order_id)
    orders.pay(order_id, 20)
    assert orders.standing(order_id)[:2] == ("UNFULFILLED", "FULL")


@pytest.mark.parametrize("mutation", ["orderCancel", "orderMarkAsPaid", "draftOrderComplete"])
def test_a_shopper_does_not_do_what_staff_does(orders, mutation):
    document = f"mutation ($id: ID!) {{ {mutation}(id: $id) {{ errors {{ code }} }} }}"
    answer = orders.sandbox.answer(document, orders.sandbox.shopper, id=orders.place(10)).json()
    assert answer["errors"][0]["extensions"]["exception"]["code"] == "PermissionDenied"


def test_a_cancelled_order_cannot_be_cancelled(orders):
    order_id = orders.place(10)
    orders.cancel(order_id)
    answer = orders.sandbox.answer(
        "mutation ($id: ID!) { orderCancel(id: $id) { errors { field code message } } }",
        orders.sandbox.staff,
        id=order_id,
    ).json()
    assert answer["data"]["orderCancel"]["errors"] == [
        {
            "field": "order",
            "code": "CANNOT_CANCEL_ORDER",
            "message": "This order can't be canceled.",
        }
    ]
