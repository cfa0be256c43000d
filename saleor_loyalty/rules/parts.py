"""What an order's points are computed from: a part for each of its lines, and one for shipping."""

from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction

from saleor_loyalty.rules.goods import refund_rounding

SHIPPING = ""  # in place of a line's id
EXACT = Context(prec=200)  # digits: more than amounts, rates and their products can have


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A line of an order, or its shipping, what came back of it, and how it earns.

    `back` of the line's `pieces` came back; of shipping, that is how much of its price was paid
    back. `returned` tells whether those are pieces that were sent back; else they were refunded.
    `gross` is the price of all its pieces, `amount` what of that counts for points by the program's
    basis: nothing, of a gift card. `rate` is points per unit of the currency, times `factor`.
    """

    line_id: str
    name: str
    pieces: Decimal
    back: Decimal
    returned: bool
    gross: Decimal
    amount: Decimal
    rate: Decimal
    factor: Decimal = Decimal(1)

    @property
    def is_shipping(self) -> bool:
        return self.line_id == SHIPPING

    @property
    def exact_points(self) -> Decimal:
        """What all its pieces earn, before anything came back."""
        return EXACT.multiply(EXACT.multiply(self.amount, self.rate), self.factor)

    @property
    def gone(self) -> Fraction:
        """The share of its pieces that came back, from 0 to 1."""
        return Fraction(self.back) / Fraction(self.pieces) if self.back else Fraction(0)

    @property
    def value(self) -> Fraction:
        """The gross price of what came back."""
        return self.gone * Fraction(self.gross)

    def rounding(self, currency: str) -> Fraction:
        """By how much a refund of what came back may miss its value."""
        if not self.back:
            return Fraction(0)
        each = Fraction(self.gross) / Fraction(self.pieces)
        return refund_rounding(each, pieces=int(self.back), currency=currency)
