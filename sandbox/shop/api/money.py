"""Amounts as the API answers them: JSON numbers beside their currency."""

from decimal import Decimal

from sandbox.shop.models import Channel
from sandbox.shop.prices import net


def money(amount: Decimal, currency: str) -> dict[str, object]:
    return {"amount": float(amount), "currency": currency}


def taxed(gross: Decimal, channel: Channel) -> dict[str, object]:
    """A price with and without the channel's tax."""
    currency = channel.currency_code
    without = net(gross, tax_percent=channel.tax_percent)
    return {
        "currency": currency,
        "gross": money(gross, currency),
        "net": money(without, currency),
        "tax": money(gross - without, currency),
    }
