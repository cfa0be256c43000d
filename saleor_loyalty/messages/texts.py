"""Editing messages: what staff may read, change and take back; pages and GraphQL alike."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from saleor_loyalty.messages import drafts
from saleor_loyalty.messages.wording import Text, standard_text, wording_of
from saleor_loyalty.models import AuditAction, MessageKind, MessageSwitch, MessageText, Shop, audit
from saleor_loyalty.problems import EditConflict
from saleor_loyalty.rules.languages import LANGUAGES, checked_code


@dataclass(frozen=True, slots=True)
class Version:
    """What a text was from one moment to the next; `is_default`: the product's."""

    pk: int
    subject: str
    body: str
    is_default: bool
    created_at: datetime
    created_by: str


def current(shop: Shop, kind: str, language: str) -> Text:
    """What members of a language get; its `language_code` says in which language that is.

    Raises Refused for a language nobody knows.
    """
    return wording_of(shop).text(kind, checked_code(language))


def all_current(shop: Shop, *, kind: str | None = None, language: str | None = None) -> list[Text]:
    """Every text there is, by kind and language; with `language`: what its members get."""
    wording = wording_of(shop)
    if language is not None:
        every = (wording.text(each, language) for each in MessageKind)
        return [text for text in every if kind in (None, text.kind)]
    return [text for text in wording.every() if kind in (None, text.kind)]


def languages(shop: Shop) -> list[str]:
    """The codes of the languages that have texts: the product's, then those the shop added."""
    written = {text.language_code for text in wording_of(shop).every()}
    return [*LANGUAGES, *sorted(written.difference(LANGUAGES))]


def versions(shop: Shop, kind: str, language: str) -> list[Version]:
    """What was saved in exactly this language, newest first."""
    code = checked_code(language)
    saved = MessageText.objects.filter(shop=shop, kind=kind, language_code=code).order_by("-pk")
    return [_version(text) for text in saved]


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
    it was `opened_at`, 0 before the first: EditConflict when there is a newer one.
    """
    draft = drafts.of(shop, kind, language, subject=subject, body=body)
    before = current(shop, kind, language)
    is_new = (draft.subject, draft.body) != (before.subject, before.body)
    if is_new:
        drafts.check(shop, draft)
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
    own = wording_of(shop).text(kind, code)
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


def _version(saved: MessageText) -> Version:
    subject, body = saved.subject, saved.body
    if saved.is_default and saved.language_code in LANGUAGES:
        text = standard_text(saved.kind, saved.language_code)
        subject, body = text.subject, text.body
    return Version(saved.pk, subject, body, saved.is_default, saved.created_at, saved.created_by)
