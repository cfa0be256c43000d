"""What of an order came back: pieces of its lines, and what was paid back for shipping.

A return brings pieces back though no money moves; a refund does when it names them, and pays for
them. A refund that names nothing brings no piece back: docs/decisions/goods.md.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from babel.numbers import get_currency_precision

from saleor_loyalty.rules.purchase import GrantedRefund, Line, Pieces, Purchase

RETURNED = frozenset({"RETURNED", "REFUNDED_AND_RETURNED"})
REFUNDED = frozenset({"REFUNDED"})
PAID_BACK = frozenset({"REFUNDED", "REFUNDED_AND_RETURNED"})


@dataclass(frozen=True, slots=True)
class Back:
    """How many pieces came back, by line id, and the amount of shipping."""

    returned: Mapping[str, int]
    refunded: Mapping[str, int]
    shipping: Decimal

    def of(self, line: Line) -> tuple[int, bool]:
        """Pieces of one line, at most its quantity, and whether they were returned.

        Else they were refunded; one piece may be both.
        """
        returned, refunded = self.returned.get(line.id, 0), self.refunded.get(line.id, 0)
        return min(line.quantity, max(returned, refunded)), returned >= max(refunded, 1)


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
            rounding += refund_rounding(each, pieces=named.quantity, currency=order.currency)
    return Fraction(refund.amount) + rounding >= value


def refund_rounding(each: Fraction, *, pieces: int, currency: str) -> Fraction:
    """By how much a refund of pieces may miss their price, for `each` may cost no whole cents.

    Half the currency's smallest unit a piece, unless each costs a whole number of those.
    """
    units = 10 ** get_currency_precision(currency)
    return Fraction(0) if (each * units).denominator == 1 else Fraction(pieces, 2 * units)


def _count(pieces: Counter[str], more: Iterable[Pieces]) -> None:
    for each in more:
        pieces[each.line_id] += each.quantity
