"""What a limited coupon is for, in few words."""

import pytest
from django.utils.translation import override

from saleor_loyalty.models import RewardVersion
from saleor_loyalty.rewards.offers import goods

NAMES = {"1": "Mug", "2": "Juice", "3": "Tea", "4": "Rug", "5": "Zither"}


def limited(*ids: str, names: dict[str, str] = NAMES) -> str:
    return goods(RewardVersion(limited_to=list(ids), limited_names=names))


@pytest.mark.parametrize(
    ("ids", "words"),
    [
        ("1", "Mug"),
        ("12", "Juice and Mug"),
        ("123", "Juice, Mug and Tea"),
        ("1234", "Juice, Mug and 2 more"),
        ("12345", "Juice, Mug and 3 more"),
        ("19", "Mug and 1 more"),  # of which the name is not known
        ("89", "selected products"),
    ],
)
def test_a_few_are_named_and_the_rest_counted(ids, words):
    assert limited(*ids) == words


def test_a_name_without_end_is_cut():
    assert limited("1", names={"1": "M" * 250}) == "M" * 39 + "…"


def test_a_name_cannot_steer_the_text_around_it():
    assert limited("1", names={"1": "\u202eMug"}) == "Mug"


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("fr", "Juice, Mug et 2 autres"),
        ("de", "Juice, Mug und 2 weitere"),
        ("es", "Juice, Mug y 2 más"),
        ("pl", "Juice, Mug i 2 inne"),
        ("ar", "\u2068Juice\u2069 و\u2068Mug\u2069 و2 أخرى"),
    ],
)
def test_every_language_counts_the_rest_its_own_way(language, words):
    with override(language):
        assert limited("1", "2", "3", "4") == words
