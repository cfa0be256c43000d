"""Channels that are renamed, or added to the rules, in a real shop: by either door."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest

from sandbox.graphql_client import ask
from tests.live.doors import Customer, Door
from tests.live.test_contract import PROGRAM, RULES, wait_for

pytestmark = pytest.mark.timeout(1800)  # the first to ask for a door waits until it is built

RENAME = """mutation Rename($id: ID!, $slug: String!) {
  channelUpdate(id: $id, input: { slug: $slug }) { channel { slug } errors { field message code } }
}"""
TOUCH = """mutation Touch($id: ID!) {
  orderUpdate(id: $id, input: { externalReference: "seen" }) { errors { field message code } } }"""
TERMS = {"pointsPerUnit": "10", "discountValue": "10", "minSpent": "100"}
HOME = "default-channel"


@pytest.fixture(params=["app", "plugin"])
def door(request: pytest.FixtureRequest) -> Door:
    """The ways into a real Saleor: the sandbox renames no channel."""
    found: Door = request.getfixturevalue(f"{request.param}_door")
    return found


def channel_of(door: Door, slug: str) -> dict[str, Any]:
    return next(channel for channel in door.shop.channels() if channel["slug"] == slug)


def rename(door: Door, channel: dict[str, Any], slug: str) -> None:
    variables = {"id": channel["id"], "slug": slug}
    ask(door.shop.api_url, RENAME, variables, token=door.shop.staff_token)


@contextmanager
def renamed(door: Door, slug: str) -> Iterator[dict[str, Any]]:
    channel = channel_of(door, HOME)
    rename(door, channel, slug)
    try:
        yield channel
    finally:
        rename(door, channel, HOME)


def set_channels(door: Door, slugs: Sequence[str]) -> None:
    channels = [{"channel": slug, **TERMS} for slug in slugs]
    ask(door.loyalty_url, RULES, {"input": {"channels": channels}}, token=door.staff_token)


@contextmanager
def without(door: Door, slug: str) -> Iterator[None]:
    """The rules do not name the channel."""
    slugs = [channel["slug"] for channel in door.shop.channels()]
    set_channels(door, [each for each in slugs if each != slug])
    try:
        yield
    finally:
        set_channels(door, slugs)


def paid_in(door: Door, customer: Customer, slug: str, price: str) -> str:
    """An order in a channel, marked as paid; its id."""
    channel = channel_of(door, slug)
    variant = min(door.shop.variants(slug), key=lambda v: v.is_shipped)
    order_id = door.shop.place_order(
        customer.id, channel_id=channel["id"], variant_id=variant.id, price=price
    )
    door.shop.mark_paid(order_id)
    return order_id


def slugs_of_the_program(door: Door) -> set[str]:
    return {terms["channel"] for terms in ask(door.loyalty_url, PROGRAM)["channels"]}


def test_t42_a_renamed_channel_goes_on_earning_and_its_coupons_are_made(door: Door) -> None:
    customer = door.new_customer()
    with renamed(door, "renamed"):
        paid_in(door, customer, "renamed", "512.00")
        mine = wait_for(door, customer, lambda loyalty: loyalty["coupons"] == ["ACTIVE"])
        seen = slugs_of_the_program(door)

    assert (mine["balance"], mine["coupons"]) == (120, ["ACTIVE"])
    assert "renamed" in seen
    assert HOME not in seen
    paid_in(door, customer, HOME, "512.00")
    mine = wait_for(door, customer, lambda loyalty: loyalty["coupons"] == ["ACTIVE", "ACTIVE"])
    assert (mine["balance"], HOME in slugs_of_the_program(door)) == (240, True)


def test_t43_an_order_from_before_its_channel_was_added_earns_nothing_when_it_changes(
    door: Door,
) -> None:
    customer = door.new_customer()
    other = next(c["slug"] for c in door.shop.channels() if c["slug"] != HOME)
    with without(door, other):
        order = paid_in(door, customer, other, "300.00")
        door.paid_order(customer, "1.00")
        wait_for(door, customer, lambda loyalty: loyalty["balance"] == 10)

    ask(door.shop.api_url, TOUCH, {"id": order}, token=door.shop.staff_token)
    paid_in(door, customer, other, "2.00")
    mine = wait_for(door, customer, lambda loyalty: loyalty["balance"] == 30)

    assert (mine["balance"], mine["coupons"]) == (30, [])
