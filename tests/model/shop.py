"""The shop of the model's orders: a PaperSaleor with three customers, three channels and cents."""

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from decimal import Decimal
from typing import Any

from saleor_loyalty.saleor_api.client import document
from tests.model.facts import Order
from tests.paper_saleor import PaperSaleor, fulfillment, granted

CUSTOMERS = ("VXNlcjox", "VXNlcjoy", "VXNlcjoz")
CURRENCIES = {"main": "EUR", "us": "USD", "elsewhere": "PLN"}


class CentSaleor(PaperSaleor):
    """Answers with the model's orders as they stand. `at` takes the place of an HTTP transport."""

    def __init__(self) -> None:
        super().__init__()
        self.customers = {key: _person(key) for key in CUSTOMERS}

    def at(self, *_: object, **__: object) -> AbstractContextManager["CentSaleor"]:
        return nullcontext(self)

    def show(self, orders: Iterable[Order]) -> None:
        for order in orders:
            self.place(order.number, **_facts(order))

    def execute(self, text: str, variables: Mapping[str, Any]) -> dict[str, Any]:
        if text == document("channels"):
            return {
                "channels": [
                    {
                        "id": slug,
                        "name": slug,
                        "slug": slug,
                        "currencyCode": currency,
                        "isActive": True,
                    }
                    for slug, currency in CURRENCIES.items()
                ]
            }
        return super().execute(text, variables)


def _person(key: str) -> dict[str, Any]:
    return {
        "id": key,
        "email": f"{key}@example.com",
        "firstName": "",
        "languageCode": "EN",
        "isConfirmed": True,
        "isActive": True,
    }


def _facts(order: Order) -> dict[str, Any]:
    currency = CURRENCIES[order.channel]
    return {
        "created": order.created.isoformat(),
        "updatedAt": order.created.isoformat(),
        "status": _status(order),
        "chargeStatus": _charge_status(order),
        "voucherCode": order.code,
        "channel": {"id": order.channel},
        "user": _person(order.customer) if order.customer else None,
        "total": _price(order.total, order.total, currency),
        "totalCharged": _price(order.charged, order.charged, currency)["gross"],
        "shippingPrice": _price(order.shipping, order.shipping, currency),
        "lines": [
            {
                "id": line.key,
                "productName": line.key,
                "quantity": line.pieces,
                "totalPrice": _price(line.gross, line.net, currency),
                "discounts": [],
                "variant": None if line.product_is_gone else _variant(gift=line.is_gift_card),
            }
            for line in order.lines
        ],
        "fulfillments": [
            fulfillment(parcel.status, parcel.cents / 100, **{parcel.line: parcel.pieces})
            for parcel in order.parcels
        ],
        "grantedRefunds": [
            granted(
                grant.cents / 100,
                status=grant.status,
                shipping=grant.shipping,
                at=grant.at.isoformat(),
                **({grant.line: grant.pieces} if grant.line else {}),
            )
            for grant in order.grants
        ],
        "events": [] if order.is_import else _paid_events(order.paid_at),
    }


def _status(order: Order) -> str:
    if order.is_void:
        return "CANCELED"
    return "UNCONFIRMED" if order.is_unconfirmed else "UNFULFILLED"


def _charge_status(order: Order) -> str:
    if order.charged == order.total:
        return "FULL"
    if order.charged > order.total:
        return "OVERCHARGED"
    return "PARTIAL" if order.charged else "NONE"


def _price(gross: int, net: int, currency: str) -> dict[str, Any]:
    return {
        "gross": {"amount": Decimal(gross) / 100, "currency": currency},
        "net": {"amount": Decimal(net) / 100, "currency": currency},
    }


def _variant(*, gift: bool) -> dict[str, Any]:
    return {"product": {"productType": {"kind": "GIFT_CARD" if gift else "NORMAL"}}}


def _paid_events(paid_at: datetime | None) -> list[dict[str, str]]:
    return [{"type": "ORDER_FULLY_PAID", "date": paid_at.isoformat()}] if paid_at else []
