"""The worker dies in the middle of its work: what it had begun is ended, once."""

from threading import Event
from typing import Any

import httpx
import psycopg
import pytest

from sandbox import graphql_client
from sandbox.demo import Demo
from sandbox.loyalty_api import LoyaltyApi
from sandbox.opening import give_phone, open_shop
from sandbox.shop.people import SHOPPERS, STAFF, Person
from sandbox.story import CHANNEL
from sandbox.waiting import look_until
from tests.demo.line import Line

VOUCHERS = """
query Vouchers($code: String!) {
  vouchers(first: 10, filter: { search: $code }) { edges { node { id } } }
}"""
NEVER = Event()


@pytest.mark.parametrize(
    ("shopper", "answered"),
    [
        pytest.param(SHOPPERS[1], False, id="before the voucher is made"),
        pytest.param(SHOPPERS[2], True, id="after the voucher is made"),
    ],
)
def test_t34_a_worker_killed_while_minting_leaves_one_voucher_and_one_of_each_message(
    demo: Demo, line: Line, shopper: Person, answered: bool
) -> None:
    staff = (STAFF.email, STAFF.password)
    shop, _ = open_shop(demo, staff=staff, stop=NEVER, say=lambda _: None)
    token = shop.sign_in(shopper.email, shopper.password)
    phone = give_phone(demo, shopper_token=token, name=f"Phone of {shopper.email}")
    channel = next(each for each in shop.channels() if each["slug"] == CHANNEL)
    line.hold("LoyaltyVoucherCreate", answered=answered)

    order = shop.place_order(
        str(shop.customer_id(shopper.email)),
        channel_id=channel["id"],
        variant_id=shop.variants(channel["slug"])[0].id,
        price="512.00",
    )
    shop.mark_paid(order)
    assert line.reached.wait(60), "the worker never came to mint the coupon"
    demo.processes.kill("worker")
    line.release()
    assert _coupon(demo, token)["status"] == "PENDING"
    _let_the_lease_end(demo)
    demo.start("worker")

    look_until(bool, lambda: _mails(demo, shopper) and _pushes(demo, phone), stop=NEVER)
    coupon = _coupon(demo, token)
    assert coupon["status"] == "ACTIVE"
    vouchers = graphql_client.ask(
        demo.at.shop_url, VOUCHERS, {"code": coupon["code"]}, token=shop.sign_in(*staff)
    )
    assert len(vouchers["edges"]) == 1
    NEVER.wait(3)  # three more rounds of the worker
    assert (len(_mails(demo, shopper)), len(_pushes(demo, phone))) == (1, 1)


def _coupon(demo: Demo, token: str) -> dict[str, Any]:
    (coupon,) = LoyaltyApi(demo.at.app_url).loyalty(token)["coupons"]
    found: dict[str, Any] = coupon
    return found


def _let_the_lease_end(demo: Demo) -> None:
    """A killed worker's coupons are taken up again when its lease has run out, minutes later."""
    with psycopg.connect(demo.stores.app_database) as connection:
        connection.execute(
            "UPDATE saleor_loyalty_couponcode SET due_at = now() WHERE due_at IS NOT NULL"
        )


def _mails(demo: Demo, shopper: Person) -> list[Any]:
    """All but the welcome."""
    mails = _inbox(demo, "mail", to=shopper.email)
    return [mail for mail in mails if not mail["subject"].startswith("Welcome")]


def _pushes(demo: Demo, phone: str) -> list[Any]:
    return _inbox(demo, "push", token=phone)


def _inbox(demo: Demo, name: str, **query: str) -> list[Any]:
    messages: list[Any] = httpx.get(
        f"{demo.at.sandbox_url}/{name}/messages.json", params=query
    ).json()
    return messages
