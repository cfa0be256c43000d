"""A Saleor on paper: orders and vouchers in memory, answered as the real one answers."""

import base64
import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from saleor_loyalty.saleor_api.client import document
from saleor_loyalty.saleor_api.items import KINDS, by_kind
from saleor_loyalty.saleor_api.transport import SaleorRefused, SaleorUnavailable

PAID_AT = "2026-03-01T10:00:00+00:00"
ANNA = {
    "id": "VXNlcjox",
    "email": "anna@example.com",
    "firstName": "Anna",
    "languageCode": "EN",
    "isConfirmed": True,
    "isActive": True,
}
BEN = {
    "id": "VXNlcjoy",
    "email": "ben@example.com",
    "firstName": "Ben",
    "languageCode": "PL",
    "isConfirmed": True,
    "isActive": True,
}


def global_id(kind: str, key: int) -> str:
    return base64.b64encode(f"{kind}:{key}".encode()).decode()


JUICE, CUSHION = global_id("Product", 1), global_id("Product", 2)
SALE, DRINKS = global_id("Collection", 1), global_id("Category", 1)


def order_id(number: int) -> str:
    return base64.b64encode(f"Order:{number}".encode()).decode()


def price(gross: float, net: float | None = None) -> dict[str, Any]:
    return {
        "gross": {"amount": gross, "currency": "EUR"},
        "net": {"amount": gross if net is None else net, "currency": "EUR"},
    }


def line(
    gross: float,
    net: float | None = None,
    *,
    kind: str | None = "NORMAL",
    name: str = "l1",
    product: str = "coffee",
    quantity: int = 1,
) -> dict[str, Any]:
    """A line of an order; `gross` and `net` are the price of all its pieces."""
    return {
        "id": name,
        "productName": product,
        "quantity": quantity,
        "totalPrice": price(gross, net),
        "discounts": [],
        "variant": {"product": {"productType": {"kind": kind}}} if kind else None,
    }


def fulfillment(
    status: str, refunded: float | None = None, shipping: float | None = None, **pieces: int
) -> dict[str, Any]:
    """Pieces that went out or came back, by their lines' names."""
    return {
        "status": status,
        "totalRefundedAmount": None if refunded is None else {"amount": refunded},
        "shippingRefundedAmount": None if shipping is None else {"amount": shipping},
        "lines": _pieces(pieces),
    }


def granted(
    amount: float,
    *,
    status: str = "NONE",
    shipping: bool = False,
    at: str = PAID_AT,
    **pieces: int,
) -> dict[str, Any]:
    """A refund that staff granted, for pieces by their lines' names."""
    return {
        "createdAt": at,
        "status": status,
        "amount": {"amount": amount},
        "shippingCostsIncluded": shipping,
        "lines": _pieces(pieces),
    }


def _pieces(pieces: Mapping[str, int]) -> list[dict[str, Any]]:
    return [{"quantity": n, "orderLine": {"id": name}} for name, n in pieces.items()]


def unknown(voucher_id: str) -> dict[str, Any]:
    message = f"Couldn't resolve to a node: {voucher_id}"
    return {"field": "id", "code": "NOT_FOUND", "message": message}


class PaperSaleor:
    """Implements `Transport`. Set `down` to have it not answer.

    `before` and `after` take what happens once, just before or after a call, by document.
    """

    def __init__(self) -> None:
        self.orders: dict[str, dict[str, Any]] = {}
        self.vouchers: dict[str, dict[str, Any]] = {}
        self.vouchers_made = 0
        self.catalogue = {JUICE: "Juice", CUSHION: "Cushion", SALE: "Sale", DRINKS: "Drinks"}
        self.customers = {person["id"]: person for person in (ANNA, BEN)}
        self.name = "Nordlys"
        self.channels = {"channel-1": ("main", "EUR")}  # slug and currency, by id
        self.page = 100  # order ids in one answer
        self.calls: list[str] = []
        self.before: dict[str, Callable[[], object]] = {}
        self.after: dict[str, Callable[[], object]] = {}
        self.down = False
        self.refuses: str | None = None  # a document
        self.stumbles_over: str | None = None  # an order that makes it refuse a whole page

    def place(
        self,
        number: int,
        *lines: dict[str, Any],
        shipping: float = 0,
        user: dict[str, Any] | None = ANNA,
        **changes: Any,
    ) -> str:
        """An order that is paid in full unless `changes` say otherwise; its id."""
        total = sum(each["totalPrice"]["gross"]["amount"] for each in lines) + shipping
        key = order_id(number)
        self.orders[key] = {
            "id": key,
            "number": str(number),
            "created": PAID_AT,
            "updatedAt": PAID_AT,
            "status": "UNFULFILLED",
            "chargeStatus": "FULL",
            "voucherCode": None,
            "discounts": [{"type": "VOUCHER", "amount": {"amount": 10.0}}],
            "channel": {"id": "channel-1"},
            "user": user,
            "total": {"gross": {"amount": total, "currency": "EUR"}},
            "totalCharged": {"amount": total},
            "shippingPrice": price(shipping),
            "lines": list(lines),
            "fulfillments": [],
            "grantedRefunds": [],
            "events": [{"type": "ORDER_FULLY_PAID", "date": PAID_AT}],
            **changes,
        }
        return key

    def know(self, person: dict[str, Any]) -> None:
        """Register a customer, or change what is known of one; their orders show it."""
        self.customers[person["id"]] = person
        for order in self.orders.values():
            if order["user"] and order["user"]["id"] == person["id"]:
                order["user"] = person

    def forget(self, person: dict[str, Any]) -> None:
        """Delete a customer: their orders stay, as nobody's."""
        del self.customers[person["id"]]
        for order in self.orders.values():
            if order["user"] and order["user"]["id"] == person["id"]:
                order["user"] = None

    def charge(self, key: str, amount: float) -> None:
        self.orders[key]["totalCharged"] = {"amount": amount}

    def execute(self, text: str, variables: Mapping[str, Any]) -> dict[str, Any]:
        name = next(n for n in ANSWERS if document(n) == text)
        self.calls.append(name)
        if self.down:
            raise SaleorUnavailable("down")
        if name == self.refuses:
            raise SaleorRefused("Cannot query field")
        if happens := self.before.pop(name, None):
            happens()
        answer = ANSWERS[name](self, **variables)
        if happens := self.after.pop(name, None):
            happens()
        return answer

    def _app(self) -> dict[str, Any]:
        ours = {"id": "QXBwOjE=", "identifier": "saleor.loyalty", "name": "Loyalty"}
        return {"app": {**ours, "permissions": []}}

    def _shop(self) -> dict[str, Any]:
        return {"shop": {"name": self.name}}

    def _orders(self, ids: list[str]) -> dict[str, Any]:
        if self.stumbles_over in ids:
            raise SaleorRefused("some field of some order is broken")
        return {"orders": {"edges": [{"node": self.orders[i]} for i in ids if i in self.orders]}}

    def _create(self, input: dict[str, Any]) -> dict[str, Any]:
        (code,) = input["addCodes"]
        if any(voucher["code"] == code for voucher in self.vouchers.values()):
            error = {"field": "codes", "code": "ALREADY_EXISTS", "message": "exists"}
            return {"voucherCreate": {"voucher": None, "errors": [error]}}
        self._check_limits(input)
        self.vouchers_made += 1
        key = f"voucher-{self.vouchers_made}"
        self.vouchers[key] = {"code": code, "input": input, "listings": {}, "isActive": True}
        return {"voucherCreate": {"voucher": {"id": key}, "errors": []}}

    def _limit(self, id: str, input: dict[str, Any]) -> dict[str, Any]:
        self._check_limits(input)
        self.vouchers[id]["input"] |= input
        return {"voucherUpdate": {"errors": []}}

    def _check_limits(self, input: dict[str, Any]) -> None:
        """One thing that is gone and the whole mutation fails."""
        for name in KINDS:
            for id in input.get(name, ()):
                if id not in self.catalogue:
                    raise SaleorRefused(f"There is no node {id}")

    def _names(self, **ids: list[str]) -> dict[str, Any]:
        return {name: self._edges(id for id in ids[name] if id in self.catalogue) for name in KINDS}

    def _search(self, text: str) -> dict[str, Any]:
        found = by_kind(id for id, name in self.catalogue.items() if text.lower() in name.lower())
        return {name: self._edges(found[name]) for name in KINDS}

    def _edges(self, ids: Iterable[str]) -> dict[str, Any]:
        return {"edges": [{"node": {"id": id, "name": self.catalogue[id]}} for id in ids]}

    def _find(self, code: str) -> dict[str, Any]:
        edges = [
            {"node": {"id": key, "codes": {"edges": [{"node": {"code": voucher["code"]}}]}}}
            for key, voucher in self.vouchers.items()
            if voucher["code"].lower().startswith(code.lower())
        ]
        return {"vouchers": {"edges": edges}}

    def change(self, **changes: Any) -> None:
        """Change all vouchers, by Saleor's names, as staff do there."""
        for voucher in self.vouchers.values():
            voucher["input"] |= changes

    def spend(self) -> None:
        """All codes are taken by a checkout, whatever becomes of it."""
        for voucher in self.vouchers.values():
            voucher["isActive"] = False

    def _vouchers(self, ids: list[str]) -> dict[str, Any]:
        found = [self._voucher(id) for id in ids if id in self.vouchers]
        return {"vouchers": {"edges": [{"node": node} for node in found]}}

    def _voucher(self, id: str) -> dict[str, Any]:
        voucher = self.vouchers[id]
        code = {"code": voucher["code"], "isActive": voucher["isActive"]}
        return {
            "startDate": PAID_AT,
            "onlyForStaff": False,
            "applyOncePerCustomer": False,
            "minCheckoutItemsQuantity": None,
            **voucher["input"],
            "id": id,
            "used": int(not voucher["isActive"]),
            "codes": {"edges": [{"node": code}], "pageInfo": {"hasNextPage": False}},
            "channelListings": [_listing(each) for each in voucher["listings"].values()],
        }

    def _things(self, id: str) -> dict[str, Any]:
        limits = self.vouchers[id]["input"]
        kinds = (*KINDS, "variants")
        ids = {name: limits.get(name, ()) for name in kinds}
        things = {
            name: [{"node": {"id": id, "name": self.catalogue.get(id)}} for id in found]
            for name, found in ids.items()
        }
        return {"voucher": {name: {"edges": edges} for name, edges in things.items()}}

    def _orders_by_code(self, codes: list[str], after: str | None) -> dict[str, Any]:
        named = [order for order in self.orders.values() if order["voucherCode"] in codes]
        orders = [{"node": order} for order in named if order["status"] != "DRAFT"]
        drafts = [{"node": order} for order in named if order["status"] == "DRAFT"]
        no_more = {"hasNextPage": False, "endCursor": None}
        return {"orders": {"edges": orders, "pageInfo": no_more}, "draftOrders": {"edges": drafts}}

    def _delete(self, id: str) -> dict[str, Any]:
        errors = [] if self.vouchers.pop(id, None) else [unknown(id)]
        return {"voucherDelete": {"errors": errors}}

    def _list(self, id: str, input: dict[str, Any]) -> dict[str, Any]:
        if id not in self.vouchers:
            return {"voucherChannelListingUpdate": {"voucher": None, "errors": [unknown(id)]}}
        for listing in input["addChannels"]:
            self.vouchers[id]["listings"][listing["channelId"]] = listing
        return {"voucherChannelListingUpdate": {"voucher": {"id": id}, "errors": []}}

    def _channels(self) -> dict[str, Any]:
        return {
            "channels": [
                {
                    "id": id,
                    "name": slug.title(),
                    "slug": slug,
                    "currencyCode": currency,
                    "isActive": True,
                }
                for id, (slug, currency) in self.channels.items()
            ]
        }

    def _customer(self, id: str) -> dict[str, Any]:
        return {"user": self.customers.get(id)}

    def _customers(self, ids: list[str]) -> dict[str, Any]:
        self._check_user_ids(ids)
        found = [self.customers[id] for id in ids if id in self.customers]
        return {"customers": {"edges": [{"node": person} for person in found]}}

    def _customer_search(self, text: str) -> dict[str, Any]:
        """Whose names begin with each of the words."""
        found = [
            {"id": person["id"], "firstName": person["firstName"], "lastName": surname}
            for person in self.customers.values()
            for surname in [person.get("lastName", "")]
            if all(
                any(w.casefold().startswith(t) for w in (person["firstName"], surname))
                for t in text.replace(",", " ").casefold().split()
            )
        ]
        return {"customers": {"edges": [{"node": person} for person in found]}}

    def _orders_of_customers(self, ids: list[str], after: str | None) -> dict[str, Any]:
        self._check_user_ids(ids)
        theirs = [o for o in self.orders.values() if o["user"] and o["user"]["id"] in ids]
        return self._page_of_ids(theirs, after)

    def _orders_changed(self, since: str, after: str | None) -> dict[str, Any]:
        return {"orders": self._changed(self.orders.values(), since, after)}

    def _customers_changed(self, since: str, after: str | None) -> dict[str, Any]:
        return {"customers": self._changed(self.customers.values(), since, after)}

    def _changed(
        self, rows: Iterable[dict[str, Any]], since: str, after: str | None
    ) -> dict[str, Any]:
        """By when they changed; the cursor holds that moment, so what moves on is met again."""

        def place(row: dict[str, Any]) -> tuple[datetime, str]:
            return datetime.fromisoformat(row.get("updatedAt", PAID_AT)), row["id"]

        rest = sorted((r for r in rows if place(r)[0] >= datetime.fromisoformat(since)), key=place)
        if after:
            moment, id = json.loads(after)
            rest = [row for row in rest if place(row) > (datetime.fromisoformat(moment), id)]
        page = [
            {"id": id, "updatedAt": moment.isoformat()}
            for moment, id in map(place, rest[: self.page])
        ]
        return {
            "edges": [{"node": node} for node in page],
            "pageInfo": {
                "hasNextPage": len(rest) > self.page,
                "endCursor": json.dumps([page[-1]["updatedAt"], page[-1]["id"]]) if page else None,
            },
        }

    def _page_of_ids(self, orders: list[dict[str, Any]], after: str | None) -> dict[str, Any]:
        start = int(after or 0)
        end = start + self.page
        return {
            "orders": {
                "edges": [{"node": {"id": order["id"]}} for order in orders[start:end]],
                "pageInfo": {"hasNextPage": end < len(orders), "endCursor": str(end)},
            }
        }

    def _check_user_ids(self, ids: list[str]) -> None:
        """One id of another making and the whole page is refused."""
        if not all(id.startswith("VXNlcj") for id in ids):
            raise SaleorRefused("Invalid ID specified.")


def _listing(listing: dict[str, Any]) -> dict[str, Any]:
    least = listing["minAmountSpent"]
    return {
        "channel": {"id": listing["channelId"], "name": "Main"},
        "currency": "EUR",
        "discountValue": Decimal(listing["discountValue"]),
        "minSpent": {"amount": Decimal(least)} if least else None,
    }


ANSWERS = {
    "vouchers": PaperSaleor._vouchers,
    "voucher_things": PaperSaleor._things,
    "orders_by_code": PaperSaleor._orders_by_code,
    "app": PaperSaleor._app,
    "shop": PaperSaleor._shop,
    "orders": PaperSaleor._orders,
    "catalogue": PaperSaleor._names,
    "catalogue_search": PaperSaleor._search,
    "voucher_create": PaperSaleor._create,
    "voucher_limit": PaperSaleor._limit,
    "voucher_by_code": PaperSaleor._find,
    "voucher_delete": PaperSaleor._delete,
    "voucher_list_in_channels": PaperSaleor._list,
    "channels": PaperSaleor._channels,
    "customer": PaperSaleor._customer,
    "customers": PaperSaleor._customers,
    "customer_search": PaperSaleor._customer_search,
    "orders_of_customers": PaperSaleor._orders_of_customers,
    "orders_changed": PaperSaleor._orders_changed,
    "customers_changed": PaperSaleor._customers_changed,
}
