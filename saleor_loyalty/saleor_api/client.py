"""What we ask of Saleor, as verbs. The documents stand beside this file, one each."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple, Self

from saleor_loyalty.saleor_api.facts import App, Channel, Customer, Order, Unreadable
from saleor_loyalty.saleor_api.items import KINDS, CatalogueItem, by_kind
from saleor_loyalty.saleor_api.transport import (
    PatientTransport,
    SaleorForbade,
    SaleorRefused,
    Transport,
)
from saleor_loyalty.saleor_api.vouchers import Naming, Voucher

ORDERS_AT_ONCE = CUSTOMERS_AT_ONCE = VOUCHERS_AT_ONCE = 100  # the longest page Saleor gives


class CodeTaken(Exception):
    """A voucher with this code exists already."""


@dataclass(frozen=True, slots=True)
class VoucherTerms:
    """What a voucher gives in one channel: percent or an amount, from an order amount on."""

    channel_id: str
    discount_value: Decimal
    min_spent: Decimal | None


class Changed(NamedTuple):
    """An order or customer and when it last changed, by Saleor's clock."""

    id: str
    at: datetime


@cache
def document(name: str) -> str:
    """The text of the GraphQL document `documents/<name>.graphql`, with the fragment it spreads."""
    text = (files(__package__) / "documents" / f"{name}.graphql").read_text(encoding="utf-8")
    return f"{text}\n{document('order_facts')}" if "...LoyaltyOrderFacts" in text else text


class Saleor:
    """One shop's API. Every method may raise SaleorUnavailable or SaleorRefused."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def patiently(self) -> Self:
        """The same API for queries that can wait: what fails in passing is asked again."""
        return type(self)(PatientTransport(self._transport))

    def orders(self, ids: Sequence[str]) -> tuple[dict[str, Order], dict[str, Unreadable]]:
        """The facts of up to 100 orders by id, and by id what could not be read of the rest.

        Drafts and orders unknown to Saleor are in neither.
        """
        if len(ids) > ORDERS_AT_ONCE:
            message = f"{len(ids)} orders asked for at once; Saleor gives {ORDERS_AT_ONCE}"
            raise ValueError(message)
        data = self._run("orders", ids=list(ids))
        found: dict[str, Order] = {}
        unreadable: dict[str, Unreadable] = {}
        for node in (edge["node"] for edge in data["orders"]["edges"]):
            try:
                found[node["id"]] = Order.from_json(node)
            except Unreadable as error:
                unreadable[node["id"]] = error
        return found, unreadable

    def customer(self, customer_id: str) -> Customer | None:
        """The registered customer, or None when Saleor knows no such one, or no such id."""
        try:
            user = self._run("customer", id=customer_id)["user"]
        except SaleorForbade:
            raise
        except SaleorRefused:  # so it answers what is no id of its own making
            return None
        return Customer.from_json(user) if user else None

    def customers(self, ids: Sequence[str]) -> dict[str, Customer]:
        """Up to 100 registered customers by id. Whom Saleor does not know is not in it."""
        edges = self._run("customers", ids=list(ids))["customers"]["edges"]
        return {edge["node"]["id"]: Customer.from_json(edge["node"]) for edge in edges}

    def customers_called(self, text: str) -> list[str]:
        """The ids of customers whose surname begins with the text, or their whole name.

        Of the first 100 that Saleor's own search finds: by whole words or how they begin.
        """
        edges = self._run("customer_search", text=text)["customers"]["edges"]
        return [edge["node"]["id"] for edge in edges if _is_called(edge["node"], text)]

    def order_ids_of(self, customer_ids: Sequence[str]) -> Iterator[list[str]]:
        """The ids of all orders of these customers, up to 100 at a time; one request each."""
        for nodes in self._pages("orders_of_customers", "orders", ids=list(customer_ids)):
            yield [node["id"] for node in nodes]

    def orders_changed_since(self, moment: datetime) -> Iterator[list[Changed]]:
        """The orders changed since, the longest ago first, up to 100 at a time. No drafts."""
        return self._pages_of_changed("orders_changed", "orders", moment)

    def customers_changed_since(self, moment: datetime) -> Iterator[list[Changed]]:
        """The customers changed since, likewise. Whoever was deleted is not among them."""
        return self._pages_of_changed("customers_changed", "customers", moment)

    def _pages_of_changed(self, name: str, field: str, moment: datetime) -> Iterator[list[Changed]]:
        for nodes in self._pages(name, field, since=moment.isoformat()):
            yield [Changed(n["id"], datetime.fromisoformat(n["updatedAt"])) for n in nodes]

    def _pages(self, name: str, field: str, **variables: Any) -> Iterator[list[dict[str, Any]]]:
        """The nodes of a connection; one request for each page that is not empty."""
        after: str | None = None
        while True:
            page = self._run(name, **variables, after=after)[field]
            if page["edges"]:
                yield [edge["node"] for edge in page["edges"]]
            if not page["pageInfo"]["hasNextPage"]:
                return
            after = page["pageInfo"]["endCursor"]

    def channels(self) -> dict[str, Channel]:
        """All channels by id."""
        channels = self._run("channels")["channels"]
        return {
            c["id"]: Channel(c["id"], c["slug"], c["name"], c["currencyCode"]) for c in channels
        }

    def shop_name(self) -> str:
        """What the shop is called, in one line; empty when nobody has named it."""
        return " ".join(self._run("shop")["shop"]["name"].split())

    def app(self) -> App:
        """The app that the line's token belongs to. Raises SaleorForbade for a token of none."""
        app = self._run("app")["app"]
        if not app:
            raise SaleorForbade("the token belongs to no app")
        return App.from_json(app)

    def names(self, ids: Sequence[str]) -> dict[str, str]:
        """What products, collections and categories are called, up to 100 of each, by their ids.

        What is gone from the catalogue is not in it.
        """
        return {item.id: item.name for item in self._items("catalogue", **by_kind(ids))}

    def find_items(self, text: str) -> list[CatalogueItem]:
        """What the shop finds in its catalogue: products, collections, categories, a few each."""
        return list(self._items("catalogue_search", text=text))

    def _items(self, name: str, **variables: Any) -> Iterator[CatalogueItem]:
        found = self._run(name, **variables)
        for kind in KINDS:
            for edge in found[kind]["edges"]:
                yield CatalogueItem(edge["node"]["id"], edge["node"]["name"])

    def create_voucher(
        self,
        *,
        name: str,
        code: str,
        percentage: bool,
        ends_at: datetime | None,
        limited_to: Sequence[str] = (),
    ) -> str:
        """Make a voucher with one single-use code, on the whole order or `limited_to`; its id.

        Does nothing for shoppers until it is listed in a channel. Raises CodeTaken.
        """
        answer = self._run(
            "voucher_create",
            input={
                **_scope(limited_to, percentage=percentage),
                "name": name,
                "addCodes": [code],
                "discountValueType": "PERCENTAGE" if percentage else "FIXED",
                "singleUse": True,
                "usageLimit": 1,
                "endDate": ends_at.isoformat() if ends_at else None,
            },
        )["voucherCreate"]
        if any(error["code"] == "ALREADY_EXISTS" for error in answer["errors"]):
            raise CodeTaken
        _refuse_errors(answer["errors"])
        voucher_id: str = answer["voucher"]["id"]
        return voucher_id

    def limit_voucher(
        self, voucher_id: str, *, limited_to: Sequence[str], percentage: bool
    ) -> None:
        """Give the voucher what it is limited to. Repeating it changes nothing."""
        scope = _scope(limited_to, percentage=percentage)
        answer = self._run("voucher_limit", id=voucher_id, input=scope)
        _refuse_errors(answer["voucherUpdate"]["errors"])

    def find_voucher(self, code: str) -> str | None:
        """The id of the voucher that holds exactly this code."""
        for edge in self._run("voucher_by_code", code=code)["vouchers"]["edges"]:
            codes = {c["node"]["code"] for c in edge["node"]["codes"]["edges"]}
            if code in codes:
                voucher_id: str = edge["node"]["id"]
                return voucher_id
        return None

    def vouchers(self, ids: Sequence[str]) -> tuple[dict[str, Voucher], dict[str, Unreadable]]:
        """Up to 100 vouchers by id, and by id what could not be read of the rest.

        One that was deleted is in neither.
        """
        found: dict[str, Voucher] = {}
        unreadable: dict[str, Unreadable] = {}
        for edge in self._run("vouchers", ids=list(ids))["vouchers"]["edges"]:
            try:
                found[edge["node"]["id"]] = Voucher.from_json(edge["node"])
            except Unreadable as error:
                unreadable[edge["node"]["id"]] = error
        return found, unreadable

    def things_of_voucher(self, voucher_id: str) -> tuple[dict[str, str], bool]:
        """What a voucher is limited to, names by id, and whether to variants; up to 100 of each."""
        found = self._run("voucher_things", id=voucher_id)["voucher"] or {}
        nodes = {
            kind: [edge["node"] for edge in connection["edges"]]
            for kind, connection in found.items()
        }
        names = {node["id"]: node["name"] for kind in KINDS for node in nodes.get(kind, ())}
        return names, bool(nodes.get("variants"))

    def orders_naming(self, codes: Sequence[str]) -> tuple[list[Naming], frozenset[str]]:
        """The orders that name voucher codes, and which codes drafts name. Raises Unreadable."""
        variables: dict[str, Any] = {"codes": list(codes), "after": None}
        namings: list[Naming] = []
        while True:
            answer = self._run("orders_by_code", **variables)
            page = answer["orders"]
            namings += [Naming.from_json(edge["node"]) for edge in page["edges"]]
            if not page["pageInfo"]["hasNextPage"]:
                drafts = answer["draftOrders"]["edges"]
                return namings, frozenset(edge["node"]["voucherCode"] for edge in drafts)
            variables["after"] = page["pageInfo"]["endCursor"]

    def list_voucher(self, voucher_id: str, terms: Iterable[VoucherTerms]) -> None:
        """Give the voucher its value in channels. Repeating it changes nothing."""
        listings = [
            {
                "channelId": t.channel_id,
                "discountValue": str(t.discount_value),
                "minAmountSpent": str(t.min_spent) if t.min_spent is not None else None,
            }
            for t in terms
        ]
        answer = self._run(
            "voucher_list_in_channels", id=voucher_id, input={"addChannels": listings}
        )
        _refuse_errors(answer["voucherChannelListingUpdate"]["errors"])

    def delete_voucher(self, voucher_id: str) -> None:
        """Delete the voucher with its codes. One that is gone already is no error."""
        errors = self._run("voucher_delete", id=voucher_id)["voucherDelete"]["errors"]
        _refuse_errors([error for error in errors if error["code"] != "NOT_FOUND"])

    def _run(self, name: str, **variables: Any) -> dict[str, Any]:
        return self._transport.execute(document(name), variables)


def _is_called(customer: dict[str, Any], text: str) -> bool:
    """Whether the surname begins so, or both names in either order."""
    first, last = customer["firstName"], customer["lastName"]
    wanted = " ".join(text.replace(",", " ").split()).casefold()
    called = (last, f"{first} {last}", f"{last} {first}")
    return any(name.casefold().startswith(wanted) for name in called)


def _scope(limited_to: Sequence[str], *, percentage: bool) -> dict[str, Any]:
    """What a voucher is good for: the whole order, or the given things of the catalogue.

    An amount on some things would come off each of their pieces: it is to come off once.
    """
    if not limited_to:
        return {"type": "ENTIRE_ORDER"}
    once = {"applyOncePerOrder": not percentage}
    return {"type": "SPECIFIC_PRODUCT", **by_kind(limited_to), **once}


def _refuse_errors(errors: Sequence[dict[str, Any]]) -> None:
    if errors:
        first = errors[0]
        message = f"Saleor refused: {first['field']}: {first['message']} ({first['code']})"
        raise SaleorRefused(message)
