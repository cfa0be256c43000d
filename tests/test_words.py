"""One thing, one word: what people read of us says it everywhere in the same way."""

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

import saleor_loyalty

PACKAGE = Path(saleor_loyalty.__file__).parent
REPOSITORY = PACKAGE.parent
SAY = {
    "points expire": r"\bpoints? (that \w+ have |still |will |can |have |has )?(ends?|ended)\b",
    "expire": r"\blaps(e|es|ed|ing)\b",
    "gift": r"\b(giveaway|presents? for)\b",
    "withdraw": r"\b(cancel|revoke|void)(s|ed|led|ling)? (the |a |this |that )?coupon",
}


def texts_in_english() -> dict[str, str]:
    """Each with where it stands: pages, messages, the API's descriptions, and what owners read."""
    with (PACKAGE / "locale/fr/LC_MESSAGES/django.po").open("rb") as file:
        catalog = read_po(file)
    forms = (m.id if isinstance(m.id, tuple) else (m.id,) for m in catalog if m.id)
    found = {f"a page: {text}": text for each in forms for text in each}
    files = [
        *PACKAGE.glob("messages/templates/en/*"),
        *(REPOSITORY / "docs").glob("*.*"),
        REPOSITORY / "CHANGELOG.md",
        REPOSITORY / "README.md",
    ]
    return {**found, **{str(path): path.read_text(encoding="utf-8") for path in files}}


@pytest.mark.parametrize("word", SAY)
def test_each_thing_is_said_by_its_one_word(word):
    second = re.compile(SAY[word], re.IGNORECASE)

    assert [where for where, text in texts_in_english().items() if second.search(text)] == []


def test_shoppers_read_of_coupons_and_never_of_saleors_vouchers():
    with (PACKAGE / "locale/de/LC_MESSAGES/django.po").open("rb") as file:
        ids = [str(message.id) for message in read_po(file)]
    messages = [path.read_text() for path in PACKAGE.glob("messages/templates/en/*")]

    assert [text for text in (*ids, *messages) if "voucher" in text.lower()] == []
