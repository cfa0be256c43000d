"""Money, percentages, numbers and dates as the member's language writes them."""

from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal, format_percent

FALLBACK = "en"


def locale_of(language_code: str) -> Locale:
    """The locale of a language code of Saleor's ("PT_BR", "pt-br", "de").

    A code nobody knows counts as its base language, and that as English.
    """
    code = language_code.replace("-", "_")
    for candidate in (code, code.partition("_")[0]):
        try:
            return Locale.parse(candidate)
        except (UnknownLocaleError, ValueError):
            continue
    return Locale.parse(FALLBACK)


def money(amount: Decimal, currency: str, locale: Locale) -> str:
    """€10.00 in English, 10,00 € in German."""
    return format_currency(amount, currency, locale=locale)


def percentage(value: Decimal, locale: Locale) -> str:
    """10 stands for ten percent: 10% in English, 10 % in French."""
    return format_percent(value / 100, locale=locale, decimal_quantization=False)


def number(value: int, locale: Locale) -> str:
    """5,000 in English, 5.000 in German."""
    return str(format_decimal(value, locale=locale))


def last_day(end: datetime, *, time_zone: str, locale: Locale) -> str:
    """The day that ends at, or holds, the moment `end` in the programme's zone."""
    day = (end - timedelta(microseconds=1)).astimezone(ZoneInfo(time_zone)).date()
    return format_date(day, format="long", locale=locale)
