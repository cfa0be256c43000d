"""What of an order came back: pieces of its lines, and what was paid back for shipping.

A return brings pieces back though no money moves; a refund does when it names them, and pays for
them. A refund that names nothing brings no piece back: docs/decisions/goods.md.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Self

from babel.numbers import get_currency_precision

from saleor_loyalty.rules.purchase import GrantedRefund, Line, Pieces, Purchase

RETURNED = frozenset({"RETURNED", "REFUNDED_AND_RETURNED"})
REFUNDED = frozenset({"REFUNDED"})
PAID_BACK = frozenset({"REFUNDED", "REFUNDED_AND_RETURNED"})


class How(StrEnum):
    """How something came back."""

    RETURNED = "RETURNED"
    REFUNDED = "REFUNDED"
    SHIPPING = "SHIPPING"


@dataclass(frozen=True, slots=True)
class CameBack:
    """`back` of a line's `pieces`; of shipping, the amount paid back of its price.

    `gross` is the price of the whole line, or of shipping; `counts` what of that counts for points
    by the program's basis, 0 for a gift card.
    """

    how: How
    name: str
    back: Decimal
    pieces: Decimal
    gross: Decimal
    counts: Decimal

    @property
    def share(self) -> Fraction:
        """The part of the line, or of shipping, that came back: above 0, up to 1."""
        return Fraction(self.back) / Fraction(self.pieces)

    @property
    def value(self) -> Fraction:
        """The gross price of what came back."""
        return self.share * Fraction(self.gross)

    @property
    def lost(self) -> Fraction:
        """What of it counted for points."""
        return self.share * Fraction(self.counts)

    def as_json(self) -> dict[str, str]:
        """For a column; `from_json` reads it."""
        return {name: str(value) for name, value in asdict(self).items()}

    @classmethod
    def from_json(cls, kept: Mapping[str, str]) -> Self:
        amounts = {name: Decimal(kept[name]) for name in ("back", "pieces", "gross", "counts")}
        return cls(how=How(kept["how"]), name=kept["name"], **amounts)

    def rounding(self, currency: str) -> Fraction:
        """By how much a refund of it may miss its value, for a piece may cost no whole cents."""
        each = Fraction(self.gross) / Fraction(self.pieces)
        return _rounding(each, pieces=int(self.back), currency=currency)


@dataclass(frozen=True, slots=True)
class Back:
    """How many pieces came back, by line id, and the amount of shipping."""

    returned: Mapping[str, int]
    refunded: Mapping[str, int]
    shipping: Decimal

    def of(self, line: Line) -> tuple[How, int]:
        """Pieces of one line, at most its quantity. One piece may be both returned and refunded."""
        returned, refunded = self.returned.get(line.id, 0), self.refunded.get(line.id, 0)
        how = How.RETURNED if returned >= refunded else How.REFUNDED
        return how, min(line.quantity, max(returned, refunded))


def unpaid(order: Purchase) -> Decimal:
    """What of the order's total was given back, or never paid."""
    return order.total - min(order.charged, order.total)


def what_came_back(order: Purchase) -> Back:
    """Pieces that were returned, and those that a refund paid back.

    Of granted refunds, those count that the money given back covers: first those that Saleor knows
    to have succeeded, then the oldest, each whole or not at all.
    """
    returned, refunded = Counter[str](), Counter[str]()
    shipping, left = Decimal(0), unpaid(order)
    for fulfillment in order.fulfillments:
        if fulfillment.status in RETURNED:
            _count(returned, fulfillment.pieces)
        if fulfillment.status in REFUNDED:
            _count(refunded, fulfillment.pieces)
        if fulfillment.status in PAID_BACK:
            shipping += fulfillment.shipping_refunded
            left -= fulfillment.refunded
    for refund in _covered(order.granted_refunds, left):
        if _pays_for_its_pieces(refund, order):
            _count(refunded, refund.pieces)
            if refund.includes_shipping:
                shipping += order.shipping.gross if refund.pieces else refund.amount
    return Back(returned, refunded, min(shipping, order.shipping.gross))


def _covered(refunds: Iterable[GrantedRefund], left: Decimal) -> Iterator[GrantedRefund]:
    """Those that were paid, as far as the money `left` tells."""
    by_turn = sorted(refunds, key=lambda each: (each.status != "SUCCESS", each.granted_at))
    for refund in by_turn:
        if refund.status != "FAILURE" and refund.amount <= left:
            left -= refund.amount
            yield refund


def _pays_for_its_pieces(refund: GrantedRefund, order: Purchase) -> bool:
    """False for a part of the price, which makes up for something and brings nothing back."""
    lines = {line.id: line for line in order.lines}
    value = rounding = Fraction(0)
    for named in refund.pieces:
        line = lines.get(named.line_id)
        if line and line.quantity:
            each = Fraction(line.price.gross) / line.quantity
            value += each * named.quantity
            rounding += _rounding(each, pieces=named.quantity, currency=order.currency)
    return Fraction(refund.amount) + rounding >= value


def _rounding(each: Fraction, *, pieces: int, currency: str) -> Fraction:
    """Half the currency's smallest unit a piece, unless each costs a whole number of those."""
    units = 10 ** get_currency_precision(currency)
    return Fraction(0) if (each * units).denominator == 1 else Fraction(pieces, 2 * units)


def _count(pieces: Counter[str], more: Iterable[Pieces]) -> None:
    for each in more:
        pieces[each.line_id] += each.quantity
