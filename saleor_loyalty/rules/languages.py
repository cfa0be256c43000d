"""Money, percentages, counts and dates as the member's language writes them."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from math import inf
from typing import Literal, Self
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_timedelta
from babel.lists import format_list
from babel.numbers import format_currency, format_decimal, format_percent

from saleor_loyalty.problems import ErrorCode, Problem, Refused

FALLBACK = "en"
# The languages that shoppers are spoken to in: their texts come with the product.
LANGUAGES = ("en", "fr", "de", "es", "pl", "ar")


# What a text's author sets to steer its direction goes on beyond the text, where it is not ended.
_STEERING = re.compile("[\u202a-\u202e\u2066-\u2069]")
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")


def harmless(text: str) -> str:
    """Words of the shop's or a member's, without what would upset the text around them."""
    return _STEERING.sub("", _CONTROLS.sub(" ", text)).strip()


class Count(int):
    """A whole number that templates can count with; shown as its language writes numbers."""

    locale: Locale

    def __new__(cls, value: int, locale: Locale) -> Self:
        count = super().__new__(cls, value)
        count.locale = locale
        return count

    def __str__(self) -> str:
        return number(int(self), self.locale)


def known_locale(language_code: str) -> Locale | None:
    """The locale of a language code in any spelling ("PT_BR", "pt-br"); None: nobody knows it.

    The only reading of such codes: `str` of it is the code as CLDR writes it. It is of a language,
    script and country: variants and modifiers can be of any length, and no text of ours has one.
    """
    try:
        read = Locale.parse(language_code.strip().replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return None
    return Locale(read.language, read.territory, read.script)


def checked_code(language_code: str) -> str:
    """A language code as CLDR writes it. Raises Refused for a language nobody knows."""
    locale = known_locale(language_code)
    if locale is None:
        message = f"There is no language “{language_code[:35]}”; use a code like de or pt-br."
        raise Refused(Problem("language_code", message, ErrorCode.INVALID))
    return str(locale)


def locale_of(language_code: str) -> Locale:
    """The locale of a language code of Saleor's ("PT_BR", "pt-br", "de").

    A code nobody knows counts as its base language, and that as English.
    """
    base = language_code.replace("-", "_").partition("_")[0]
    return known_locale(language_code) or known_locale(base) or Locale.parse(FALLBACK)


def language_of(language_code: str | None) -> str:
    """The one of our languages that a language code means ("fr", "fr-ca", "FR_CA"), or English."""
    language = (language_code or FALLBACK).replace("_", "-").partition("-")[0].lower()
    return language if language in LANGUAGES else FALLBACK


def broader(locale: Locale) -> list[str]:
    """The codes of a locale and of those it is a variety of: zh_Hans_CN, zh_Hans, zh."""
    parts = str(locale).split("_")
    return ["_".join(parts[:length]) for length in range(len(parts), 0, -1)]


def number(value: Decimal | int, locale: Locale, *, signed: bool = False) -> str:
    """1,234.5 with all its decimals; `signed`: +200. Below zero with a real minus, not a hyphen."""
    pattern = "+#,##0;-#,##0" if signed else None
    written = format_decimal(value, pattern, locale=locale, decimal_quantization=False)
    return str(written).replace("-", "\N{MINUS SIGN}")


def money(amount: Decimal, currency: str, locale: Locale) -> str:
    """€10.00 in English, 10,00 € in German."""
    return _together(format_currency(amount, currency, locale=locale), locale)


def round_money(amount: int, currency: str, locale: Locale) -> str:
    """€10 in English, 10 € in German: a round amount, without cents."""
    pattern = locale.currency_formats["standard"].pattern.replace("0.00", "0")
    written = format_currency(amount, currency, pattern, locale=locale, currency_digits=False)
    return _together(written, locale)


def percentage(value: Decimal, locale: Locale) -> str:
    """10 stands for ten percent: 10% in English, 10 % in French."""
    return _together(format_percent(value / 100, locale=locale, decimal_quantization=False), locale)


def _together(amount: str, locale: Locale) -> str:
    """Where text runs from right to left: kept in one piece, whatever number stands beside it."""
    if locale.text_direction == "ltr":
        return amount
    return f"\N{LEFT-TO-RIGHT ISOLATE}{amount}\N{POP DIRECTIONAL ISOLATE}"


def days(count: int, locale: Locale) -> str:
    """60 days, 60 jours. By way of a stretch of time: Babel's units of Arabic have no words."""
    stretch = timedelta(days=count)
    return format_timedelta(stretch, granularity="day", threshold=inf, locale=locale)


def counted(value: int, forms: Mapping[str, object], language: Locale) -> str:
    """The form that the language uses for the number, # replaced by the number itself."""
    form = str(forms.get(language.plural_form(abs(int(value))), forms["other"]))
    number = str(value if isinstance(value, Count) else Count(value, language))
    return form.replace("#", number)


def listed(parts: Sequence[str], locale: Locale) -> str:
    """Juice, Mug and 3 more: as all of English but the American writes it."""
    is_english = locale.language == "en"
    return format_list(parts, locale=Locale("en", "001") if is_english else locale)


def last_day(end: datetime, *, time_zone: str, locale: Locale) -> str:
    """The day that ends at, or holds, the moment `end` in the programme's zone."""
    day = (end - timedelta(microseconds=1)).astimezone(ZoneInfo(time_zone)).date()
    return written(day, locale)


def written(day: date, locale: Locale, *, format: Literal["medium", "long"] = "long") -> str:
    """May 1, 2026; 1er mai 2026: CLDR leaves the ordinal of French out."""
    words = format_date(day, format=format, locale=locale)
    if locale.language == "fr" and day.day == 1:
        return words.replace("1 ", "1er ", 1)
    return words
