"""A Saleor on paper: orders and vouchers in memory, answered as the real one answers."""

import base64
from collections.abc import Mapping
from typing import Any

from saleor_loyalty.saleor_api.client import document
from saleor_loyalty.saleor_api.transport import SaleorRefused, SaleorUnavailable

PAID_AT = "2026-03-01T10:00:00+00:00"
ANNA = {"id": "VXNlcjox", "email": "anna@example.com", "firstName": "Anna", "languageCode": "EN"}
BEN = {"id": "VXNlcjoy", "email": "ben@example.com", "firstName": "Ben", "languageCode": "PL"}


def order_id(number: int) -> str:
    return base64.b64encode(f"Order:{number}".encode()).decode()


def price(gross: float, net: float | None = None) -> dict[str, Any]:
    return {
        "gross": {"amount": gross, "currency": "EUR"},
        "net": {"amount": gross if net is None else net, "currency": "EUR"},
    }


def line(gross: float, net: float | None = None, *, kind: str | None = "NORMAL", name: str = "l1"):
    product = {"product": {"productType": {"kind": kind}}} if kind else None
    return {"id": name, "totalPrice": price(gross, net), "variant": product}


class PaperSaleor:
    """Implements `Transport`. Set `down` to have it not answer."""

    def __init__(self) -> None:
        self.orders: dict[str, dict[str, Any]] = {}
        self.vouchers: dict[str, dict[str, Any]] = {}
        self.customers = {person["id"]: person for person in (ANNA, BEN)}
        self.calls: list[str] = []
        self.down = False
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
            "status": "UNFULFILLED",
            "chargeStatus": "FULL",
            "voucherCode": None,
            "channel": {"slug": "main"},
            "user": user,
            "total": {"gross": {"amount": total, "currency": "EUR"}},
            "totalCharged": {"amount": total},
            "shippingPrice": price(shipping),
            "lines": list(lines),
            "events": [{"type": "ORDER_FULLY_PAID", "date": PAID_AT}],
            **changes,
        }
        return key

    def charge(self, key: str, amount: float) -> None:
        self.orders[key]["totalCharged"] = {"amount": amount}

    def execute(self, text: str, variables: Mapping[str, Any]) -> dict[str, Any]:
        name = next(n for n in ANSWERS if document(n) == text)
        self.calls.append(name)
        if self.down:
            raise SaleorUnavailable("down")
        return ANSWERS[name](self, **variables)

    def _orders(self, ids: list[str]) -> dict[str, Any]:
        if self.stumbles_over in ids:
            raise SaleorRefused("some field of some order is broken")
        return {"orders": {"edges": [{"node": self.orders[i]} for i in ids if i in self.orders]}}

    def _create(self, input: dict[str, Any]) -> dict[str, Any]:
        (code,) = input["addCodes"]
        if any(voucher["code"] == code for voucher in self.vouchers.values()):
            error = {"field": "codes", "code": "ALREADY_EXISTS", "message": "exists"}
            return {"voucherCreate": {"voucher": None, "errors": [error]}}
        key = f"voucher-{len(self.vouchers) + 1}"
        self.vouchers[key] = {"code": code, "input": input, "listings": {}}
        return {"voucherCreate": {"voucher": {"id": key}, "errors": []}}

    def _find(self, code: str) -> dict[str, Any]:
        edges = [
            {"node": {"id": key, "codes": {"edges": [{"node": {"code": voucher["code"]}}]}}}
            for key, voucher in self.vouchers.items()
            if voucher["code"].lower().startswith(code.lower())
        ]
        return {"vouchers": {"edges": edges}}

    def _list(self, id: str, input: dict[str, Any]) -> dict[str, Any]:
        for listing in input["addChannels"]:
            self.vouchers[id]["listings"][listing["channelId"]] = listing
        return {"voucherChannelListingUpdate": {"voucher": {"id": id}, "errors": []}}

    def _channels(self) -> dict[str, Any]:
        channel = {"id": "channel-1", "slug": "main", "currencyCode": "EUR", "isActive": True}
        return {"channels": [channel]}

    def _customer(self, id: str) -> dict[str, Any]:
        return {"user": self.customers.get(id)}


ANSWERS = {
    "orders": PaperSaleor._orders,
    "voucher_create": PaperSaleor._create,
    "voucher_by_code": PaperSaleor._find,
    "voucher_list_in_channels": PaperSaleor._list,
    "channels": PaperSaleor._channels,
    "customer": PaperSaleor._customer,
}
