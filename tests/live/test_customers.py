"""Customers whom staff set inactive, through every door: nothing new until active again."""

from threading import Event

import pytest

from sandbox.graphql_client import Refused, ask
from sandbox.waiting import look_until
from tests.live.doors import Customer, Door

pytestmark = pytest.mark.timeout(1200)  # the first to ask for a door waits until it is built

SET_ACTIVE = """mutation SetActive($id: ID!, $active: Boolean!) {
  customerUpdate(id: $id, input: { isActive: $active }) {
    user { isActive } errors { field message code }
  }
}"""
MEMBER = "query Member($id: ID!) { loyaltyMember(customerId: $id) { balance } }"
GIFT = """mutation Gift($id: ID!) {
  loyaltyPointsGift(customerId: $id, points: 10, reason: "Hello") { errors { message code } }
}"""


def test_who_is_inactive_in_the_shop_earns_nothing_until_active_again(door: Door) -> None:
    customer = door.new_customer()
    first = door.paid_order(customer, "100.00")
    assert stands_at(door, customer, 1000)
    set_active(door, customer, False)

    door.paid_order(customer, "50.00")
    door.shop.refund(first, door.shop.order(first)["totalCharged"]["amount"] / 4)
    assert stands_at(door, customer, 750)  # what is taken back is taken back all the same
    with pytest.raises(Refused, match="inactive in the shop and takes no points"):
        ask(door.loyalty_url, GIFT, {"id": customer.id}, token=door.staff_token)

    set_active(door, customer, True)
    assert stands_at(door, customer, 1250)


def set_active(door: Door, customer: Customer, active: bool) -> None:
    variables = {"id": customer.id, "active": active}
    answer = ask(door.shop.api_url, SET_ACTIVE, variables, token=door.shop.staff_token)
    assert answer == {"user": {"isActive": active}, "errors": []}


def stands_at(door: Door, customer: Customer, points: int) -> bool:
    """Whether the member has so many points, or comes to have them within 30 seconds."""

    def look() -> int:
        member = ask(door.loyalty_url, MEMBER, {"id": customer.id}, token=door.staff_token)
        return member["balance"] if member else 0

    return look_until(lambda balance: balance == points, look, stop=Event()) == points
