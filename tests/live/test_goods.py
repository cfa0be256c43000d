"""Points follow the goods, in every door: what came back earns nothing, whatever the money did."""

from decimal import Decimal
from functools import partial
from typing import Any
from uuid import uuid4

import pytest

from sandbox.graphql_client import ask
from sandbox.shop_api import ADDRESS, DRAFT, PLACE
from tests.live.doors import Customer, Door
from tests.live.test_contract import bought, goods, wait_for

pytestmark = pytest.mark.timeout(1200)  # the first to ask for a door waits until it is built

ORDER = """query Order($id: ID!) { order(id: $id) {
  total { gross { amount currency } }
  shippingPrice { gross { amount } }
  lines { id quantity productName totalPrice { gross { amount } } unitPrice { gross { amount } } }
  transactions { id }
} }"""
RETURN = """mutation Return($id: ID!, $lines: [OrderReturnLineInput!]!) {
  orderFulfillmentReturnProducts(order: $id, input: { orderLines: $lines }) {
    returnFulfillment { status } errors { field code message }
  }
}"""
GRANT = """mutation Grant($id: ID!, $input: OrderGrantRefundCreateInput!) {
  orderGrantRefundCreate(id: $id, input: $input) {
    grantedRefund { id } errors { field code message }
  }
}"""
CHARGE = """mutation Charge($id: ID!, $transaction: TransactionCreateInput!) {
  transactionCreate(id: $id, transaction: $transaction) { errors { field code message } }
}"""
GIFT_CARD = """mutation GiftCard($input: GiftCardCreateInput!) { giftCardCreate(input: $input) {
  giftCard { id } errors { field code message } } }"""
NO_REASONS = "mutation NoReasons { refundReasonReferenceClear { errors { field message code } } }"
HISTORY = "{ loyalty { entries(first: 1) { edges { node { explanation } } } } }"


@pytest.fixture(autouse=True)
def _a_refund_needs_no_reason(door: Door) -> None:
    """Saleor's sample data asks staff for one out of a list."""
    if door.name != "sandbox":
        staff(door, NO_REASONS)


def staff(door: Door, document: str, **variables: Any) -> Any:
    return ask(door.shop.api_url, document, variables, token=door.shop.staff_token)


def order_of(door: Door, customer: Customer, *lines: tuple[int, str]) -> dict[str, Any]:
    """An order of some products, paid in full by a card: for each, how many and at what price."""
    channel = next(c for c in door.shop.channels() if c["slug"] == "default-channel")
    variants = sorted(door.shop.variants(channel["slug"]), key=lambda variant: variant.is_shipped)
    draft = {
        "channelId": channel["id"],
        "user": customer.id,
        "lines": [
            {"variantId": variant.id, "quantity": quantity, "price": price}
            for variant, (quantity, price) in zip(variants, lines, strict=False)
        ],
        "billingAddress": ADDRESS,
        "shippingAddress": ADDRESS,
    }
    key = staff(door, DRAFT, input=draft)["order"]["id"]
    staff(door, PLACE, id=key)
    total = seen(door, key)["total"]["gross"]
    charged = {"amount": str(total["amount"]), "currency": total["currency"]}
    staff(door, CHARGE, id=key, transaction={"name": "Card", "amountCharged": charged})
    return seen(door, key)


def seen(door: Door, key: str) -> dict[str, Any]:
    return {"id": key, **staff(door, ORDER, id=key)}


def take_back(door: Door, order: dict[str, Any], *pieces: int) -> None:
    """So many pieces of each line come back; no money moves."""
    lines = [
        {"orderLineId": line["id"], "quantity": quantity}
        for line, quantity in zip(order["lines"], pieces, strict=False)
        if quantity
    ]
    staff(door, RETURN, id=order["id"], lines=lines)


def refund(door: Door, order: dict[str, Any], amount: Decimal, **named: Any) -> None:
    """Granted by staff, with what it names, and paid back by the card."""
    transaction = order["transactions"][0]["id"]
    staff(door, GRANT, id=order["id"], input={"transactionId": transaction, **named})
    door.shop.refund(order["id"], amount)


def comes_to(door: Door, customer: Customer, balance: int) -> int:
    """The balance once it is as it should be, or as it is after 30 seconds."""
    has = partial(lambda points, loyalty: loyalty["balance"] == points, balance)
    found: int = wait_for(door, customer, has)["balance"]
    return found


def test_t40_a_piece_returned_without_refund_earns_nothing(door: Door) -> None:
    customer = door.new_customer()
    order = order_of(door, customer, (2, "36"), (1, "8"))
    assert comes_to(door, customer, 800) == 800

    take_back(door, order, 1, 0)

    assert comes_to(door, customer, 440) == 440
    (newest,) = ask(door.loyalty_url, HISTORY, token=customer.token)["entries"]["edges"]
    named = f"1 × {order['lines'][0]['productName']} returned: EUR 44.00 of goods"
    assert newest["node"]["explanation"].replace("USD", "EUR").startswith(named)

    take_back(door, order, 1, 1)
    assert comes_to(door, customer, 0) == 0


def test_t41_a_refund_of_a_line_takes_its_points_alone(door: Door) -> None:
    customer = door.new_customer()
    order = order_of(door, customer, (1, "80"), (1, "20"))
    assert comes_to(door, customer, 1000) == 1000

    refund(door, order, Decimal(20), lines=[{"id": order["lines"][1]["id"], "quantity": 1}])

    assert comes_to(door, customer, 800) == 800


def test_t41_a_refund_of_shipping_takes_no_points_and_shipping_kept_keeps_none(door: Door) -> None:
    customer = door.new_customer()
    key = bought(door, customer, *(variant for *_, variant in list(goods(door))[:2]))
    order = seen(door, key)
    shipping = order["shippingPrice"]["gross"]["amount"]
    assert shipping > 0
    first, second = (line["totalPrice"]["gross"]["amount"] for line in order["lines"])
    earned = int((first + second) * 10)
    assert comes_to(door, customer, earned % 5000) == earned % 5000

    refund(door, order, shipping, grantRefundForShipping=True)
    take_back(door, order, 0, 2)  # so that there is something to wait for

    left = int(first * 10)
    balance = left % 5000
    assert comes_to(door, customer, balance) == balance

    take_back(door, order, 2, 0)
    assert comes_to(door, customer, 0) == 0


def test_t40_all_goods_returned_earn_nothing_though_shipping_was_kept(door: Door) -> None:
    customer = door.new_customer()
    key = bought(door, customer, next(goods(door))[-1])
    order = seen(door, key)
    goods_price = order["lines"][0]["totalPrice"]["gross"]["amount"]
    earned = int(goods_price * 10) % 5000
    assert comes_to(door, customer, earned) == earned

    take_back(door, order, 2)
    door.shop.refund(key, goods_price)

    assert comes_to(door, customer, 0) == 0


@pytest.mark.parametrize("named", [True, False], ids=["named", "returned"])
def test_t39_a_line_refunded_while_a_gift_card_paid_the_rest_leaves_the_others(
    door: Door, named: bool
) -> None:
    if door.name == "sandbox":
        pytest.skip("the sandbox's shop takes no gift cards")
    customer = door.new_customer()
    (*_, one), (*_, other) = list(goods(door))[:2]
    code = f"GIFT-{uuid4().hex[:11].upper()}"
    card = {"balance": {"amount": 10, "currency": "USD"}, "code": code, "isActive": True}
    staff(door, GIFT_CARD, input={**card, "addTags": []})
    key = bought(door, customer, one, other, code=code)
    order = seen(door, key)
    first, second = (line["totalPrice"]["gross"]["amount"] for line in order["lines"])
    whole = first + second + order["shippingPrice"]["gross"]["amount"]
    assert order["total"]["gross"]["amount"] == whole - 10  # the card lowers the total
    earned = int((first + second) * 10) % 5000
    assert comes_to(door, customer, earned) == earned

    if named:
        refund(door, order, second, lines=[{"id": order["lines"][1]["id"], "quantity": 2}])
    else:
        take_back(door, order, 0, 2)
        door.shop.refund(key, second)

    left = int(first * 10) % 5000
    assert comes_to(door, customer, left) == left
