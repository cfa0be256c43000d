"""What the contract promises, asked of every door: sandbox, app beside Saleor, plugin inside."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from threading import Event
from typing import Any

import pytest

from sandbox.graphql_client import Refused, ask
from sandbox.shop_api import ADDRESS, CHECKOUT, DELIVERY
from sandbox.waiting import look_until
from tests.live.doors import Customer, Door

pytestmark = pytest.mark.timeout(1200)  # the first to ask for a door waits until it is built

MINE = """{ loyalty {
  customerId email status balance lifetimePoints pointsToNextReward
  expiresAt expiringPoints joinedAt
  entries(first: 10) { totalCount pageInfo { hasNextPage } edges { cursor node {
    kind points balanceAfter orderId orderNumber explanation } } }
  coupons(first: 10) { edges { node { code status rewardName discountType
    terms { channel currency discountValue minSpent } } } }
} }"""
MEMBER = "query Member($id: ID!) { loyaltyMember(customerId: $id) { balance debt } }"
MEMBERS = """query Members($search: String!) {
  loyaltyMembers(first: 5, filter: { search: $search }) { totalCount edges { node { customerId } } }
}"""
GIFT = """mutation Gift($id: ID!, $points: Int!, $key: String) {
  loyaltyPointsGift(customerId: $id, points: $points, reason: "Hello", idempotencyKey: $key) {
    entry { id points actor } member { balance } errors { field message code }
  }
}"""
ENTITIES = """query Entities($of: [_Any!]!) { _entities(representations: $of) {
  ... on User { id loyalty { balance } }
  ... on Order { id loyalty { points member { customerId } } }
} }"""
SERVICE = "{ _service { sdl } }"
PROGRAM = """{ loyaltyProgram { name isActive threshold discountType basis expiryPolicy timeZone
  channels { channel currency pointsPerUnit discountValue minSpent } } }"""

RULES = """mutation Rules($input: LoyaltyProgramInput!) {
  loyaltyProgramUpdate(input: $input) {
    program { limitedTo { products } } errors { field message code }
  }
}"""
COUPONS = """{ loyalty { coupons(first: 5) { edges { node {
  code rewardName limitedTo { products collections categories } } } } } }"""
GOODS = """query Goods($channel: String!) { products(first: 100, channel: $channel) { edges { node {
  id name productType { kind } variants { id pricing { price { gross { amount } } } } } } } }"""
TOTAL = "query Total($id: ID!) { checkout(id: $id) { totalPrice { gross { amount currency } } } }"
LINES = """query Lines($id: ID!) { order(id: $id) { lines {
  variant { product { id } }
  undiscountedTotalPrice { gross { amount } } totalPrice { gross { amount } } } } }"""
VOUCHERS = """query Vouchers($code: String!) {
  vouchers(first: 5, filter: { search: $code }) { edges { node { name } } } }"""


@pytest.fixture(scope="module")
def shopper(door: Door) -> Customer:
    """Somebody who paid 512.00 for goods, and has the points and the coupon for it."""
    customer = door.new_customer()
    door.paid_order(customer, "512.00")
    wait_for(door, customer, lambda loyalty: loyalty["coupons"] == ["ACTIVE"])
    return customer


def wait_for(door: Door, customer: Customer, good: Any) -> dict[str, Any]:
    """What the customer sees once it is as it should be, or when 30 seconds are over."""

    def look() -> dict[str, Any]:
        seen = door.loyalty.loyalty(customer.token)
        return {**seen, "coupons": [coupon["status"] for coupon in seen["coupons"]]}

    return look_until(good, look, stop=Event())


def refusal(door: Door, document: str, token: str | None, **variables: Any) -> str:
    with pytest.raises(Refused) as refused:
        ask(door.loyalty_url, document, variables, token=token)
    code: str = refused.value.errors[0]["extensions"]["exception"]["code"]
    return code


def test_a_paid_order_brings_points_and_a_coupon(door: Door, shopper: Customer) -> None:
    mine = ask(door.loyalty_url, MINE, token=shopper.token)

    entries = [edge["node"] for edge in mine["entries"]["edges"]]
    (coupon,) = [edge["node"] for edge in mine["coupons"]["edges"]]
    assert (mine["customerId"], mine["email"]) == (shopper.id, shopper.email)
    assert (mine["balance"], mine["lifetimePoints"]) == (120, 5120)
    assert mine["pointsToNextReward"] == 4880
    assert [(entry["kind"], entry["points"]) for entry in entries] == [
        ("REWARD", -5000),
        ("ORDER", 5120),
    ]
    assert entries[1]["orderNumber"]
    assert "512.00" in entries[1]["explanation"]
    assert (coupon["status"], coupon["discountType"]) == ("ACTIVE", "PERCENTAGE")
    assert len(coupon["code"]) >= 16


def test_what_is_given_back_is_taken_back(door: Door) -> None:
    customer = door.new_customer()
    order = door.paid_order(customer, "100.00")
    wait_for(door, customer, lambda loyalty: loyalty["balance"] == 1000)

    door.shop.refund(order, door.shop.order(order)["totalCharged"]["amount"] / 4)

    assert wait_for(door, customer, lambda loyalty: loyalty["balance"] == 750)["balance"] == 750


def test_anyone_may_read_the_programme(door: Door) -> None:
    program = ask(door.loyalty_url, PROGRAM)

    terms = {terms["channel"]: terms for terms in program["channels"]}
    assert (program["isActive"], program["threshold"]) == (True, 5000)
    assert terms["default-channel"]["pointsPerUnit"] == 10


def test_t37_a_customer_sees_their_own_and_no_more(door: Door, shopper: Customer) -> None:
    stranger = door.new_customer()

    assert refusal(door, MEMBER, stranger.token, id=shopper.id) == "PermissionDenied"
    assert refusal(door, MEMBERS, stranger.token, search="live-") == "PermissionDenied"
    assert refusal(door, GIFT, stranger.token, id=stranger.id, points=1) == "PermissionDenied"
    assert refusal(door, "{ loyalty { debt } }", shopper.token) == "PermissionDenied"
    assert ask(door.loyalty_url, "{ loyalty { balance } }", token=stranger.token) is None


def test_t37_nobody_in_particular_sees_no_member(door: Door, shopper: Customer) -> None:
    assert refusal(door, MEMBER, None, id=shopper.id) == "PermissionDenied"
    assert refusal(door, "{ loyalty { balance } }", None) == "PermissionDenied"


def test_t30_a_gift_is_given_once_per_key(door: Door) -> None:
    customer = door.new_customer()
    gift = {"id": customer.id, "points": 40, "key": f"gift-{customer.id}"}

    first = ask(door.loyalty_url, GIFT, gift, token=door.staff_token)
    second = ask(door.loyalty_url, GIFT, gift, token=door.staff_token)

    assert first["entry"]["id"] == second["entry"]["id"]
    assert second["member"]["balance"] == 40
    assert second["entry"]["actor"]


def test_bad_input_is_an_error_beside_the_data(door: Door) -> None:
    customer = door.new_customer()

    with pytest.raises(Refused) as refused:
        ask(door.loyalty_url, GIFT, {"id": customer.id, "points": -1}, token=door.staff_token)

    assert [(error["field"], error["code"]) for error in refused.value.errors] == [
        ("points", "OUT_OF_RANGE")
    ]


def test_staff_find_a_member(door: Door, shopper: Customer) -> None:
    found = ask(door.loyalty_url, MEMBERS, {"search": shopper.email}, token=door.staff_token)

    assert [edge["node"]["customerId"] for edge in found["edges"]] == [shopper.id]


def test_customers_and_orders_carry_their_points(door: Door, shopper: Customer) -> None:
    order = door.paid_order(shopper, "10.00")
    wait_for(door, shopper, lambda loyalty: loyalty["balance"] == 220)
    of = [{"__typename": "User", "id": shopper.id}, {"__typename": "Order", "id": order}]

    user, found = ask(door.loyalty_url, ENTITIES, {"of": of}, token=door.staff_token)

    assert user["loyalty"] == {"balance": 220}
    assert found["loyalty"] == {"points": 100, "member": {"customerId": shopper.id}}


def test_the_schema_is_a_subgraph(door: Door) -> None:
    sdl = ask(door.loyalty_url, SERVICE)["sdl"]

    assert "type LoyaltyMember" in sdl
    assert re.search(r"type User .*@key\(fields: \"id\"\)", sdl)


@contextmanager
def limited(door: Door, *products: str) -> Iterator[None]:
    """New coupons are for these products alone, and for orders of any amount."""

    def change(min_spent: str | None, products: tuple[str, ...]) -> None:
        terms = {"pointsPerUnit": "10", "discountValue": "10", "minSpent": min_spent}
        channels = [{"channel": channel["slug"], **terms} for channel in door.shop.channels()]
        rules = {"channels": channels, "limitedTo": {"products": products}}
        ask(door.loyalty_url, RULES, {"input": rules}, token=door.staff_token)

    change(None, products)
    try:
        yield
    finally:
        change("100", ())


def goods(door: Door) -> Iterator[tuple[str, str, str]]:
    """Products that anybody may buy, by id and name, each with one of its variants."""
    found = ask(door.shop.api_url, GOODS, {"channel": "default-channel"})
    for product in (edge["node"] for edge in found["edges"]):
        priced = [v for v in product["variants"] if v["pricing"] and v["pricing"]["price"]]
        if product["productType"]["kind"] == "NORMAL" and priced:
            yield product["id"], product["name"], priced[0]["id"]


def bought(door: Door, customer: Customer, *variants: str, code: str | None = None) -> str:
    """An order of two of each, paid, with a code if there is one; its id."""
    basket = {
        "channel": "default-channel",
        "email": customer.email,
        "lines": [{"variantId": variant, "quantity": 2} for variant in variants],
        "billingAddress": ADDRESS,
        "shippingAddress": ADDRESS,
    }
    url, token = door.shop.api_url, customer.token
    checkout = ask(url, CHECKOUT, {"input": basket}, token=token)["checkout"]
    methods = [each for each in checkout["shippingMethods"] if each["active"]]
    for method in sorted(methods, key=lambda each: each["price"]["amount"])[-1:]:
        ask(url, DELIVERY, {"id": checkout["id"], "method": method["id"]}, token=token)
    if code:
        door.shop.add_code(token, checkout["id"], code)
    total = ask(url, TOTAL, {"id": checkout["id"]}, token=token)["totalPrice"]["gross"]
    return door.shop.pay(token, checkout["id"], total)


def test_a_limited_coupon_takes_off_its_products_alone_and_is_seen_used(door: Door) -> None:
    (one, product, variant), (_other, _name, another) = list(goods(door))[:2]
    customer = door.new_customer()
    with limited(door, one):
        door.paid_order(customer, "512.00")
        wait_for(door, customer, lambda loyalty: loyalty["coupons"] == ["ACTIVE"])

    mine = ask(door.loyalty_url, COUPONS, token=customer.token)["coupons"]["edges"]
    (coupon,) = [edge["node"] for edge in mine]
    assert coupon["limitedTo"] == {"products": [one], "collections": [], "categories": []}
    assert coupon["rewardName"] == f"10% off {product}"
    found = ask(door.shop.api_url, VOUCHERS, {"code": coupon["code"]}, token=door.shop.staff_token)
    (name,) = [edge["node"]["name"] for edge in found["edges"]]
    assert name == f"10% off {product} \N{MIDDLE DOT} {coupon['code']}"

    order = bought(door, customer, variant, another, code=coupon["code"])

    for line in ask(door.shop.api_url, LINES, {"id": order}, token=door.shop.staff_token)["lines"]:
        before = line["undiscountedTotalPrice"]["gross"]["amount"]
        taken_off = before - line["totalPrice"]["gross"]["amount"]
        is_limited_to = line["variant"]["product"]["id"] == one
        assert abs(taken_off - before / 10 * is_limited_to) <= Decimal("0.02"), line
    # What was bought may have brought new ones.
    seen = wait_for(door, customer, lambda loyalty: "USED" in loyalty["coupons"])
    assert seen["coupons"].count("USED") == 1


def test_what_the_shop_does_not_sell_is_no_limit(door: Door) -> None:
    unknown = {"limitedTo": {"products": ["UHJvZHVjdDo5OTk5OTk="]}}

    with pytest.raises(Refused) as refused:
        ask(door.loyalty_url, RULES, {"input": unknown}, token=door.staff_token)

    assert [(error["field"], error["code"]) for error in refused.value.errors] == [
        ("limitedTo", "NOT_FOUND")
    ]
