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


def spread(amounts: Sequence[Decimal], discount: Decimal) -> list[Decimal]:
    """The amounts, lowered in all by `discount`, in proportion; the last one takes the rest.

    Saleor lowers the lines of an order this way for a voucher on the entire order.
    """
    whole = sum(amounts, Decimal(0))
    if not whole or not discount:
        return list(amounts)
    shares = [to_cents(discount * amount / whole) for amount in amounts[:-1]]
    shares.append(discount - sum(shares, Decimal(0)))
    return [amount - share for amount, share in zip(amounts, shares, strict=True)]
