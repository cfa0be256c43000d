"""The source of an entry is one key: written and compared whole, and never taken apart."""

import re
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "saleor_loyalty"
TAKEN_APART = re.compile(
    r"""
    (\b|_)source__(?!in\b)\w+                  # a lookup by a part of it
    | \bsource\s*(\^@|~|(NOT\s+)?I?LIKE\b|SIMILAR\b)
    | \b(split_part|starts_with|substr|substring|left|right|position|strpos|regexp_\w+)
      \(\s*(\w+\.)?source\b
    | \bentry\.source(\[|\.\w+\()
    """,
    re.VERBOSE | re.IGNORECASE,
)


def test_nobody_takes_the_source_of_an_entry_apart():
    texts = {path: path.read_text() for path in PACKAGE.rglob("*.py")}

    assert [path.name for path, text in texts.items() if TAKEN_APART.search(text)] == []
    assert len(texts) > 100


@pytest.mark.parametrize(
    "code",
    [
        'Entry.objects.filter(source__startswith=f"{cause}:")',
        'Q(entries__source__endswith=":1")',
        "WHERE NOT e.source ^@ 'coupon:'",
        "WHERE source LIKE 'coupon:%'",
        "ON c.uid::text = split_part(e.source, ':', 2)",
        'entry.source.split(":")[1]',
        "entry.source[7:]",
    ],
)
def test_it_is_seen_where_a_source_is_taken_apart(code):
    assert TAKEN_APART.search(code)


@pytest.mark.parametrize(
    "code",
    [
        "Entry.objects.filter(source=posting.source)",
        "Entry.objects.filter(source__in=sources)",
        'names={"entry": ("entry__kind", "entry__source")}',
        "ON posted.source = %(cause)s || {moment}",
        'source=f"{posting.source}:expired:{use.pk}"',
    ],
)
def test_a_source_may_be_written_and_compared(code):
    assert not TAKEN_APART.search(code)
