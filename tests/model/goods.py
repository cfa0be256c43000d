"""What of an order's goods is kept: its pieces one by one, and the money between."""

from collections.abc import Collection, Iterator
from fractions import Fraction

from tests.model.facts import Grant, Line, Order, Rules


def kept(order: Order, rules: Rules, hidden: Collection[str]) -> Fraction:
    """The cents of an order that earn. `hidden` lines sell gift cards."""
    back = dict(_pieces_back(order))
    shipping_back = min(_shipping_back(order), order.shipping)
    whole = sum(line.gross for line in order.lines) + order.shipping
    gone = sum(_price(line, back[line.key]) for line in order.lines) + shipping_back
    goods = Fraction(0)
    for line in order.lines:
        left = Fraction(line.pieces - back[line.key], line.pieces)
        goods += 0 if line.key in hidden else left * (line.net if rules.net else line.gross)
    if rules.shipping:
        goods += order.shipping - shipping_back
    missing = order.total - min(order.charged, order.total)
    rest = missing - gone
    if rest <= sum(_rounding(line, back[line.key]) for line in order.lines):
        rest = Fraction(0)
    share = 1 - rest / (whole - gone) if whole != gone else 1
    return goods * max(0, min(1, share))


def _pieces_back(order: Order) -> Iterator[tuple[str, int]]:
    paid = [grant for grant in _paid(order) if _is_whole(grant, order)]
    for line in order.lines:
        returned = refunded = 0
        for parcel in order.parcels:
            if parcel.line == line.key:
                is_back = parcel.status in {"RETURNED", "REFUNDED_AND_RETURNED"}
                returned += parcel.pieces if is_back else 0
                refunded += parcel.pieces if parcel.status == "REFUNDED" else 0
        refunded += sum(grant.pieces for grant in paid if grant.line == line.key)
        yield line.key, min(line.pieces, max(returned, refunded))


def _shipping_back(order: Order) -> int:
    return sum(
        order.shipping if grant.line else grant.cents
        for grant in _paid(order)
        if grant.shipping and _is_whole(grant, order)
    )


def _paid(order: Order) -> Iterator[Grant]:
    """The refunds that the money given back is enough for."""
    purse = order.total - min(order.charged, order.total)
    purse -= sum(p.cents for p in order.parcels if p.status.startswith("REFUNDED"))
    succeeded = [grant for grant in order.grants if grant.status == "SUCCESS"]
    others = [grant for grant in order.grants if grant.status in {"NONE", "PENDING"}]
    for grant in succeeded + others:  # each list is in the order of time
        if grant.cents <= purse:
            purse -= grant.cents
            yield grant


def _is_whole(grant: Grant, order: Order) -> bool:
    """Not a mere part of the price of what it names."""
    for line in order.lines:
        if line.key == grant.line:
            price = _price(line, grant.pieces)
            return grant.cents + _rounding(line, grant.pieces) >= price
    return True


def _price(line: Line, pieces: int) -> Fraction:
    return Fraction(line.gross * pieces, line.pieces)


def _rounding(line: Line, pieces: int) -> Fraction:
    """Half a cent a piece, where one costs no whole number of cents."""
    return Fraction(pieces, 2) if line.gross % line.pieces else Fraction(0)
