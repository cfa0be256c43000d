"""Numbers and stretches of time as each language writes them."""

import pytest
from babel import Locale

from saleor_loyalty.rules.languages import LANGUAGES, days, number

SIXTY_DAYS = {
    "en": "60 days",
    "fr": "60\N{NO-BREAK SPACE}jours",
    "de": "60 Tage",
    "es": "60 días",
    "pl": "60 dni",
    "ar": "60 يومًا",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_days_are_counted_in_words(language):
    assert days(60, Locale.parse(language)) == SIXTY_DAYS[language]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_below_zero_has_a_minus(language):
    locale = Locale.parse(language)

    for written in (number(-20, locale), number(-20, locale, signed=True)):
        assert written.replace("\N{LEFT-TO-RIGHT MARK}", "") == "\N{MINUS SIGN}20"
