"""Who did what when: on members in their history, on the program here, and both as CSV."""

import csv
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from heapq import merge
from itertools import islice
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from saleor_loyalty.dashboard_extension.member_page import member_of
from saleor_loyalty.dashboard_extension.pages import Visit, page, show
from saleor_loyalty.dashboard_extension.words import (
    KINDS_OF_MESSAGES,
    deed_in_words,
    language_in_words,
)
from saleor_loyalty.models import (
    AuditRecord,
    Entry,
    EntryKind,
    MessageKind,
    MessageText,
    ProgramVersion,
    Shop,
)
from saleor_loyalty.permissions import Permission

SHOWN = 100
HEADS = ("at", "actor", "what", "detail")
# A cell that begins with one of these is a formula to a spreadsheet.
FORMULAS = ("=", "+", "-", "@", "\t", "\r")


class Deed(NamedTuple):
    """One line of the audit."""

    at: datetime
    actor: str
    what: str
    detail: str


@page(Permission.MANAGE_SETTINGS)
def changes_view(visit: Visit) -> HttpResponse:
    """What was changed of program, messages and look, newest first."""
    deeds = list(islice(_of_shop(visit.shop, most=SHOWN), SHOWN))
    return show(visit, "program/changes.html", {"deeds": deeds, "shown": SHOWN})


@page(Permission.MANAGE_SETTINGS)
def changes_csv_view(visit: Visit) -> HttpResponse:
    return _as_csv(_of_shop(visit.shop))


@page(Permission.MANAGE_USERS)
def member_csv_view(visit: Visit, *, member_id: int) -> HttpResponse:
    """What staff did to one member: points given and taken, coupons withdrawn, blocked."""
    member = member_of(visit.shop, member_id)
    entries = Entry.objects.filter(member=member).exclude(actor="")
    records = AuditRecord.objects.filter(member=member)
    return _as_csv(_newest_first((entries, _of_entry), (records, _of_record)))


def _of_shop(shop: Shop, *, most: int | None = None) -> Iterator[Deed]:
    """All deeds, or those of the `most` newest of each kind, among which are the newest of all."""
    return _newest_first(
        (ProgramVersion.objects.filter(program__shop=shop), _of_version),
        (MessageText.objects.filter(shop=shop).defer("subject", "body"), _of_text),
        (AuditRecord.objects.filter(shop=shop, member=None), _of_record),
        most=most,
    )


def _newest_first(
    *kinds: tuple[QuerySet[Any], Callable[[Any], Deed]], most: int | None = None
) -> Iterator[Deed]:
    """The rows of each kind as deeds; read as they are asked for, never all at once."""
    deeds = (map(as_deed, rows.order_by("-pk")[:most].iterator()) for rows, as_deed in kinds)
    return merge(*deeds, key=lambda deed: deed.at, reverse=True)


def _of_version(version: ProgramVersion) -> Deed:
    set_up = pgettext("a deed", "Set up the program")
    what = _("Changed the rules") if version.number > 1 else set_up
    detail = _("version {number}").format(number=version.number)
    return Deed(version.created_at, version.created_by, what, detail)


def _of_text(text: MessageText) -> Deed:
    what = _("Put a text back to the standard") if text.is_default else _("Changed a text")
    kind = KINDS_OF_MESSAGES[MessageKind(text.kind)]
    detail = _("{message} in {language}").format(
        message=kind, language=language_in_words(text.language_code)
    )
    return Deed(text.created_at, text.created_by, what, detail)


def _of_record(record: AuditRecord) -> Deed:
    words = deed_in_words(record)
    return Deed(record.at, record.actor, str(words["what"]), str(words["detail"]))


def _of_entry(entry: Entry) -> Deed:
    what = {
        EntryKind.GIFT: _("Gave points"),
        EntryKind.ADJUSTMENT: _("Corrected points"),
        EntryKind.REVERSAL: _("Withdrew a coupon"),
    }.get(EntryKind(entry.kind), entry.kind)
    return Deed(entry.created_at, entry.actor, what, f"{entry.points:+d}: {entry.reason}")


def _as_csv(deeds: Iterable[Deed]) -> HttpResponse:
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Cache-Control"] = "no-store"
    # Spreadsheets take a file for UTF-8 only if it says so.
    response.write("\ufeff")
    writer = csv.writer(response)
    writer.writerow(HEADS)
    writer.writerows(map(_row, deeds))
    return response


def _row(deed: Deed) -> list[str]:
    return [deed.at.isoformat(), *map(_harmless, deed[1:])]


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULAS) else cell
