"""Time zones as people look for them: by a city, with what its clocks say now."""

import unicodedata
from datetime import timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from babel import Locale
from babel.core import get_global
from babel.dates import get_timezone_location
from django.utils import timezone

from saleor_loyalty.sentences import locale

MINUS = "\N{MINUS SIGN}"
UTC = "UTC"


def choices(*, also: str = UTC) -> list[tuple[str, str]]:
    """Every zone that has a city, by IANA's name, sorted by the city: “Paris (UTC+1)”.

    `also` is listed in any case: a program may have been given another name, such as US/Pacific.
    """
    cities = _cities(str(locale()))
    others = [name for name in dict.fromkeys((UTC, also)) if name not in dict(cities)]
    listed = [*((name, name.replace("_", " ")) for name in others), *cities]
    return [(zone, _label(zone, city)) for zone, city in listed]


def listed(name: str) -> str | None:
    """The zone of `choices` that a name stands for, be it an old one; None where there is none."""
    canonical = get_global("zone_aliases").get(name, name)
    found = UTC if canonical == "Etc/UTC" else canonical
    return found if found == UTC or found in dict(_cities("en")) else None


@lru_cache(maxsize=8)
def _cities(language: str) -> list[tuple[str, str]]:
    known = available_timezones()
    in_language = Locale.parse(language)
    named = [
        (zone, get_timezone_location(zone, locale=in_language, return_city=True))
        for zone, territory in get_global("zone_territories").items()
        if zone in known and territory != "ZZ"  # of no country: Etc/GMT-1
    ]
    return sorted(named, key=lambda each: _without_accents(each[1]))


def _without_accents(city: str) -> str:
    letters = unicodedata.normalize("NFKD", city)
    return "".join(each for each in letters if not unicodedata.combining(each)).casefold()


def _label(zone: str, city: str) -> str:
    offset = timezone.now().astimezone(ZoneInfo(zone)).utcoffset() or timedelta(0)
    if not offset:
        return city if city == UTC else f"{city} (UTC)"
    hours, minutes = divmod(abs(offset) // timedelta(minutes=1), 60)
    sign = MINUS if offset < timedelta(0) else "+"
    return f"{city} (UTC{sign}{hours}{f':{minutes:02}' if minutes else ''})"
