"""What is refused is said in the language of whoever reads it, whenever it was found."""

from decimal import Decimal

from django.utils import translation
from django.utils.translation import gettext_lazy as _

from saleor_loyalty.problems import ErrorCode, Item, Problem, Refused
from saleor_loyalty.sentences import sentence

POINTS = sentence(_("Give from 1 to {most} points at once."), most=1_000_000)


def test_a_sentence_is_translated_and_its_numbers_written_when_it_is_read():
    space = "\N{NARROW NO-BREAK SPACE}"
    with translation.override("fr"):
        assert str(POINTS) == f"Donnez de 1 à 1{space}000{space}000 points à la fois."

    assert str(POINTS) == "Give from 1 to 1,000,000 points at once."


def test_where_no_language_is_spoken_it_is_english():
    with translation.override(None):
        assert str(POINTS) == "Give from 1 to 1,000,000 points at once."


def test_texts_are_filled_in_as_they_are_and_numbers_with_all_their_decimals():
    filled = sentence("{id}: {number}", id="{x} 1000", number=Decimal("1234.56789"))

    assert str(filled) == "{x} 1000: 1,234.56789"


def test_all_that_is_refused_is_said_with_what_it_is_of():
    rate = Item("Q2hhbm5lbDox", "Channel “eu”", "points_per_unit")
    refused = Refused(
        Problem("name", "Give a name.", ErrorCode.REQUIRED),
        Problem("channels", POINTS, ErrorCode.OUT_OF_RANGE, rate),
    )

    assert str(refused) == ("Give a name. Channel “eu”: Give from 1 to 1,000,000 points at once.")
