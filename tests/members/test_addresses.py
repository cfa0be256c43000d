"""Email addresses as they are compared, however they are written."""

import unicodedata

import pytest

from saleor_loyalty.members import addresses


@pytest.mark.parametrize(
    "written",
    [
        "jörg@bücher.example",
        " jörg@bücher.example\n",
        "Jörg@BÜCHER.example",
        unicodedata.normalize("NFD", "jörg@bücher.example"),  # letters and dots apart, as on macOS
        "jörg@\uff42ücher\u3002example",  # as wide as Japanese letters
        "jörg@xn--bcher-kva.example",
    ],
)
def test_all_ways_to_write_an_address_are_the_same(written):
    assert addresses.same(written) == "jörg@xn--bcher-kva.example"
    assert addresses.keys(written) == addresses.keys("jörg@bücher.example")
    assert addresses.spellings(written) == ["jörg@bücher.example", "jörg@xn--bcher-kva.example"]


def test_another_name_before_the_at_is_another_address():
    assert addresses.same("jorg@bücher.example") != addresses.same("jörg@bücher.example")
