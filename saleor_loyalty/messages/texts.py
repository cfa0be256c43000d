"""Editing messages: what staff may read, change, look at and take back; pages and GraphQL alike."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise

from saleor_loyalty import audit
from saleor_loyalty.messages.content import write_email, write_notice
from saleor_loyalty.messages.kinds import EMAILS
from saleor_loyalty.messages.kinds.kind import Values
from saleor_loyalty.messages.liquid import (
    Template,
    TemplateFailed,
    html_template,
    text_template,
)
from saleor_loyalty.messages.sample import UNSUBSCRIBE_URL, examples, sample, samples
from saleor_loyalty.messages.turns import turn
from saleor_loyalty.messages.variables import catalogue
from saleor_loyalty.messages.wording import Text, Wording, standard_text
from saleor_loyalty.models import (
    AuditAction,
    Branding,
    MessageKind,
    MessageSwitch,
    MessageText,
    Shop,
)
from saleor_loyalty.problems import EditConflict, ErrorCode, Problem, Refused
from saleor_loyalty.rules.languages import LANGUAGES, checked_code
from saleor_loyalty.shop import branding

NO_WAY_OUT = (
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
class Version:
    """What a text was from one moment to the next; `is_default`: the product's."""

    pk: int
    subject: str
    body: str
    is_default: bool
    created_at: datetime
    created_by: str


@dataclass(frozen=True, slots=True)
class Variable:
    """A name that a kind's texts may use."""

    name: str
    meaning: str | Promise
    example: str


def current(shop: Shop, kind: str, language: str) -> Text:
    """What members of a language get; its `language_code` says in which language that is.

    Raises Refused for a language nobody knows.
    """
    return _wording(shop).text(kind, checked_code(language))


def all_current(shop: Shop, *, kind: str | None = None, language: str | None = None) -> list[Text]:
    """Every text there is, by kind and language; with `language`: what its members get."""
    wording = _wording(shop)
    if language is not None:
        every = (wording.text(each, language) for each in MessageKind)
        return [text for text in every if kind in (None, text.kind)]
    return [text for text in wording.every() if kind in (None, text.kind)]


def languages(shop: Shop) -> list[str]:
    """The codes of the languages that have texts: the product's, then those the shop added."""
    written = {text.language_code for text in _wording(shop).every()}
    return [*LANGUAGES, *sorted(written.difference(LANGUAGES))]


def silenced(shop: Shop) -> frozenset[str]:
    """The kinds that the shop has switched off."""
    return _wording(shop).silenced


def versions(shop: Shop, kind: str, language: str) -> list[Version]:
    """What was saved in exactly this language, newest first."""
    code = checked_code(language)
    saved = MessageText.objects.filter(shop=shop, kind=kind, language_code=code).order_by("-pk")
    return [_version(text) for text in saved]


def variables(shop: Shop, kind: str, language: str) -> list[Variable]:
    """What the kind's texts may name, with the values of the preview, if any, as examples."""
    shown = examples(shop, branding.of(shop), kind, current(shop, kind, language).language_code)
    return [
        Variable(variable.name, variable.meaning, _example(shown[variable.name]))
        for variable in catalogue(kind)
    ]


def preview(
    shop: Shop, kind: str, language: str, *, subject: str | None = None, body: str | None = None
) -> Rendered:
    """The text, or a draft of it, as an invented member would get it. Refused as by `save`."""
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
    """The text, or a draft of it, found to be in order. Refused as by `save`."""
    draft = _draft(shop, kind, language, subject=subject, body=body)
    _check(shop, branding.of(shop), draft)
    return draft


def save(
    shop: Shop,
    kind: str,
    language: str,
    *,
    subject: str | None = None,
    body: str | None = None,
    is_active: bool | None = None,
    actor: str,
    opened_at: int | None = None,
) -> Text:
    """Keep a text, as a new version if it is one, and switch its kind on or off, in any language.

    None stays as it is. Raises Refused when the text cannot be rendered with every sample, naming
    line and variable; then nothing is changed. A form gives the id of the newest of `versions` that
    it was `opened_at`, 0 before the first: SavedMeanwhile when there is a newer one.
    """
    draft = _draft(shop, kind, language, subject=subject, body=body)
    before = current(shop, kind, language)
    is_new = (draft.subject, draft.body) != (before.subject, before.body)
    if is_new:
        _check(shop, branding.of(shop), draft)
    with transaction.atomic():
        Shop.objects.select_for_update(no_key=True).get(pk=shop.pk)
        last = next(iter(versions(shop, kind, language)), None)
        if last and opened_at not in (None, last.pk):
            raise EditConflict(number=last.pk, actor=last.created_by)
        if is_new:
            _keep(shop, draft, actor=actor)
        if is_active is not None and is_active != before.is_active:
            _switch(shop, kind, on=is_active, actor=actor)
    return current(shop, kind, language)


def reset(shop: Shop, kind: str, language: str, *, actor: str) -> Text:
    """Go back to the product's text; members of a language it lacks get the nearest there is."""
    code = checked_code(language)
    own = _wording(shop).text(kind, code)
    if own.is_own and own.language_code == code:
        _keep(shop, Text(kind, code, "", ""), actor=actor, is_default=True)
    return current(shop, kind, language)


def _switch(shop: Shop, kind: str, *, on: bool, actor: str) -> None:
    MessageSwitch.objects.update_or_create(shop=shop, kind=kind, defaults={"is_active": on})
    action = AuditAction.MESSAGE_ON if on else AuditAction.MESSAGE_OFF
    audit.note(shop=shop, actor=actor, action=action, detail=kind)


def _keep(shop: Shop, text: Text, *, actor: str, is_default: bool = False) -> None:
    MessageText.objects.create(
        shop=shop,
        kind=text.kind,
        language_code=text.language_code,
        subject=text.subject,
        body=text.body,
        is_default=is_default,
        created_at=timezone.now(),
        created_by=actor,
    )


def _draft(shop: Shop, kind: str, language: str, *, subject: str | None, body: str | None) -> Text:
    """The text as it would be. Raises Refused for a language nobody knows, and half of a text."""
    code = checked_code(language)
    text = current(shop, kind, code)
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


def _check(shop: Shop, brand: Branding, text: Text) -> None:
    """Raise Refused with what is wrong with subject and body, each by itself."""
    with turn(shop):
        problems = _found(shop, brand, text)
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
    message = ""
    try:
        if text.kind not in EMAILS:
            notice = write_notice(text, shown, brand)
            if len(f"{notice.title}{notice.body}".encode()) > LONGEST_NOTICE:
                message = f"A notice may have {LONGEST_NOTICE:,} bytes at most, its title included."
        elif UNSUBSCRIBE_URL not in write_email(text, shown, brand).html:
            message = NO_WAY_OUT
    except TemplateFailed as failure:
        message = str(failure)
    if message:
        yield Problem("body", message, ErrorCode.TEMPLATE_INVALID)


def _missing(field: str) -> Problem:
    return Problem(field, f"Give a {field}; a message needs both parts.", ErrorCode.REQUIRED)


def _wording(shop: Shop) -> Wording:
    return Wording(shop, default_language=branding.of(shop).default_language)


def _version(saved: MessageText) -> Version:
    subject, body = saved.subject, saved.body
    if saved.is_default and saved.language_code in LANGUAGES:
        text = standard_text(saved.kind, saved.language_code)
        subject, body = text.subject, text.body
    return Version(saved.pk, subject, body, saved.is_default, saved.created_at, saved.created_by)


def _example(value: object) -> str:
    """A value as it shows; of a list, what its first item holds."""
    if isinstance(value, list):
        first = value[0] if value else {}
        return ", ".join(f"{name}: {shown or '—'}" for name, shown in first.items())
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
