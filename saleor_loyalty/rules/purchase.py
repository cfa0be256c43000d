"""An order as the rules of earning see it: what was bought, what was paid, and what came back."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

VOID_STATUSES = frozenset({"DRAFT", "CANCELED", "EXPIRED"})


@dataclass(frozen=True, slots=True)
class Price:
    """An amount with and without tax, in the order's currency."""

    gross: Decimal
    net: Decimal


@dataclass(frozen=True, slots=True)
class Line:
    """A line after its discounts: `price` is that of all its pieces.

    `name` is the product's, as it was ordered. `sells_gift_card` is None when the product is gone.
    """

    id: str
    name: str
    quantity: int
    price: Price
    sells_gift_card: bool | None


@dataclass(frozen=True, slots=True)
class Pieces:
    """Some pieces of one line."""

    line_id: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Fulfillment:
    """Pieces that went out, came back, or were paid back: `status` says which, in Saleor's words.

    `refunded` is what was paid back with it, `shipping_refunded` what of that was for shipping.
    """

    status: str
    refunded: Decimal
    shipping_refunded: Decimal
    pieces: tuple[Pieces, ...]


@dataclass(frozen=True, slots=True)
class GrantedRefund:
    """What staff decided to pay back, and for which pieces; whether it was is another matter."""

    granted_at: datetime
    status: str
    amount: Decimal
    includes_shipping: bool
    pieces: tuple[Pieces, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchase:
    """What an order's points are computed from. Amounts in `currency`.

    `total` is what is to be paid in money: a gift card lowers it, and not the lines. `charged` is
    net of refunds and chargebacks.
    """

    status: str
    currency: str
    total: Decimal
    charged: Decimal
    shipping: Price
    lines: tuple[Line, ...]
    fulfillments: tuple[Fulfillment, ...]
    granted_refunds: tuple[GrantedRefund, ...]

    @property
    def is_void(self) -> bool:
        """True when the order never came about or was called off."""
        return self.status in VOID_STATUSES

    @property
    def gift_card_lines(self) -> frozenset[str]:
        """Ids of the lines known to sell gift cards."""
        return frozenset(line.id for line in self.lines if line.sells_gift_card)
