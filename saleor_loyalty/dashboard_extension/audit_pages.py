"""Who did what when: on members in their history, on the program here, and both as CSV."""

from collections.abc import Iterator
from datetime import datetime
from heapq import merge
from itertools import islice
from typing import NamedTuple, TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from saleor_loyalty.dashboard_extension.member_page import member_of
from saleor_loyalty.dashboard_extension.pages import Visit, page, show
from saleor_loyalty.dashboard_extension.rule_changes import rule_changes
from saleor_loyalty.dashboard_extension.spreadsheet import Cell, as_csv
from saleor_loyalty.dashboard_extension.words import (
    action_in_words,
    language_in_words,
)
from saleor_loyalty.messages.kinds import KINDS
from saleor_loyalty.models import (
    AuditRecord,
    Entry,
    EntryKind,
    MessageText,
    ProgramVersion,
    Shop,
)
from saleor_loyalty.permissions import Permission

Row = TypeVar("Row", bound=Model)

SHOWN = 100
HEADS = ("at", "actor", "action", "detail", "member", "points", "reason", "internal_note")


class AuditLine(NamedTuple):
    """One line of the audit. `points` are signed, None where none moved."""

    at: datetime
    actor: str
    what: str
    details: tuple[str, ...] = ()
    member: str = ""
    points: int | None = None
    reason: str = ""
    internal_note: str = ""


@page(Permission.MANAGE_SETTINGS)
def changes_view(visit: Visit) -> HttpResponse:
    """What was changed of program, messages and branding, newest first."""
    lines = list(islice(_of_shop(visit.shop, most=SHOWN), SHOWN))
    return show(visit, "program/changes.html", {"lines": lines, "shown": SHOWN})


@page(Permission.MANAGE_SETTINGS)
def changes_csv_view(visit: Visit) -> HttpResponseBase:
    return as_csv(HEADS, map(_row, _of_shop(visit.shop)))


@page(Permission.MANAGE_USERS)
def members_csv_view(visit: Visit) -> HttpResponseBase:
    """What staff did to members: points given and taken, coupons withdrawn, who was blocked."""
    entries = Entry.objects.filter(shop=visit.shop)
    records = AuditRecord.objects.filter(shop=visit.shop, member__isnull=False)
    return as_csv(HEADS, map(_row, _of_members(entries, records)))


@page(Permission.MANAGE_USERS)
def member_csv_view(visit: Visit, *, member_id: int) -> HttpResponseBase:
    """The same of one member."""
    member = member_of(visit.shop, member_id)
    entries = Entry.objects.filter(account__member=member)
    records = AuditRecord.objects.filter(member=member)
    return as_csv(HEADS, map(_row, _of_members(entries, records)))


def _of_members(entries: QuerySet[Entry], records: QuerySet[AuditRecord]) -> Iterator[AuditLine]:
    entries = entries.filter(note__isnull=False).select_related("note", "account__member")
    records = records.select_related("note", "member")
    return _newest_first(map(_of_entry, _read(entries)), map(_of_record, _read(records)))


def _of_shop(shop: Shop, *, most: int | None = None) -> Iterator[AuditLine]:
    """All actions, or those of the `most` newest of each kind, the newest of all among them."""
    texts = MessageText.objects.filter(shop=shop).defer("subject", "body")
    records = AuditRecord.objects.filter(shop=shop, member=None).select_related("note")
    return _newest_first(
        _of_versions(shop, most),
        map(_of_text, _read(texts, most)),
        map(_of_record, _read(records, most)),
    )


def _read(rows: QuerySet[Row], most: int | None = None) -> Iterator[Row]:
    """The newest rows, read as they are asked for, never all at once."""
    return rows.order_by("-pk")[:most].iterator(chunk_size=SHOWN)


def _newest_first(*kinds: Iterator[AuditLine]) -> Iterator[AuditLine]:
    return merge(*kinds, key=lambda line: line.at, reverse=True)


def _of_versions(shop: Shop, most: int | None) -> Iterator[AuditLine]:
    """Each version with what it changed of the one before it, which is read along."""
    versions = ProgramVersion.objects.filter(program__shop=shop).select_related("reward")
    versions = versions.prefetch_related("channels", "reward__terms")
    newer: ProgramVersion | None = None
    for version in _read(versions, most and most + 1):
        if newer:
            yield _of_version(newer, version)
        newer = version
    if newer and newer.number == 1:
        yield _of_version(newer, None)


def _of_version(version: ProgramVersion, before: ProgramVersion | None) -> AuditLine:
    numbered = _("version {number}").format(number=version.number)
    if before is None:
        what, details = pgettext("an action", "Set up the program"), [numbered]
    else:
        what, details = _("Changed the rules"), [numbered, *rule_changes(before, version)]
    return AuditLine(version.created_at, version.created_by, what, tuple(details))


def _of_text(text: MessageText) -> AuditLine:
    what = _("Restored the original words") if text.is_default else _("Changed a text")
    kind = KINDS[text.kind].label
    detail = _("{message} in {language}").format(
        message=kind, language=language_in_words(text.language_code)
    )
    return AuditLine(text.created_at, text.created_by, what, (detail,))


def _of_record(record: AuditRecord) -> AuditLine:
    action = action_in_words(record)
    return AuditLine(
        record.at,
        record.actor,
        action.what,
        (action.detail,) if action.detail else (),
        member=record.member.email if record.member else "",
        reason=action.reason,
        internal_note=action.internal_note,
    )


def _of_entry(entry: Entry) -> AuditLine:
    what = {
        EntryKind.GIFT: _("Gave points"),
        EntryKind.ADJUSTMENT: _("Corrected points"),
        EntryKind.REVERSAL: _("Withdrew a coupon"),
    }.get(EntryKind(entry.kind), entry.kind)
    return AuditLine(
        entry.created_at,
        entry.actor,
        what,
        member=entry.member.email,
        points=entry.points,
        reason=entry.reason,
        internal_note=entry.internal_note,
    )


def _row(line: AuditLine) -> list[Cell]:
    return [
        line.at,
        line.actor,
        line.what,
        "; ".join(line.details),
        line.member,
        line.points,
        line.reason,
        line.internal_note,
    ]
