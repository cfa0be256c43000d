"""How many points an order entitles to, as it stands now: what is kept of its goods earns.

    floor(kept x (amount of the pieces kept) x points per unit)
    kept = 1 - rest / (T - V), from 0 to 1; 1 where T - V is 0
    rest = what was given back or never paid, beyond V; 0 where that is less

with `T` the gross price of all lines and shipping before gift cards and other tenders, and `V` the
gross price of what came back of them (rules/goods.py). Computed in fractions and rounded down once,
at the end, so that the same state of an order gives the same points however it came about.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from math import floor

from saleor_loyalty.rules.goods import CameBack, How, unpaid, what_came_back
from saleor_loyalty.rules.purchase import Price, Purchase


@dataclass(frozen=True, slots=True)
class EarningTerms:
    """What a program version says of one channel, as far as earning goes."""

    currency: str
    points_per_unit: Decimal
    net: bool
    include_shipping: bool

    def amount(self, price: Price) -> Decimal:
        """What counts of a price."""
        return price.net if self.net else price.gross


@dataclass(frozen=True, slots=True)
class Entitlement:
    """The points an order stands for, with all they were computed from. Amounts in `currency`.

    `eligible` is what counts of the order before anything came back, `total` the gross price of all
    of it, `unpaid` what was given back or never paid.
    """

    points: int
    currency: str
    eligible: Decimal
    total: Decimal
    unpaid: Decimal
    rate: Decimal
    came_back: tuple[CameBack, ...] = ()

    @property
    def goods(self) -> Fraction:
        """What counts of the pieces that are kept."""
        return Fraction(self.eligible) - sum((each.lost for each in self.came_back), Fraction(0))

    @property
    def price(self) -> Fraction:
        """The gross price of what did not come back."""
        return Fraction(self.total) - sum((each.value for each in self.came_back), Fraction(0))

    @property
    def rest(self) -> Fraction:
        """What is not paid of that price: money that no piece which came back accounts for."""
        rest = Fraction(self.unpaid) - (Fraction(self.total) - self.price)
        rounding = sum((each.rounding(self.currency) for each in self.came_back), Fraction(0))
        return rest if rest > rounding else Fraction(0)

    @property
    def kept(self) -> Fraction:
        """The part of that price that is paid and not given back, from 0 to 1."""
        if self.price == 0:
            return Fraction(1)
        return max(Fraction(0), min(Fraction(1), 1 - self.rest / self.price))

    @property
    def exact_points(self) -> Fraction:
        """The points before they are rounded down."""
        return self.kept * self.goods * Fraction(self.rate)


def entitlement(
    order: Purchase, terms: EarningTerms, *, gift_card_lines: Collection[str]
) -> Entitlement:
    """What an order that was once fully paid entitles to now.

    0 points when the order is void, or in another currency than the terms. `gift_card_lines` are
    the ids of lines that do not count.
    """
    basis = Entitlement(
        points=0,
        currency=order.currency,
        eligible=eligible_amount(order, terms, gift_card_lines=gift_card_lines),
        total=sum((line.price.gross for line in order.lines), order.shipping.gross),
        unpaid=unpaid(order),
        rate=terms.points_per_unit,
        came_back=tuple(_came_back(order, terms, gift_card_lines)),
    )
    if order.is_void or order.currency != terms.currency:
        return basis
    return replace(basis, points=max(0, floor(basis.exact_points)))


def eligible_amount(
    order: Purchase, terms: EarningTerms, *, gift_card_lines: Collection[str]
) -> Decimal:
    """The amount that counts: goods, gift cards left out, shipping if the programme says so."""
    prices = [line.price for line in order.lines if line.id not in gift_card_lines]
    if terms.include_shipping:
        prices.append(order.shipping)
    return sum(map(terms.amount, prices), Decimal(0))


def _came_back(
    order: Purchase, terms: EarningTerms, gift_card_lines: Collection[str]
) -> Iterator[CameBack]:
    back = what_came_back(order)
    for line in order.lines:
        how, pieces = back.of(line)
        if pieces:
            yield CameBack(
                how=how,
                name=line.name,
                back=Decimal(pieces),
                pieces=Decimal(line.quantity),
                gross=line.price.gross,
                counts=Decimal(0) if line.id in gift_card_lines else terms.amount(line.price),
            )
    if back.shipping:
        yield CameBack(
            how=How.SHIPPING,
            name="",
            back=back.shipping,
            pieces=order.shipping.gross,
            gross=order.shipping.gross,
            counts=terms.amount(order.shipping) if terms.include_shipping else Decimal(0),
        )
