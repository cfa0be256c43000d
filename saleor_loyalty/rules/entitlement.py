"""How many points an order entitles to, as it stands now: what is kept of its goods earns.

    floor(kept x sum over its parts (exact points x share of the pieces kept))
    exact points = amount x rate x factor
    kept = 1 - rest / (T - V), from 0 to 1; 1 where T - V is 0
    rest = what was given back or never paid, beyond V; 0 where that is less

with `T` the gross price of all lines and shipping before gift cards and other tenders, and `V` the
gross price of what came back of them (rules/goods.py). Parts are its lines and shipping
(rules/parts.py); a void order has none. Computed in fractions and rounded down once,
at the end, so that the same state of an order gives the same points however it came about.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property, reduce
from math import floor
from operator import attrgetter

from saleor_loyalty.rules.goods import unpaid, what_came_back
from saleor_loyalty.rules.parts import EXACT, SHIPPING, Part
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


@dataclass(frozen=True)
class Entitlement:
    """The points an order stands for, with all they were computed from. Amounts in `currency`.

    `unpaid` is what was given back or never paid. Nothing of a void order counts: it has no parts.
    """

    currency: str
    unpaid: Decimal
    parts: tuple[Part, ...]

    @cached_property
    def points(self) -> int:
        return floor(self.exact_points)

    @cached_property
    def exact_points(self) -> Fraction:
        """The points before they are rounded down."""
        return self.kept * self._of_kept_pieces(attrgetter("exact_points"))

    @property
    def came_back(self) -> list[Part]:
        """The parts of which something came back."""
        return [part for part in self.parts if part.back]

    @property
    def goods(self) -> Fraction:
        """What counts of the pieces that are kept."""
        return self._of_kept_pieces(attrgetter("amount"))

    def _of_kept_pieces(self, what: Callable[[Part], Decimal]) -> Fraction:
        whole = reduce(EXACT.add, map(what, self.parts), Decimal(0))
        gone = (part.gone * Fraction(what(part)) for part in self.came_back)
        return Fraction(whole) - sum(gone, Fraction(0))

    @property
    def value(self) -> Fraction:
        """The gross price of what came back: V."""
        return sum((part.value for part in self.came_back), Fraction(0))

    @property
    def price(self) -> Fraction:
        """The gross price of what did not: T - V."""
        return self._of_kept_pieces(attrgetter("gross"))

    @property
    def rest(self) -> Fraction:
        """What is not paid of that price: money that no piece which came back accounts for."""
        rest = Fraction(self.unpaid) - self.value
        rounding = sum((part.rounding(self.currency) for part in self.came_back), Fraction(0))
        return rest if rest > rounding else Fraction(0)

    @property
    def kept(self) -> Fraction:
        """The part of that price that is paid and not given back, from 0 to 1."""
        rest, price = self.rest, self.price
        if rest == 0 or price == 0:
            return Fraction(1)
        return max(Fraction(0), 1 - rest / price)


def entitlement(
    order: Purchase, terms: EarningTerms, *, gift_card_lines: Collection[str]
) -> Entitlement:
    """What an order that was once fully paid entitles to now.

    0 points when the order is void, or in another currency than the terms. `gift_card_lines` are
    the ids of lines that do not count.
    """
    earns = not order.is_void and order.currency == terms.currency
    return Entitlement(
        currency=order.currency,
        unpaid=unpaid(order),
        parts=tuple(_parts(order, terms, gift_card_lines)) if earns else (),
    )


def _parts(
    order: Purchase, terms: EarningTerms, gift_card_lines: Collection[str]
) -> Iterator[Part]:
    """Its lines, in their order, and shipping that costs something."""
    came_back = what_came_back(order)
    for line in order.lines:
        back, returned = came_back.of(line)
        yield Part(
            line_id=line.id,
            name=line.name,
            pieces=Decimal(line.quantity),
            back=Decimal(back),
            returned=returned,
            gross=line.price.gross,
            amount=Decimal(0) if line.id in gift_card_lines else terms.amount(line.price),
            rate=terms.points_per_unit,
        )
    if order.shipping.gross:
        yield Part(
            line_id=SHIPPING,
            name="",
            pieces=order.shipping.gross,
            back=came_back.shipping,
            returned=False,
            gross=order.shipping.gross,
            amount=terms.amount(order.shipping) if terms.include_shipping else Decimal(0),
            rate=terms.points_per_unit,
        )
