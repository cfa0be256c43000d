"""What mail clients need: styles moved into the tags, and a text part made of the HTML."""

import re
import time
from html.parser import HTMLParser

from css_inline import CSSInliner, InlineError

from saleor_loyalty.messages.liquid import LONGEST_OUTPUT, SECONDS, TemplateFailed

MOST_TAGS = 5_000  # their ends are tags as well
# Characters of style sheets times tags: at worst, every tag gets every declaration. This much took
# at most 0.3 s and 3 MB when measured, whatever the selectors.
MOST_STYLE = 5_000_000

# White space, but not the no-break spaces that hold "10,00 €" together.
_SPACE = re.compile(r"[^\S\u00a0\u202f]+")
_SHEET = re.compile(r"<style\b.*?(?:</style|\Z)", re.IGNORECASE | re.DOTALL)

# Media queries cannot be inlined: they stay in the head, for dark mode and small screens.
_INLINER = CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)


def one_line(text: str) -> str:
    """The text in one line, whatever line breaks a template or a variable brings."""
    return _SPACE.sub(" ", text).strip()


def check_styles(html: str) -> None:
    """Raise TemplateFailed for style sheets and tags that would multiply beyond measure.

    To be asked of what a merchant wrote before it is inlined: nothing can stop that from outside.
    """
    sheets = sum(len(sheet[0]) for sheet in _SHEET.finditer(html))
    if sheets * html.count("<") > MOST_STYLE:
        raise TemplateFailed("the style sheet is too long for so many tags; shorten either.")


def inline_styles(html: str) -> str:
    """The document with its style sheet moved into the tags, as mail clients need it.

    Raises TemplateFailed for a style that cannot be read, or that makes the document too long.
    """
    try:
        inlined = _INLINER.inline(html)
    except InlineError as error:
        raise TemplateFailed(f"a style in the HTML cannot be read ({error}).") from error
    if len(inlined) > LONGEST_OUTPUT:
        raise TemplateFailed(f"it has over {LONGEST_OUTPUT:,} characters with its styles in place.")
    return inlined


def plain_text(html: str, *, seconds: float = SECONDS) -> str:
    """The text part: paragraphs set apart, list items with a dash, links with their address.

    Raises TemplateFailed for HTML that has too many tags, or takes more of this thread's own time:
    where tags are never closed, some Pythons read for the square of the length.
    """
    if html.count("<") > MOST_TAGS:
        raise TemplateFailed(f"the HTML has more than {MOST_TAGS:,} tags.")
    reader = _PlainText(seconds)
    reader.feed(html)
    reader.close()
    return reader.text()


class _PlainText(HTMLParser):
    """Collects blocks of text; a tag that starts or ends a block starts a new one."""

    PARAGRAPHS = frozenset({"div", "h1", "h2", "h3", "ol", "p", "table", "ul"})
    LINES = frozenset({"br", "li", "td"})
    UNSEEN = frozenset({"head", "script", "style", "title"})

    def __init__(self, seconds: float) -> None:
        super().__init__(convert_charrefs=True)
        self._paragraphs: list[list[str]] = [[""]]
        self._hidden = 0
        self._address = ""
        self._end = time.thread_time() + seconds

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self.UNSEEN:
            self._hidden += 1
        elif tag in self.PARAGRAPHS:
            self._paragraphs.append([""])
        elif tag in self.LINES:
            self._paragraphs[-1].append("- " if tag == "li" else "")
        elif tag == "a":
            self._address = dict(attrs).get("href") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag in self.UNSEEN:
            self._hidden = max(0, self._hidden - 1)  # one that was never opened closes nothing
        elif tag in self.PARAGRAPHS:
            self._paragraphs.append([""])
        elif tag == "a" and self._address:
            self._paragraphs[-1][-1] += f"\n{self._address}"
            self._address = ""

    def handle_data(self, data: str) -> None:
        if time.thread_time() > self._end:
            raise TemplateFailed("the HTML cannot be made sense of; look for a tag left open.")
        if not self._hidden:
            self._paragraphs[-1][-1] += _SPACE.sub(" ", data)

    def text(self) -> str:
        """What was read, without empty lines at either end or twice in a row."""
        paragraphs = ("\n".join(filter(None, map(str.strip, p))) for p in self._paragraphs)
        return "".join(f"{paragraph}\n\n" for paragraph in paragraphs if paragraph)[:-1]
