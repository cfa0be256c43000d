"""Sentences for people: put together when they are read, in the language of whoever reads them."""

from decimal import Decimal
from typing import TYPE_CHECKING, TypeAlias, cast

from babel import Locale
from django.utils.functional import lazy
from django.utils.translation import get_language, get_language_bidi

from saleor_loyalty.rules import languages

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise, _StrPromise

Words: TypeAlias = "_StrOrPromise"  # a text, or one that is translated when it is read


def locale() -> Locale:
    """Of the language that is spoken just now: a page's; English in the API."""
    return Locale.parse(get_language() or "en", sep="-")


def sentence(words: object, **values: object) -> "_StrPromise":
    """`words`, translated by `gettext_lazy`, with {names} filled in: a lazy text as they are.

    Numbers are written as the reader's language writes them: {most} of 1000 becomes "1,000".
    """
    return cast("_StrPromise", _lazily_filled(words, **values))


def isolated(text: str) -> str:
    """Words of the shop's own, kept from mixing with a sentence that runs from right to left."""
    if not get_language_bidi():
        return text
    return f"\N{FIRST STRONG ISOLATE}{text}\N{POP DIRECTIONAL ISOLATE}"


def _filled(words: object, **values: object) -> str:
    return str(words).format(
        **{
            name: languages.number(value, locale()) if isinstance(value, int | Decimal) else value
            for name, value in values.items()
        }
    )


_lazily_filled = lazy(_filled, str)
