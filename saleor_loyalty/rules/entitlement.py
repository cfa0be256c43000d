"""How many points an order entitles to, as it stands now.

    floor(eligible x kept x points per unit)

with `eligible` what counts of the order's amount, and `kept` the part of its total that is paid and
not given back. Computed in fractions and rounded down once, at the end, so that the same state of
an order gives the same points however it came about.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from math import floor

from saleor_loyalty.saleor_api.facts import Order


@dataclass(frozen=True, slots=True)
class EarningTerms:
    """What a program version says of one channel, as far as earning goes."""

    currency: str
    points_per_unit: Decimal
    net: bool
    include_shipping: bool


@dataclass(frozen=True, slots=True)
class Entitlement:
    """The points an order stands for, with all they were computed from. Amounts in `currency`."""

    points: int
    currency: str
    eligible: Decimal
    charged: Decimal
    total: Decimal
    rate: Decimal

    @property
    def kept(self) -> Fraction:
        """The part of the order's total that is paid and not given back, from 0 to 1."""
        if self.total == 0:
            return Fraction(1)
        return max(Fraction(0), min(Fraction(1), Fraction(self.charged) / Fraction(self.total)))

    @property
    def exact_points(self) -> Fraction:
        """The points before they are rounded down."""
        return Fraction(self.eligible) * self.kept * Fraction(self.rate)


def entitlement(
    order: Order, terms: EarningTerms, *, gift_card_lines: Collection[str]
) -> Entitlement:
    """What an order that was once fully paid entitles to now.

    0 points when the order is void, or in another currency than the terms. `gift_card_lines` are
    the ids of lines that do not count.
    """
    basis = Entitlement(
        points=0,
        currency=order.currency,
        eligible=eligible_amount(order, terms, gift_card_lines=gift_card_lines),
        charged=order.charged,
        total=order.total,
        rate=terms.points_per_unit,
    )
    if order.is_void or order.currency != terms.currency:
        return basis
    return replace(basis, points=max(0, floor(basis.exact_points)))


def eligible_amount(
    order: Order, terms: EarningTerms, *, gift_card_lines: Collection[str]
) -> Decimal:
    """The amount that counts: goods, gift cards left out, shipping if the programme says so."""
    prices = [line.price for line in order.lines if line.id not in gift_card_lines]
    if terms.include_shipping:
        prices.append(order.shipping)
    return sum((price.net if terms.net else price.gross for price in prices), Decimal(0))
