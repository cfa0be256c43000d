"""What a message says: the text of its kind and language, rendered for one member."""

import logging
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import cache
from operator import attrgetter
from typing import TypeVar

from babel import Locale
from markupsafe import Markup, escape

from saleor_loyalty.messages.colors import palette
from saleor_loyalty.messages.kinds import KINDS
from saleor_loyalty.messages.kinds.kind import MessageContext, Values
from saleor_loyalty.messages.liquid import (
    TemplateFailed,
    as_failure,
    html_template,
    text_template,
)
from saleor_loyalty.messages.rendering import check_styles, inline_styles, one_line, plain_text
from saleor_loyalty.messages.variables import values
from saleor_loyalty.messages.wording import TEMPLATES, Text, Wording
from saleor_loyalty.models import Branding, Message, ProgramVersion, Shop, in_channel
from saleor_loyalty.program import programs
from saleor_loyalty.rewards.offers import terms_for
from saleor_loyalty.rules.languages import harmless, locale_of
from saleor_loyalty.shop import branding

# Behind the preheader, so that inboxes do not show the start of the text after it.
PADDING = Markup("&#847;&zwnj;&nbsp;") * 80

logger = logging.getLogger(__name__)
Written = TypeVar("Written")


@dataclass(frozen=True, slots=True)
class Email:
    """An email's subject and its two parts."""

    subject: str
    html: str
    text: str


@dataclass(frozen=True, slots=True)
class Notice:
    """What a push notice shows, also on a locked screen: no coupon code. `link` may be empty."""

    title: str
    body: str
    link: str


def write_email(text: Text, filled: Values, brand: Branding) -> Email:
    """The email of a text. Raises TemplateFailed.

    What the body captures as `preheader` and `footer` goes there; the rest into the card.
    """
    body, captured = html_template(text.body).render_with_names(filled)
    footer = escape(captured.get("footer", ""))  # `capture` escaped its own; `assign` did not
    subject = one_line(text_template(text.subject).render(filled))
    document = {
        "language": text.language_code.replace("_", "-"),
        "direction": Locale.parse(text.language_code).text_direction,
        "subject": subject,
        "preheader": captured.get("preheader") or "",
        "padding": PADDING,
        "body": Markup(body),  # noqa: S704 - rendered just above, with every variable escaped
        "footer": footer,
        "shop_name": harmless(brand.name),
        "logo_url": brand.logo_address or None,
        "colors": asdict(palette(brand.brand_color)),
    }
    page = html_template(_layout()).render(document)
    with as_failure():  # a merchant's HTML and CSS may be what no reader of them expects
        parts = (plain_text(part) for part in (body, footer))
        plain = "\n".join(filter(None, parts))
        check_styles(f"{body}{footer}")
        return Email(subject=subject, html=inline_styles(page), text=plain)


def write_notice(text: Text, filled: Values, brand: Branding) -> Notice:
    """The push notice of a text. Raises TemplateFailed."""
    return Notice(
        title=one_line(text_template(text.subject).render(filled)),
        body=one_line(text_template(text.body).render(filled)),
        link=branding.push_link(brand, language=text.language_code, kind=text.kind),
    )


class Writer:
    """Writes the messages of one batch: what they need to know of a shop is read once.

    Of a message it reads shop, member, and what its kind `reads`: have them selected and
    prefetched. Both methods raise TemplateFailed when no
    text can be rendered.
    """

    def __init__(self) -> None:
        self._papers: dict[int, _Paper] = {}

    def email(self, message: Message, *, unsubscribe_url: str = "") -> Email:
        """The email that the message's member gets."""
        return self._write(message, write_email, unsubscribe_url)

    def notice(self, message: Message) -> Notice:
        """The push notice that the message's member gets."""
        return self._write(message, write_notice)

    def brand(self, shop: Shop) -> Branding:
        """How the shop shows itself."""
        return self._paper(shop).brand

    def silenced(self, shop: Shop) -> frozenset[str]:
        """The kinds of messages that the shop has switched off."""
        return self._paper(shop).wording.silenced

    def _paper(self, shop: Shop) -> "_Paper":
        if shop.pk not in self._papers:
            self._papers[shop.pk] = _Paper(shop)
        return self._papers[shop.pk]

    def _write(
        self,
        message: Message,
        write: Callable[[Text, Values, Branding], Written],
        unsubscribe_url: str = "",
    ) -> Written:
        """The message in the shop's own words; in the product's, should those have broken."""
        paper = self._paper(message.shop)
        language = message.member.language_code
        text = paper.wording.text(message.kind, language)
        try:
            return write(text, paper.fill(text, message, unsubscribe_url), paper.brand)
        except TemplateFailed as failure:
            if not text.is_own:
                raise
            logger.error(  # noqa: TRY400 - the failure is the template's; where, says its text
                "shop %s: own text of %s in %s cannot be rendered, the standard text is sent: %s",
                message.shop_id,
                text.kind,
                text.language_code,
                failure,
            )
        text = paper.wording.standard(message.kind, language)
        return write(text, paper.fill(text, message, unsubscribe_url), paper.brand)


class _Paper:
    """What all messages of a shop are written on."""

    def __init__(self, shop: Shop) -> None:
        self.brand = branding.of(shop)
        self.wording = Wording(shop, default_language=self.brand.default_language)
        program = programs.current(shop)
        self._version = program.current if program else None

    def fill(self, text: Text, message: Message, unsubscribe_url: str) -> Values:
        kind, member = KINDS[text.kind], message.member
        its_own = kind.version(message)
        version = its_own or self._current_version()
        channels = () if its_own else version.channels.all()
        reward = kind.reward(message) or version.reward
        context = MessageContext(
            shop_name=self.brand.name,
            first_name=member.first_name,
            balance=member.balance,
            version=version,
            channels=in_channel(sorted(channels, key=attrgetter("pk")), message.shops_in),
            reward=reward,
            terms=terms_for(reward, message.shops_in),
            discounts_url=branding.discounts_link(
                self.brand, language=text.language_code, kind=text.kind
            ),
            unsubscribe_url=unsubscribe_url,
        )
        locale = locale_of(member.language_code)
        same = locale.language == Locale.parse(text.language_code).language
        return values(
            kind.name,
            context,
            kind.told(message),
            language=text.language_code,
            locale=locale if same else Locale.parse(text.language_code),
        )

    def _current_version(self) -> ProgramVersion:
        if self._version is None:
            raise TemplateFailed("The shop has no program to tell of.")
        return self._version


@cache
def _layout() -> str:
    return (TEMPLATES / "layout.html").read_text(encoding="utf-8")
