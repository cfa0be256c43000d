"""Translations are whole, and compiled as they are written."""

import re
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po

import saleor_loyalty

PACKAGE = Path(saleor_loyalty.__file__).parent
CATALOGS = sorted(PACKAGE.glob("locale/*/LC_MESSAGES/*.po"))
FOR_STAFF_TOO = "fr"  # the other languages are for shoppers


def forms(text: str | Sequence[str]) -> tuple[str, ...]:
    """One text, or one for each plural form."""
    return (text,) if isinstance(text, str) else tuple(text)


def messages(catalog: Catalog) -> dict:
    """The translation of each text, by its context and itself."""
    return {(m.context, forms(m.id)): forms(m.string) for m in catalog if m.id}


def placeholders(text: str) -> set[str | None]:
    """What is filled in: {name} in sentences of the code, %(name)s in those of templates."""
    in_braces = {name for _literal, name, _spec, _conversion in Formatter().parse(text)}
    return (in_braces | set(re.findall(r"%\((\w+)\)s", text))) - {None}


@pytest.fixture(params=CATALOGS, ids=lambda path: path.parts[-3])
def path(request) -> Path:
    return request.param


@pytest.fixture
def written(path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file)


def test_there_are_translations():
    assert CATALOGS


def texts_of(mapping_name: str) -> set:
    """The texts that a mapping finds in the package, each with its context."""
    with (PACKAGE.parent / mapping_name).open() as file:
        mapping, options = parse_mapping_cfg(file)
    found = extract_from_dir(PACKAGE, mapping, options)
    return {(context, forms(text)) for _file, _line, text, _comments, context in found}


def test_every_text_of_the_code_is_in_the_catalog_and_no_other(written, path):
    mapping = "babel.cfg" if FOR_STAFF_TOO in path.parts else "babel-shoppers.cfg"

    assert messages(written).keys() == texts_of(mapping), "run `make translations`"


def test_texts_of_templates_are_found():
    assert (None, ("Your coupons",)) in texts_of("babel-shoppers.cfg")


def test_no_text_lacks_its_translation(written):
    assert [text for text, translated in messages(written).items() if not all(translated)] == []
    assert [message.id for message in written if message.fuzzy and message.id] == []


def test_translations_keep_what_is_filled_in(written):
    for (_context, texts), translated in messages(written).items():
        assert {frozenset(placeholders(text)) for text in (*texts, *translated)} == {
            frozenset(placeholders(texts[0]))
        }


def test_what_is_compiled_is_what_is_written(path, written):
    anew = BytesIO()
    write_mo(anew, written)
    anew.seek(0)

    with path.with_suffix(".mo").open("rb") as shipped:
        assert messages(read_mo(shipped)) == messages(read_mo(anew)), "run `make translations`"
