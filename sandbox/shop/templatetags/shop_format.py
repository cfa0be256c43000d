"""How pages write amounts and points."""

from decimal import Decimal

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()

SIGNS = {"EUR": "€{}", "PLN": "{} zł"}


@register.filter
def money(amount: Decimal | float | str, currency: str) -> str:
    """An amount with its currency's sign, as €1,530.00."""
    return SIGNS.get(currency, f"{{}} {currency}").format(f"{Decimal(str(amount)):,.2f}")


@register.filter
def points(number: int) -> str:
    """A number of points, as 5,120, with a true minus sign below zero."""
    return f"{number:,}".replace("-", "\N{MINUS SIGN}")


@register.filter
def plain(number: Decimal | float | str) -> str:
    """A number without the zeros it does not need, as 10 and 2.5."""
    return f"{Decimal(str(number)).normalize():f}"


@register.simple_tag
def discount(coupon: dict[str, str], terms: dict[str, str]) -> str:
    """What a coupon takes off: 10 % or €5.00."""
    if coupon["discountType"] == "PERCENTAGE":
        return f"{plain(terms['discountValue'])}% off"
    return f"{money(terms['discountValue'], terms['currency'])} off"


@register.simple_tag
def status(value: str) -> SafeString:
    """A state of an order, a payment or a coupon as a small label."""
    return format_html(
        '<span class="label {}">{}</span>', value.lower(), value.replace("_", " ").capitalize()
    )
