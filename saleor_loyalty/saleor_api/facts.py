"""What Saleor answers, parsed once into frozen values. Amounts are exact Decimals.

Each `from_json` takes one object of a GraphQL answer whose numbers were read as Decimal, and
raises `Unreadable` when it lacks what the document asked for.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Self

from saleor_loyalty.rules.purchase import (
    Fulfillment,
    GrantedRefund,
    Line,
    Pieces,
    Price,
    Purchase,
)

PAID_STATUSES = frozenset({"FULL", "OVERCHARGED"})
PAID_EVENTS = frozenset({"ORDER_FULLY_PAID", "ORDER_MARKED_AS_PAID"})

# What reading an answer of another form than asked for may raise.
MISREAD = (KeyError, TypeError, ValueError, AttributeError, ArithmeticError)

Json = Mapping[str, Any]


class Unreadable(Exception):
    """An answer of Saleor that does not look as its schema says."""


@dataclass(frozen=True, slots=True)
class Customer:
    """A registered customer of the shop. Unless `is_confirmed`, the email may be anybody's.

    Staff of the shop may have made them inactive: they cannot sign in.
    """

    id: str
    email: str
    first_name: str
    language_code: str
    is_confirmed: bool = True
    is_active: bool = True

    @classmethod
    def from_json(cls, user: Json) -> Self:
        return cls(
            id=_text(user["id"]),
            email=_text(user["email"]),
            first_name=_text(user["firstName"]),
            language_code=user["languageCode"].lower().replace("_", "-"),
            is_confirmed=user["isConfirmed"],
            is_active=user["isActive"],
        )

    @property
    def fingerprint(self) -> str:
        """Equal while the email, its confirmation and whether they are active stay; tells none."""
        known_as = f"{self.id} {self.email.lower()} {self.is_confirmed} {self.is_active}"
        return hashlib.sha256(known_as.encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Order(Purchase):
    """An order as it stands.

    `charged` is Saleor's totalCharged. `fully_paid_at` is when it was first paid in full, however
    much was given back since; None when it never was. `customer` is None for a guest's order.
    `voucher_code` is the code that lowers the order's price.
    """

    id: str
    number: str
    channel_id: str
    customer: Customer | None
    voucher_code: str | None
    created_at: datetime
    updated_at: datetime
    fully_paid_at: datetime | None

    @classmethod
    def from_json(cls, order: Json) -> Self:
        try:
            return cls(
                id=_text(order["id"]),
                number=_text(order["number"]),
                status=_text(order["status"]),
                channel_id=_text(order["channel"]["id"]),
                currency=_text(order["total"]["gross"]["currency"]),
                customer=Customer.from_json(order["user"]) if order["user"] else None,
                total=_decimal(order["total"]["gross"]["amount"]),
                charged=_decimal(order["totalCharged"]["amount"]),
                shipping=_price(order["shippingPrice"]),
                lines=tuple(map(_line, order["lines"])),
                fulfillments=tuple(map(_fulfillment, order["fulfillments"])),
                granted_refunds=tuple(map(_granted_refund, order["grantedRefunds"])),
                voucher_code=code_that_counts(order),
                created_at=_moment(order["created"]),
                updated_at=_moment(order["updatedAt"]),
                fully_paid_at=_fully_paid_at(order),
            )
        except MISREAD as error:
            message = f"order {order.get('id')}: {error!r}"
            raise Unreadable(message) from error


@dataclass(frozen=True, slots=True)
class Channel:
    """A sales channel. Its id and currency never change; slug and name may."""

    id: str
    slug: str
    name: str
    currency: str

    @property
    def known_as(self) -> str:
        """Its slug, which the API goes by; where that is not known, its name or its id."""
        return self.slug or self.name or self.id


@dataclass(frozen=True, slots=True)
class App:
    """Who a token belongs to. `identifier` is its manifest's id; None for an app without one."""

    id: str
    identifier: str | None
    name: str
    permissions: frozenset[str]

    @classmethod
    def from_json(cls, app: Json) -> Self:
        name = " ".join((app["name"] or "").split())
        permissions = frozenset(permission["code"] for permission in app["permissions"] or ())
        return cls(app["id"], app["identifier"], name, permissions)


def code_that_counts(order: Json) -> str | None:
    """The code that lowers the price; None when the order only names one.

    A staff draft keeps the code of a voucher that was deleted before the draft was priced. What a
    voucher on some products takes off stands with the lines, but for channels that tell it with
    the order, as Saleor once did.
    """
    taken_off = [each["amount"] for each in order["discounts"] if each["type"] == "VOUCHER"]
    for line in order["lines"]:
        in_line = line["discounts"] or ()
        taken_off += [each["total"] for each in in_line if each["type"] == "VOUCHER"]
    counts = any(amount["amount"] > 0 for amount in taken_off)
    return _text(order["voucherCode"]) if counts and order["voucherCode"] is not None else None


def _fully_paid_at(order: Json) -> datetime | None:
    """From the order's own history, which refunds do not rewrite.

    Imported orders have no history: one that is paid counts from its creation.
    """
    paid = [event["date"] for event in order["events"] if event["type"] in PAID_EVENTS]
    if paid:
        return min(map(_moment, paid))
    if order["chargeStatus"] in PAID_STATUSES:
        return _moment(order["created"])
    return None


def _price(price: Json) -> Price:
    return Price(gross=_decimal(price["gross"]["amount"]), net=_decimal(price["net"]["amount"]))


def _line(line: Json) -> Line:
    variant = line["variant"]
    return Line(
        id=_text(line["id"]),
        name=_text(line["productName"]),
        quantity=_whole(line["quantity"]),
        price=_price(line["totalPrice"]),
        sells_gift_card=variant["product"]["productType"]["kind"] == "GIFT_CARD"
        if variant
        else None,
    )


def _fulfillment(fulfillment: Json) -> Fulfillment:
    return Fulfillment(
        status=_text(fulfillment["status"]),
        refunded=_amount(fulfillment["totalRefundedAmount"]),
        shipping_refunded=_amount(fulfillment["shippingRefundedAmount"]),
        pieces=_pieces(fulfillment["lines"]),
    )


def _granted_refund(refund: Json) -> GrantedRefund:
    return GrantedRefund(
        granted_at=_moment(refund["createdAt"]),
        status=_text(refund["status"]),
        amount=_decimal(refund["amount"]["amount"]),
        includes_shipping=bool(refund["shippingCostsIncluded"]),
        pieces=_pieces(refund["lines"]),
    )


def _pieces(lines: list[Json] | None) -> tuple[Pieces, ...]:
    return tuple(
        Pieces(_text(each["orderLine"]["id"]), _whole(each["quantity"])) for each in lines or ()
    )


def _decimal(value: object) -> Decimal:
    """A JSON number as an exact Decimal: through its text, never through a float's bits."""
    number = Decimal(str(value))
    if not number.is_finite():
        raise ValueError(value)
    return number


def _amount(money: Json | None) -> Decimal:
    return _decimal(money["amount"]) if money else Decimal(0)


def _whole(value: object) -> int:
    if not isinstance(value, int):
        raise TypeError(value)
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _moment(text: str) -> datetime:
    """A moment, with its offset from UTC."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(text)
    return moment
