"""Vouchers as the shop has them, and the orders that name their codes; parsed once, frozen."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Self

from saleor_loyalty.rules.purchase import VOID_STATUSES
from saleor_loyalty.saleor_api.facts import MISREAD, Unreadable, code_that_counts

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Listing:
    """What a voucher gives in one channel. `min_spent` None: orders of any amount."""

    channel_id: str
    channel_name: str
    currency: str
    value: Decimal
    min_spent: Decimal | None

    @classmethod
    def from_json(cls, listing: Json) -> Self:
        least = listing["minSpent"] and Decimal(str(listing["minSpent"]["amount"]))
        return cls(
            channel_id=listing["channel"]["id"],
            channel_name=listing["channel"]["name"],
            currency=listing["currency"],
            value=Decimal(str(listing["discountValue"])),
            min_spent=least or None,
        )


@dataclass(frozen=True, slots=True)
class Voucher:
    """A voucher as it stands. `codes`: whether each is active; None: there are too many to tell.

    `is_limited`: to things of the catalogue. `asks_for_more`: than terms of ours can say.
    """

    id: str
    starts_at: datetime
    ends_at: datetime | None
    is_percentage: bool
    is_limited: bool
    is_used_up: bool
    is_for_staff: bool
    asks_for_more: bool
    codes: Mapping[str, bool] | None
    listings: tuple[Listing, ...]

    @classmethod
    def from_json(cls, voucher: Json) -> Self:
        try:
            return cls._read(voucher)
        except MISREAD as error:
            message = f"voucher {voucher.get('id')}: {error!r}"
            raise Unreadable(message) from error

    @classmethod
    def _read(cls, voucher: Json) -> Self:
        limit, found, end = voucher["usageLimit"], voucher["codes"], voucher["endDate"]
        codes = {edge["node"]["code"]: edge["node"]["isActive"] for edge in found["edges"]}
        pieces = voucher["minCheckoutItemsQuantity"] or 0
        return cls(
            id=voucher["id"],
            starts_at=datetime.fromisoformat(voucher["startDate"]),
            ends_at=datetime.fromisoformat(end) if end else None,
            is_percentage=voucher["discountValueType"] == "PERCENTAGE",
            is_limited=voucher["type"] == "SPECIFIC_PRODUCT",
            is_used_up=limit is not None and voucher["used"] >= limit,
            is_for_staff=voucher["onlyForStaff"],
            asks_for_more=bool(
                voucher["type"] == "SHIPPING" or pieces > 1 or voucher["applyOncePerCustomer"]
            ),
            codes=None if found["pageInfo"]["hasNextPage"] else codes,
            listings=tuple(map(Listing.from_json, voucher["channelListings"] or ())),
        )

    def has(self, code: str) -> bool:
        """Whether the code is one of the voucher's, as far as can be told."""
        return self.codes is None or code in self.codes

    def is_spent(self, code: str) -> bool:
        """Whether an order, or a draft that may become one, has used the code."""
        return self.is_used_up or (self.codes is not None and not self.codes.get(code, True))


@dataclass(frozen=True, slots=True)
class Naming:
    """An order that names a voucher's code. `counts`: the code takes something off."""

    order_id: str
    code: str
    counts: bool
    is_void: bool

    @classmethod
    def from_json(cls, order: Json) -> Self:
        try:
            return cls(
                order_id=order["id"],
                code=order["voucherCode"],
                counts=code_that_counts(order) is not None,
                is_void=order["status"] in VOID_STATUSES,
            )
        except MISREAD as error:
            message = f"order {order.get('id')}: {error!r}"
            raise Unreadable(message) from error
