"""What staff do to a coupon's voucher in the shop, seen by its owner, at every door."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Any

import pytest

from sandbox.graphql_client import ask
from sandbox.waiting import look_until
from tests.live.doors import Customer, Door

pytestmark = pytest.mark.timeout(1200)

COUPON = """{ loyalty { balance coupons(first: 1) { edges { node {
  status code expiresAt discountType terms { channel discountValue minSpent } } } } } }"""
FIND = """query Find($code: String!) { vouchers(first: 2, filter: { search: $code }) {
  edges { node { id channelListings { channel { id slug } } } } } }"""
DELETE = "mutation Delete($id: ID!) { voucherDelete(id: $id) { errors { field message code } } }"
UPDATE = """mutation Update($id: ID!, $input: VoucherInput!) {
  voucherUpdate(id: $id, input: $input) { errors { field message code } } }"""
LIST = """mutation List($id: ID!, $input: VoucherChannelListingInput!) {
  voucherChannelListingUpdate(id: $id, input: $input) { errors { field message code } } }"""


def coupon_of(door: Door, customer: Customer, good: Callable[[dict[str, Any]], object]) -> Any:
    """The customer's newest coupon, and their balance, once it is as it should be."""

    def look() -> dict[str, Any]:
        loyalty = ask(door.loyalty_url, COUPON, token=customer.token)
        edges = loyalty["coupons"]["edges"] if loyalty else []
        return {**edges[0]["node"], "balance": loyalty["balance"]} if edges else {"status": None}

    return look_until(good, look, stop=Event(), seconds=180)


@pytest.fixture
def shopper(door: Door) -> Customer:
    customer = door.new_customer()
    door.paid_order(customer, "512.00")
    return customer


@pytest.fixture
def voucher(door: Door, shopper: Customer) -> dict[str, Any]:
    """The voucher of the shopper's coupon."""
    coupon = coupon_of(door, shopper, lambda coupon: coupon["status"] == "ACTIVE")
    (edge,) = staff(door, FIND, code=coupon["code"])["edges"]
    found: dict[str, Any] = edge["node"]
    return found


def staff(door: Door, document: str, **variables: Any) -> Any:
    answer = ask(door.shop.api_url, document, variables, token=door.shop.staff_token)
    assert not answer.get("errors")
    return answer


def test_t45_a_voucher_deleted_by_staff_takes_the_coupon_along_and_the_points_come_back(
    door: Door, shopper: Customer, voucher: dict[str, Any]
) -> None:
    staff(door, DELETE, id=voucher["id"])
    door.walk()

    coupon = coupon_of(door, shopper, lambda coupon: coupon["status"] == "WITHDRAWN")
    assert (coupon["status"], coupon["balance"]) == ("WITHDRAWN", 5120)


def test_t45_a_voucher_ended_by_staff_ends_the_coupon(
    door: Door, shopper: Customer, voucher: dict[str, Any]
) -> None:
    now = datetime.now(UTC)
    begun, ended = now - timedelta(days=2), now - timedelta(minutes=1)
    dates = {"startDate": begun.isoformat(), "endDate": ended.isoformat()}
    staff(door, UPDATE, id=voucher["id"], input=dates)
    door.walk()

    coupon = coupon_of(door, shopper, lambda coupon: coupon["status"] == "EXPIRED")
    assert (coupon["status"], coupon["balance"]) == ("EXPIRED", 120)


def test_t45_a_voucher_changed_by_staff_changes_what_the_coupon_says(
    door: Door, shopper: Customer, voucher: dict[str, Any]
) -> None:
    listing, *others = voucher["channelListings"]
    given = {
        "addChannels": [
            {"channelId": listing["channel"]["id"], "discountValue": 25, "minAmountSpent": 40}
        ],
        "removeChannels": [other["channel"]["id"] for other in others],
    }
    staff(door, LIST, id=voucher["id"], input=given)
    door.walk()

    coupon = coupon_of(door, shopper, lambda coupon: len(coupon["terms"]) == 1)
    (terms,) = coupon["terms"]
    assert terms["channel"] == listing["channel"]["slug"]
    assert (float(terms["discountValue"]), float(terms["minSpent"])) == (25, 40)
    assert coupon["status"] == "ACTIVE"


def test_a_coupon_rests_while_its_voucher_is_listed_nowhere(
    door: Door, shopper: Customer, voucher: dict[str, Any]
) -> None:
    channels = [listing["channel"]["id"] for listing in voucher["channelListings"]]
    staff(door, LIST, id=voucher["id"], input={"removeChannels": channels})
    door.walk()

    coupon = coupon_of(door, shopper, lambda coupon: coupon["status"] == "PENDING")
    assert (coupon["status"], coupon["code"]) == ("PENDING", None)
