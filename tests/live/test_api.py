"""Where the API meets the platform: other apps' tokens, joining, names that Saleor knows."""

from threading import Event
from uuid import uuid4

import httpx
import pytest

from sandbox.graphql_client import Refused, ask
from sandbox.waiting import look_until
from tests.live.doors import Customer, Door
from tests.live.test_contract import GIFT, MEMBERS, wait_for

pytestmark = pytest.mark.timeout(1200)

BALANCE = "{ loyalty { balance } }"
JOIN = "mutation { loyaltyJoin { member { balance } errors { field message code } } }"
OTHER_APP = """mutation Other($name: String!) {
  appCreate(input: { name: $name, permissions: [MANAGE_USERS] }) {
    authToken app { id } errors { field message code }
  }
}"""
OFF = "mutation Off($id: ID!) { appDeactivate(id: $id) { errors { field message code } } }"
CALL = """mutation Call($id: ID!, $name: String!) {
  customerUpdate(id: $id, input: { lastName: $name }) { errors { field message code } }
}"""
COUPONS = "{ loyalty { coupons(first: 5) { edges { node { id code status } } } } }"
WITHDRAW = """mutation Withdraw($id: ID!) {
  loyaltyCouponWithdraw(id: $id, reason: "Sold on", returnPoints: false) {
    coupon { status withdrawalReason } member { balance } errors { field message code }
  }
}"""
RESEND = """mutation Resend($id: ID!) {
  loyaltyCouponResend(id: $id) { coupon { code } errors { field message code } }
}"""


def search(door: Door, text: str, token: str | None = None) -> list[str]:
    found = ask(door.loyalty_url, MEMBERS, {"search": text}, token=token or door.staff_token)
    return [edge["node"]["customerId"] for edge in found["edges"]]


def resent(door: Door, coupon_id: str) -> bool:
    """False while its email is still on its way."""
    try:
        ask(door.loyalty_url, RESEND, {"id": coupon_id}, token=door.staff_token)
    except Refused:
        return False
    return True


@pytest.fixture
def member(door: Door) -> Customer:
    customer = door.new_customer()
    ask(door.loyalty_url, JOIN, token=customer.token)
    return customer


def test_a_customer_joins_and_looking_before_joins_nobody(door: Door) -> None:
    customer = door.new_customer()

    assert ask(door.loyalty_url, BALANCE, token=customer.token) is None
    assert ask(door.loyalty_url, BALANCE, token=customer.token) is None
    assert ask(door.loyalty_url, JOIN, token=customer.token)["member"] == {"balance": 0}
    assert ask(door.loyalty_url, BALANCE, token=customer.token) == {"balance": 0}


def test_another_app_of_the_shop_may_what_saleor_lets_it(door: Door, member: Customer) -> None:
    if door.live is None:
        pytest.skip("the sandbox makes no apps that have no manifest")
    made = ask(door.shop.api_url, OTHER_APP, {"name": "Till"}, token=door.shop.staff_token)
    token = made["authToken"]

    assert search(door, member.email, token) == [member.id]
    gift = ask(door.loyalty_url, GIFT, {"id": member.id, "points": 5}, token=token)
    assert gift["entry"]["actor"] == "Till"
    with pytest.raises(Refused, match="MANAGE_SETTINGS"):
        ask(door.loyalty_url, "{ loyaltyMessages { kind } }", token=token)
    with pytest.raises(Refused):
        search(door, member.email, token[::-1])
    ask(door.shop.api_url, OFF, {"id": made["app"]["id"]}, token=door.shop.staff_token)

    def refused() -> bool:
        try:
            search(door, member.email, token)
        except Refused:
            return True
        return False

    assert look_until(bool, refused, stop=Event(), seconds=90)


def test_staff_who_send_their_own_token_to_the_app_learn_which_one_to_send(door: Door) -> None:
    if door.name == "plugin":
        pytest.skip("inside Saleor it is the right one")
    response = httpx.post(
        door.loyalty_url,
        json={"query": "{ loyaltyMembers { totalCount } }"},
        headers={"Authorization": f"Bearer {door.shop.staff_token}"},
    ).json()
    (error,) = response["errors"]

    assert "accessToken" in error["message"]
    query = error["message"].split("makes you for this app, ")[1].split(", or an app")[0]
    right = ask(door.shop.api_url, query, token=door.shop.staff_token)["accessToken"]
    assert ask(door.loyalty_url, "{ loyaltyMembers { totalCount } }", token=right)


def test_staff_find_a_member_by_the_surname_that_saleor_knows(door: Door, member: Customer) -> None:
    surname = f"Noether{uuid4().hex[:6]}".translate(str.maketrans("0123456789", "ghijklmnop"))
    call = {"id": member.id, "name": surname}
    ask(door.shop.api_url, CALL, call, token=door.shop.staff_token)

    found = look_until(bool, lambda: search(door, surname[:-2].lower()), stop=Event(), seconds=60)

    assert found == [member.id]


def test_staff_withdraw_a_coupon_without_its_points_and_find_its_owner_by_its_code(
    door: Door,
) -> None:
    customer = door.new_customer()
    order = door.paid_order(customer, "512.00")
    wait_for(door, customer, lambda loyalty: loyalty["coupons"] == ["ACTIVE"])
    [edge] = ask(door.loyalty_url, COUPONS, token=customer.token)["coupons"]["edges"]
    coupon = edge["node"]

    assert search(door, coupon["code"].lower()) == [customer.id]
    assert search(door, f"#{door.shop.order(order)['number']}") == [customer.id]
    assert look_until(bool, lambda: resent(door, coupon["id"]), stop=Event(), seconds=60)
    withdrawn = ask(door.loyalty_url, WITHDRAW, {"id": coupon["id"]}, token=door.staff_token)

    assert withdrawn["coupon"] == {"status": "WITHDRAWN", "withdrawalReason": "Sold on"}
    assert withdrawn["member"] == {"balance": 120}
    assert search(door, coupon["code"]) == [customer.id]


def test_who_opens_the_bare_address_reads_what_is_where(door: Door) -> None:
    page = {
        "plugin": door.loyalty_url.replace("/graphql/", "/loyalty/"),
        "app": door.loyalty_url.replace("/graphql/", "/"),
    }
    response = httpx.get(page.get(door.name, page["app"]))

    assert response.status_code == 200
    assert "GraphQL API at http" in response.text
    assert "/account/" in response.text
