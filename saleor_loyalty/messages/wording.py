"""Which text a member gets: the shop's own where it has one, in the nearest language there is."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

from saleor_loyalty.messages.kinds import EMAILS
from saleor_loyalty.models import MessageKind, MessageSwitch, MessageText, Shop
from saleor_loyalty.rules.languages import FALLBACK, LANGUAGES, broader, locale_of
from saleor_loyalty.shop import branding

TEMPLATES = files("saleor_loyalty.messages") / "templates"


@dataclass(frozen=True, slots=True)
class Text:
    """A kind's text in one language; the title of a push notice is its subject."""

    kind: str
    language_code: str
    subject: str
    body: str
    is_active: bool = True
    is_own: bool = False


class Wording:
    """A shop's texts in force and its switches, read once, in two statements."""

    def __init__(self, shop: Shop, *, default_language: str) -> None:
        self._default_language = default_language
        newest = MessageText.objects.filter(shop=shop).order_by("kind", "language_code", "-pk")
        self._own = {
            (text.kind, text.language_code): text
            for text in newest.distinct("kind", "language_code")
            if not text.is_default
        }
        self.silenced = silenced(shop)

    def text(self, kind: str, language: str) -> Text:
        """What members of a language get: in it, in a broader one, the shop's own, or English."""
        return next(self._nearest(kind, language))

    def standard(self, kind: str, language: str) -> Text:
        """The same, of the texts that come with the product."""
        return next(text for text in self._nearest(kind, language, own=False))

    def every(self) -> list[Text]:
        """Every text there is, by kind and language."""
        keys = {(kind, code) for kind in MessageKind for code in LANGUAGES} | self._own.keys()
        found = (self._exactly(kind, code) for kind, code in sorted(keys))
        return [text for text in found if text]

    def _nearest(self, kind: str, language: str, *, own: bool = True) -> Iterator[Text]:
        for code in (language, self._default_language, FALLBACK):
            for candidate in broader(locale_of(code)):
                if text := self._exactly(kind, candidate, own=own):
                    yield text

    def _exactly(self, kind: str, code: str, *, own: bool = True) -> Text | None:
        is_active = kind not in self.silenced
        if own and (text := self._own.get((kind, code))):
            return Text(kind, code, text.subject, text.body, is_active, is_own=True)
        if code not in LANGUAGES:
            return None
        return replace(standard_text(kind, code), is_active=is_active)


def silenced(shop: Shop) -> frozenset[str]:
    """The kinds of messages that the shop has switched off."""
    off = MessageSwitch.objects.filter(shop=shop, is_active=False)
    return frozenset(off.values_list("kind", flat=True))


def wording_of(shop: Shop) -> Wording:
    """The shop's, in its branding's language where there is no better one."""
    return Wording(shop, default_language=branding.of(shop).default_language)


@cache
def standard_text(kind: str, language: str) -> Text:
    """The text that comes with the product; `language` is one of LANGUAGES.

    Its file has the subject in the first line, an empty line, and the body.
    """
    suffix = "html" if kind in EMAILS else "txt"
    path = TEMPLATES / language / f"{kind.lower()}.{suffix}"
    subject, _empty, body = path.read_text(encoding="utf-8").split("\n", 2)
    return Text(kind, language, subject, body.strip())
