"""Trying a text before it is kept: what it may name, whether it is in order, how it would look."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from saleor_loyalty.messages.content import write_email, write_notice
from saleor_loyalty.messages.kinds import EMAILS
from saleor_loyalty.messages.kinds.kind import Values
from saleor_loyalty.messages.liquid import Template, TemplateFailed, html_template, text_template
from saleor_loyalty.messages.sample import UNSUBSCRIBE_URL, examples, sample, samples
from saleor_loyalty.messages.turns import turn
from saleor_loyalty.messages.variables import catalogue
from saleor_loyalty.messages.wording import Text, wording_of
from saleor_loyalty.models import Branding, Shop
from saleor_loyalty.problems import ErrorCode, Problem, Refused
from saleor_loyalty.rules.languages import checked_code
from saleor_loyalty.sentences import sentence
from saleor_loyalty.shop import branding

MISSING = {
    "subject": _("Give a subject; a message needs both parts."),
    "body": _("Give a body; a message needs both parts."),
}
NO_WAY_OUT = _(
    "Every email has to say how to end it; add a link to {{ unsubscribe_url }}, such as "
    '<a href="{{ unsubscribe_url }}">Unsubscribe</a>.'
)
LONGEST_NOTICE = 3_000  # bytes of title and body; Firebase takes 4,096 with everything around them


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message as its reader would see it. A push notice has no HTML; its title is the subject."""

    subject: str
    html: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Variable:
    """A name that a kind's texts may use."""

    name: str
    meaning: str | Promise
    example: str


def variables(shop: Shop, kind: str, language: str) -> list[Variable]:
    """What the kind's texts may name, with the values of the preview, if any, as examples."""
    text = wording_of(shop).text(kind, checked_code(language))
    shown = examples(shop, branding.of(shop), kind, text.language_code)
    return [
        Variable(variable.name, variable.meaning, _example(shown[variable.name]))
        for variable in catalogue(kind)
    ]


def preview(
    shop: Shop, kind: str, language: str, *, subject: str | None = None, body: str | None = None
) -> Rendered:
    """The text, or a draft of it, as an invented member would get it. Refused as by `in_order`."""
    brand = branding.of(shop)
    draft = in_order(shop, kind, language, subject=subject, body=body)
    shown = sample(shop, brand, kind, draft.language_code)
    if kind in EMAILS:
        email = write_email(draft, shown, brand)
        return Rendered(email.subject, email.html, email.text)
    notice = write_notice(draft, shown, brand)
    return Rendered(notice.title, None, notice.body)


def in_order(
    shop: Shop, kind: str, language: str, *, subject: str | None = None, body: str | None = None
) -> Text:
    """The text, or a draft of it, found to be in order. Raises what `of` and `check` do."""
    draft = of(shop, kind, language, subject=subject, body=body)
    check(shop, draft)
    return draft


def of(shop: Shop, kind: str, language: str, *, subject: str | None, body: str | None) -> Text:
    """The text as it would be. Raises Refused for a language nobody knows, and half of a text."""
    code = checked_code(language)
    text = wording_of(shop).text(kind, code)
    if subject is None and body is None:
        return text
    if text.language_code != code:
        given = {"subject": subject, "body": body}
        problems = [_missing(name) for name, source in given.items() if source is None]
        if problems:
            raise Refused(*problems)
    return replace(
        text,
        language_code=code,
        subject=text.subject if subject is None else _tidy(subject),
        body=text.body if body is None else _tidy(body),
        is_own=True,
    )


def _tidy(source: str) -> str:
    """As it is kept, however a browser's form sends it."""
    return source.replace("\r\n", "\n").strip()


def check(shop: Shop, text: Text) -> None:
    """Raise Refused if any sample cannot be rendered, naming line and variable of either part."""
    with turn(shop):
        problems = _found(shop, branding.of(shop), text)
    if problems:
        raise Refused(*problems)


def _found(shop: Shop, brand: Branding, text: Text) -> list[Problem]:
    filled = list(samples(shop, brand, text.kind, text.language_code))
    of_body = html_template if text.kind in EMAILS else text_template
    problems = [
        *_problems("subject", text.subject, text_template, filled),
        *_problems("body", text.body, of_body, filled),
    ]
    return problems or list(_problems_as_a_whole(shop, brand, text))


def _problems(
    field: str, source: str, read: Callable[[str], Template], filled: Sequence[Values]
) -> Iterator[Problem]:
    if not source.strip():
        yield _missing(field)
        return
    try:
        template = read(source)
        template.check_names(filled[0])
        for each in filled:
            template.render(each)
    except TemplateFailed as failure:
        yield Problem(field, str(failure), ErrorCode.TEMPLATE_INVALID)


def _problems_as_a_whole(shop: Shop, brand: Branding, text: Text) -> Iterator[Problem]:
    """What only shows when the whole message is made."""
    shown = sample(shop, brand, text.kind, text.language_code)
    message: object = None
    try:
        if text.kind not in EMAILS:
            notice = write_notice(text, shown, brand)
            if len(f"{notice.title}{notice.body}".encode()) > LONGEST_NOTICE:
                words = _("A notice may have {most} bytes at most, its title included.")
                message = sentence(words, most=LONGEST_NOTICE)
        elif UNSUBSCRIBE_URL not in write_email(text, shown, brand).html:
            message = NO_WAY_OUT
    except TemplateFailed as failure:
        message = str(failure)
    if message is not None:
        yield Problem("body", message, ErrorCode.TEMPLATE_INVALID)


def _missing(field: str) -> Problem:
    return Problem(field, MISSING[field], ErrorCode.REQUIRED)


def _example(value: object) -> str:
    """A value as it shows; of a list, what its first item holds."""
    if isinstance(value, list):
        first = value[0] if value else {}
        return ", ".join(f"{name}: {shown or '—'}" for name, shown in first.items())
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
