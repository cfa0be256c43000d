"""Exchanges recorded from a real Saleor 3.23, read by our client: neither may drift.

A recording holds the document as it was sent. When a document changes, its test fails until the
exchange is recorded anew.
"""

import json
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from saleor_loyalty.saleor_api.client import CodeTaken, Saleor, VoucherTerms, document
from saleor_loyalty.saleor_api.items import Kind, kind_of
from saleor_loyalty.saleor_api.transport import SaleorRefused

RECORDINGS = Path(__file__).parent / "recordings" / "graphql"


class Replay:
    """A `Transport` that knows one exchange."""

    def __init__(self, name: str) -> None:
        text = (RECORDINGS / f"{name}.json").read_text(encoding="utf-8")
        self.exchange = json.loads(text, parse_float=Decimal)

    def execute(self, text: str, variables: Any) -> dict[str, Any]:
        assert text == self.exchange["query"]
        return self.exchange["answer"]["data"]


def replay(name: str) -> tuple[Saleor, dict[str, Any]]:
    transport = Replay(name)
    return Saleor(transport), transport.exchange["variables"]


@pytest.mark.parametrize("path", sorted(RECORDINGS.glob("*.json")), ids=lambda path: path.stem)
def test_each_recording_was_made_with_the_document_as_it_is(path):
    exchange = json.loads(path.read_text(encoding="utf-8"))
    assert exchange["query"] == document(exchange["document"])


def test_the_facts_of_real_orders_are_read():
    saleor, variables = replay("orders")

    orders, unreadable = saleor.orders(variables["ids"])

    assert unreadable == {}
    assert orders.keys() == set(variables["ids"])
    by_status = {order.status: order for order in orders.values()}
    assert by_status.keys() >= {"UNFULFILLED", "FULFILLED", "CANCELED", "UNCONFIRMED"}
    assert by_status["CANCELED"].is_void
    assert any(order.customer is None for order in orders.values())
    assert any(order.voucher_code for order in orders.values())
    assert any(order.gift_card_lines for order in orders.values())
    assert any(line.sells_gift_card is None for o in orders.values() for line in o.lines)
    assert any(0 < order.charged < order.total for order in orders.values() if order.fully_paid_at)
    assert all(isinstance(order.total, Decimal) for order in orders.values())


def test_a_limited_coupon_is_seen_used_whether_the_order_tells_of_it_or_its_lines_alone():
    """By a staff draft; and by checkouts in a channel that tells it with the order."""
    saleor, variables = replay("orders")
    answer = Replay("orders").exchange["answer"]["data"]["orders"]
    told = {edge["node"]["id"]: edge["node"] for edge in answer["edges"]}
    *_, draft, one, other = variables["ids"]

    orders, _ = saleor.orders(variables["ids"])

    assert [bool(told[id]["discounts"]) for id in (draft, one, other)] == [False, True, True]
    assert [bool(told[id]["lines"][0]["discounts"]) for id in (draft, one)] == [True, False]
    for id in (draft, one, other):
        assert orders[id].voucher_code == told[id]["voucherCode"] is not None


def test_t23_a_customer_who_has_not_confirmed_is_told_apart():
    saleor, variables = replay("orders")
    orders, _ = saleor.orders(variables["ids"])

    assert {o.customer.is_confirmed for o in orders.values() if o.customer} == {True, False}


def test_an_order_that_saleor_does_not_know_is_simply_absent():
    saleor, variables = replay("orders_unknown_id")
    assert saleor.orders(variables["ids"]) == ({}, {})


def test_the_channels_are_read_with_their_names_and_currencies():
    saleor, _ = replay("channels")
    channels = saleor.channels()
    assert {c.slug: (c.name, c.currency) for c in channels.values()} == {
        "channel-pln": ("Channel-PLN", "PLN"),
        "default-channel": ("Channel-USD", "USD"),
    }


def test_a_customer_is_read():
    saleor, variables = replay("customer")
    customer = saleor.customer(variables["id"])
    assert (customer.id, customer.language_code) == (variables["id"], "en")
    assert customer.email.endswith("@example.com")


def test_an_unknown_customer_is_none():
    saleor, variables = replay("customer_unknown")
    assert saleor.customer(variables["id"]) is None


def test_customers_are_read_and_the_unknown_are_absent():
    saleor, variables = replay("customers")
    known, unconfirmed, unknown = variables["ids"]

    customers = saleor.customers(variables["ids"])

    assert unknown not in customers
    assert customers[known].is_confirmed
    assert not customers[unconfirmed].is_confirmed


def test_the_orders_of_customers_are_listed():
    saleor, variables = replay("orders_of_customers")
    (page,) = saleor.order_ids_of(variables["ids"])
    assert len(page) > 1


def test_what_changed_is_walked_page_by_page_the_longest_ago_first():
    first, second = Replay("orders_changed"), Replay("orders_changed_next_page")
    since = datetime.fromisoformat(first.exchange["variables"]["since"])

    class Both:
        def execute(self, text: str, variables: Any) -> dict[str, Any]:
            exchange = next(r for r in (first, second) if r.exchange["variables"] == variables)
            answer = exchange.execute(text, variables)
            if exchange is second:
                answer["orders"]["pageInfo"]["hasNextPage"] = False
            return answer

    pages = list(Saleor(Both()).orders_changed_since(since))

    assert [len(page) for page in pages] == [100, 100]
    moments = [changed.at for page in pages for changed in page]
    assert moments == sorted(moments)
    assert len({changed.id for page in pages for changed in page}) == 200


def test_customers_who_changed_are_listed_with_the_moment():
    saleor, variables = replay("customers_changed")
    since = datetime.fromisoformat(variables["since"])

    page = next(saleor.customers_changed_since(since))

    assert len(page) == 100
    assert all(changed.at >= since for changed in page)


def test_the_shop_says_what_it_is_called():
    saleor, _ = replay("shop")
    assert saleor.shop_name() == "Saleor e-commerce"


def test_the_app_behind_a_token_is_read():
    saleor, _ = replay("app")
    assert saleor.app().permissions == {"MANAGE_ORDERS", "MANAGE_USERS"}
    assert saleor.app().name == "Loyalty"


def test_a_surname_is_found_among_those_that_saleor_finds_by_a_word():
    saleor, variables = replay("customer_search")
    assert saleor.customers_called(variables["text"]) == ["VXNlcjo2", "VXNlcjoy"]


def create(saleor: Saleor, variables: dict[str, Any]) -> str:
    (code,) = variables["input"]["addCodes"]
    return saleor.create_voucher(name="10 % off", code=code, percentage=True, ends_at=None)


def test_a_voucher_is_made():
    assert create(*replay("voucher_create")).startswith("Vm91Y2hlcjo")


def test_t34_a_taken_code_is_told_apart():
    with pytest.raises(CodeTaken):
        create(*replay("voucher_create_code_taken"))


@pytest.mark.parametrize("name", ["voucher_create_limited", "voucher_create_limited_amount"])
def test_a_limited_voucher_is_made_as_it_was_recorded(name):
    exchange = Replay(name).exchange
    given = exchange["variables"]["input"]

    class Same(Replay):
        def execute(self, text: str, variables: Any) -> dict[str, Any]:
            assert variables["input"] == given
            return super().execute(text, variables)

    Saleor(Same(name)).create_voucher(
        name=given["name"],
        code=given["addCodes"][0],
        percentage=given["discountValueType"] == "PERCENTAGE",
        ends_at=datetime.fromisoformat(given["endDate"]),
        limited_to=[*given["categories"], *given["products"], *given["collections"]],
    )


def test_a_voucher_on_things_that_are_gone_is_refused():
    with pytest.raises(SaleorRefused, match="products: Could not resolve to a node"):
        create(*replay("voucher_create_all_gone"))


def test_a_voucher_is_limited_anew():
    saleor, variables = replay("voucher_limit")
    saleor.limit_voucher(variables["id"], limited_to=[], percentage=True)

    saleor, variables = replay("voucher_limit_gone")
    with pytest.raises(SaleorRefused, match="products: Could not resolve to a node"):
        saleor.limit_voucher(variables["id"], limited_to=[], percentage=True)


def test_things_are_named_and_the_gone_are_absent():
    saleor, variables = replay("catalogue")
    apple, banana, gone = variables["products"]

    names = saleor.names([apple, banana, gone])

    assert (names[apple], names[banana]) == ("Apple Juice", "Banana Juice")
    assert set(names.values()) == {"Apple Juice", "Banana Juice", "Summer Picks", "Juices"}


def test_an_app_with_either_of_our_permissions_reads_names():
    saleor, variables = replay("catalogue_as_discounts_app")
    assert saleor.names(variables["products"]).keys() == set(variables["products"])


def test_things_are_found_by_a_word():
    saleor, _ = replay("catalogue_search")
    found = saleor.find_items("juice")
    assert {kind_of(thing.id) for thing in found} == {Kind.PRODUCT, Kind.CATEGORY}
    assert all("juice" in thing.name.lower() for thing in found)


def test_t34_a_voucher_is_found_by_its_code():
    saleor, variables = replay("voucher_by_code")
    assert saleor.find_voucher(variables["code"]).startswith("Vm91Y2hlcjo")


def test_an_unknown_code_finds_nothing():
    saleor, variables = replay("voucher_by_code_unknown")
    assert saleor.find_voucher(variables["code"]) is None


def test_a_voucher_is_listed_in_a_channel():
    saleor, variables = replay("voucher_list_in_channels")
    (listing,) = variables["input"]["addChannels"]
    terms = VoucherTerms(listing["channelId"], Decimal(10), Decimal(100))
    saleor.list_voucher(variables["id"], [terms])


def test_a_refused_listing_says_why():
    saleor, variables = replay("voucher_list_in_channels_refused")
    with pytest.raises(SaleorRefused, match="discountValue"):
        saleor.list_voucher(variables["id"], [])


def test_a_voucher_is_deleted():
    saleor, variables = replay("voucher_delete")
    saleor.delete_voucher(variables["id"])


def test_a_voucher_that_is_gone_already_is_as_good_as_deleted():
    saleor, variables = replay("voucher_delete_gone")
    saleor.delete_voucher(variables["id"])


def test_a_refused_deletion_says_why():
    saleor, variables = replay("voucher_delete_refused")
    with pytest.raises(SaleorRefused, match="Invalid ID"):
        saleor.delete_voucher(variables["id"])
