"""Goods come back and refunds are granted, as a real Saleor's orders were seen to show it."""

import pytest

ORDER = """query ($id: ID!) { order(id: $id) {
  status totalCharged { amount } totalGrantedRefund { amount }
  lines { id }
  transactions { id }
  fulfillments { status totalRefundedAmount { amount } shippingRefundedAmount { amount }
    lines { quantity orderLine { id } } }
  grantedRefunds { status amount { amount } shippingCostsIncluded
    lines { quantity orderLine { id } } }
} }"""
RETURN = """mutation ($id: ID!, $lines: [OrderReturnLineInput!]!, $refund: Boolean) {
  orderFulfillmentReturnProducts(order: $id, input: { orderLines: $lines, refund: $refund }) {
    returnFulfillment { status } errors { field code }
  }
}"""
GRANT = """mutation ($id: ID!, $input: OrderGrantRefundCreateInput!) {
  orderGrantRefundCreate(id: $id, input: $input) { errors { field code } }
}"""


@pytest.fixture
def paid(orders) -> str:
    order_id = orders.place(30)
    orders.pay(order_id, 30)
    return order_id


def seen(orders, order_id: str) -> dict:
    return orders.sandbox.data(ORDER, orders.sandbox.staff, id=order_id)["order"]


def told(orders, mutation: str, **variables) -> list[dict]:
    """The errors that a mutation of staff answers."""
    (answer,) = (
        orders.sandbox.answer(mutation, orders.sandbox.staff, **variables).json()["data"].values()
    )
    return answer["errors"]


def take_back(orders, order_id: str, quantity: int, **more) -> list[dict]:
    lines = [{"orderLineId": seen(orders, order_id)["lines"][0]["id"], "quantity": quantity}]
    return told(orders, RETURN, id=order_id, lines=lines, **more)


def grant(orders, order_id: str, **named) -> list[dict]:
    given = {"transactionId": seen(orders, order_id)["transactions"][0]["id"], **named}
    return told(orders, GRANT, id=order_id, input=given)


def test_a_return_moves_pieces_and_no_money(orders, paid):
    assert take_back(orders, paid, 1) == []

    order = seen(orders, paid)
    (line,) = order["lines"]
    pieces = [{"quantity": 1, "orderLine": {"id": line["id"]}}]
    assert order["fulfillments"] == [
        {
            "status": "RETURNED",
            "totalRefundedAmount": None,
            "shippingRefundedAmount": None,
            "lines": pieces,
        }
    ]
    assert (order["status"], order["totalCharged"]["amount"]) == ("RETURNED", 30)


def test_no_more_can_come_back_than_was_bought(orders, paid):
    assert take_back(orders, paid, 2) == [{"field": "orderLineId", "code": "INVALID"}]
    assert seen(orders, paid)["fulfillments"] == []


def test_a_return_pays_nothing_back_where_payments_are_transactions(orders, paid):
    refused = [{"field": "order", "code": "CANNOT_REFUND"}]
    assert take_back(orders, paid, 1, refund=True) == refused


def test_a_granted_refund_is_of_what_it_names_and_moves_no_money(orders, paid):
    (line,) = seen(orders, paid)["lines"]
    assert grant(orders, paid, lines=[{"id": line["id"], "quantity": 1}]) == []

    order = seen(orders, paid)
    assert order["grantedRefunds"] == [
        {
            "status": "NONE",
            "amount": {"amount": 30},
            "shippingCostsIncluded": False,
            "lines": [{"quantity": 1, "orderLine": {"id": line["id"]}}],
        }
    ]
    assert (order["totalCharged"]["amount"], order["totalGrantedRefund"]["amount"]) == (30, 30)


def test_no_more_is_granted_than_was_charged(orders, paid):
    refused = [{"field": "amount", "code": "AMOUNT_GREATER_THAN_AVAILABLE"}]
    assert grant(orders, paid, amount=31) == refused
    assert grant(orders, paid) == [{"field": "amount", "code": "REQUIRED"}]
