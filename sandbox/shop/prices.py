"""Arithmetic of prices.

Amounts are Decimals with two places, gross, in the currency of their channel.
"""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")


def to_cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def net(gross: Decimal, *, tax_percent: Decimal) -> Decimal:
    """The part of a price that is not tax."""
    return to_cents(gross / (1 + tax_percent / 100))


def shares(amounts: Sequence[Decimal], discount: Decimal) -> list[Decimal]:
    """What of `discount` each of the amounts bears, in proportion; the last one takes the rest.

    Saleor lowers the lines of an order this way for a voucher on the entire order.
    """
    whole = sum(amounts, Decimal(0))
    if not whole or not discount:
        return [Decimal(0)] * len(amounts)
    borne = [to_cents(discount * amount / whole) for amount in amounts[:-1]]
    return [*borne, discount - sum(borne, Decimal(0))]
