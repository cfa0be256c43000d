"""Template filters: numbers, money and moments as the reader's language writes them."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel.dates import format_time
from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import ngettext

from saleor_loyalty.rules import languages
from saleor_loyalty.sentences import locale

register = template.Library()


@register.filter
def number(value: int | Decimal | None) -> str:
    """1234.5 -> "1,234.5"; nothing for None."""
    if value is None:
        return ""
    return languages.number(value, locale())


@register.filter
def signed(value: int) -> str:
    """With its sign: 200 -> "+200"."""
    return languages.number(value, locale(), signed=True)


@register.filter
def points(value: int) -> str:
    """1 -> "1 point"."""
    words = ngettext("{number} point", "{number} points", value)
    return words.format(number=number(value))


@register.filter
def money(value: Decimal, currency: str) -> str:
    """With the currency's own number of decimals: "€9.90"."""
    return languages.money(value, currency, locale())


@register.filter
def percent(value: Decimal) -> str:
    """10 -> "10%"."""
    return languages.percentage(value, locale())


@register.filter
def day(value: datetime | None) -> str:
    """The day of a moment, in the programme's time zone; nothing for None."""
    if value is None:
        return ""
    return date_words(timezone.localtime(value))


@register.filter
def last_day(value: datetime | None, time_zone: str = "") -> str:
    """The last day before a moment at which something ends: an end is a midnight.

    In the programme's time zone, or in the one given, by which the end was worked out.
    """
    if value is None:
        return ""
    zone = ZoneInfo(time_zone) if time_zone else None
    return date_words(timezone.localtime(value - timedelta(microseconds=1), zone))


@register.filter
def moment(value: datetime | None) -> str:
    """Day and time, in the programme's time zone; nothing for None."""
    if value is None:
        return ""
    time = format_time(timezone.localtime(value), format="short", locale=locale())
    return f"{day(value)}, {time}"


@register.filter
def date_words(value: date) -> str:
    """A day that is one already."""
    return languages.written(value, locale(), format="medium")


@register.filter
def email(address: str) -> str:
    """An address that breaks before its @, where it has to, and in words only if it must."""
    name, at, domain = address.rpartition("@")
    return format_html("{}<wbr>{}{}", name, at, domain)


@register.filter
def as_variable(name: str) -> str:
    """How Liquid names it."""
    return f"{{{{ {name} }}}}"
