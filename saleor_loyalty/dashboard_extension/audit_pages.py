"""Who did what when: on members in their history, on the program here, and both as CSV."""

import csv
from collections.abc import Iterable, Iterator
from datetime import datetime
from heapq import merge
from itertools import islice
from typing import NamedTuple, TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from saleor_loyalty.dashboard_extension.member_page import member_of
from saleor_loyalty.dashboard_extension.pages import Visit, page, show
from saleor_loyalty.dashboard_extension.rule_changes import rule_changes
from saleor_loyalty.dashboard_extension.tags import signed
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
HEADS = ("at", "actor", "what", "detail")
# A cell that begins with one of these is a formula to a spreadsheet.
FORMULAS = ("=", "+", "-", "@", "\t", "\r")


class AuditLine(NamedTuple):
    """One line of the audit."""

    at: datetime
    actor: str
    what: str
    details: tuple[str, ...] = ()


@page(Permission.MANAGE_SETTINGS)
def changes_view(visit: Visit) -> HttpResponse:
    """What was changed of program, messages and branding, newest first."""
    lines = list(islice(_of_shop(visit.shop, most=SHOWN), SHOWN))
    return show(visit, "program/changes.html", {"lines": lines, "shown": SHOWN})


@page(Permission.MANAGE_SETTINGS)
def changes_csv_view(visit: Visit) -> HttpResponse:
    return _as_csv(_of_shop(visit.shop))


@page(Permission.MANAGE_USERS)
def member_csv_view(visit: Visit, *, member_id: int) -> HttpResponse:
    """What staff did to one member: points given and taken, coupons withdrawn, blocked."""
    member = member_of(visit.shop, member_id)
    entries = Entry.objects.filter(account__member=member, note__isnull=False)
    entries = entries.select_related("note")
    records = AuditRecord.objects.filter(member=member).select_related("note")
    return _as_csv(_newest_first(map(_of_entry, _read(entries)), map(_of_record, _read(records))))


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
    words = action_in_words(record)
    details = (str(words["detail"]),) if words["detail"] else ()
    return AuditLine(record.at, record.actor, str(words["what"]), details)


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
        (": ".join(filter(None, (signed(entry.points), entry.reason))),),
    )


def _as_csv(lines: Iterable[AuditLine]) -> HttpResponse:
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Cache-Control"] = "no-store"
    # Spreadsheets take a file for UTF-8 only if it says so.
    response.write("\ufeff")
    writer = csv.writer(response)
    writer.writerow(HEADS)
    writer.writerows(map(_row, lines))
    return response


def _row(line: AuditLine) -> list[str]:
    said = (line.actor, line.what, "; ".join(line.details))
    return [line.at.isoformat(), *map(_harmless, said)]


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULAS) else cell
