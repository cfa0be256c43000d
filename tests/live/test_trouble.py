"""Nothing of ours stops the shop: no broken table, no broken transaction, no plugin that is off."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import pytest

from sandbox.graphql_client import ask
from sandbox.waiting import look_until
from tests.live.doors import Customer, Door
from tests.live.saleor import LiveSaleor

pytestmark = pytest.mark.timeout(1200)

SWITCH = """mutation Switch($on: Boolean!) {
  pluginUpdate(id: "saleor.loyalty", input: { active: $on }) { errors { field message code } } }"""
IS_PLUGIN_ON = '{ plugin(id: "saleor.loyalty") { globalConfiguration { active } } }'
INSIDE = Path(__file__).parent / "inside"
PROGRAM_SWITCH = """mutation Switch($on: Boolean!) {
  loyaltyProgramUpdate(input: { isActive: $on }) { errors { field message code } } }"""
IS_ON = "{ loyaltyProgram { isActive } }"
TABLES = "SELECT tablename FROM pg_tables WHERE tablename LIKE 'saleor\\_loyalty\\_%%'"


def balance_of(door: Door, customer: Customer, expected: int) -> int | None:
    """The balance once it is as expected, or when 30 seconds are over."""
    return look_until(
        lambda balance: balance == expected,
        lambda: door.loyalty.loyalty(customer.token)["balance"],
        stop=Event(),
        seconds=180,
    )


@contextmanager
def without_our_tables(live: LiveSaleor) -> Iterator[None]:
    tables = [name for (name,) in live.sql(TABLES)]
    assert tables
    for name in tables:
        live.sql(f'ALTER TABLE "{name}" RENAME TO "gone_{name}"')
    try:
        yield
    finally:
        for name in tables:
            live.sql(f'ALTER TABLE "gone_{name}" RENAME TO "{name}"')


def test_t31_orders_are_paid_while_our_tables_are_gone_and_credited_afterwards(
    live: LiveSaleor, plugin_door: Door
) -> None:
    customer = plugin_door.new_customer()
    with without_our_tables(live):
        orders = [plugin_door.paid_order(customer, "10.00") for _ in range(3)]
        paid = {plugin_door.shop.order(order)["chargeStatus"] for order in orders}

    assert paid == {"FULL"}
    live.manage("loyalty_reconcile")
    assert balance_of(plugin_door, customer, 300) == 300


def test_t31_the_plugin_is_switched_off_while_our_tables_are_gone(
    live: LiveSaleor, plugin_door: Door
) -> None:
    staff = plugin_door.staff_token
    with without_our_tables(live):
        answer = ask(live.api_url, SWITCH, {"on": False}, token=staff)

    off = ask(live.api_url, IS_PLUGIN_ON, token=staff)["globalConfiguration"]["active"]
    ask(live.api_url, SWITCH, {"on": True}, token=staff)
    assert answer["errors"] == []
    assert off is False


def test_t31_a_hook_costs_the_request_no_statement_and_survives_whatever_happens(
    live: LiveSaleor, plugin_door: Door
) -> None:
    seen = json.loads(live.python((INSIDE / "hooks.py").read_text()))

    assert seen["raised"] == []
    assert seen["marked_before_commit"] == []
    assert seen["marked_after_commit"] == [1, 1]  # two hooks of one order, and its customer
    assert seen["statements_of_a_hook"] == 0
    assert seen["marked_by_a_hook"] == [1]
    assert seen["marked_by_a_draft"] == []
    assert seen["marked_by_a_new_order"] == {
        "none ": [],
        "none CODE": [1],  # whose coupon is used now, paid or not
        "full ": [1],
        "full CODE": [1],
    }
    assert seen["statements_of_a_hook_in_a_task"] == 1
    assert seen["statements_of_marking"] == 1
    assert seen["shop_goes_on_in_a_broken_transaction"] is True
    assert seen["marked_when_all_is_well_again"] == [1]


def test_the_programs_own_switch_is_the_plugins(live: LiveSaleor, plugin_door: Door) -> None:
    staff, seen = plugin_door.staff_token, []
    ask(live.api_url, SWITCH, {"on": False}, token=staff)

    for on in (True, False, True):
        ask(live.api_url, PROGRAM_SWITCH, {"on": on}, token=staff)
        plugin = ask(live.api_url, IS_PLUGIN_ON, token=staff)
        seen.append(plugin["globalConfiguration"]["active"])
    customer = plugin_door.new_customer()
    plugin_door.paid_order(customer, "10.00")

    assert seen == [True, False, True]
    assert balance_of(plugin_door, customer, 100) == 100


def test_t38_switching_the_plugin_off_and_on_does_not_credit_what_lay_between(
    live: LiveSaleor, plugin_door: Door
) -> None:
    customer = plugin_door.new_customer()
    plugin_door.paid_order(customer, "10.00")
    assert balance_of(plugin_door, customer, 100) == 100

    staff = plugin_door.staff_token
    ask(live.api_url, SWITCH, {"on": False}, token=staff)
    off = ask(live.api_url, IS_ON)["isActive"]
    plugin_door.paid_order(customer, "20.00")
    ask(live.api_url, SWITCH, {"on": True}, token=staff)
    on = ask(live.api_url, IS_ON)["isActive"]
    plugin_door.paid_order(customer, "30.00")

    assert (off, on) == (False, True)
    assert balance_of(plugin_door, customer, 400) == 400
    live.manage("loyalty_reconcile")
    plugin_door.paid_order(customer, "1.00")
    assert balance_of(plugin_door, customer, 410) == 410
