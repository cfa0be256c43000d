"""Who did what when: on members in their history, on the program here, and both as CSV."""

import csv
from collections.abc import Iterable, Iterator
from datetime import datetime
from heapq import merge
from itertools import islice
from typing import NamedTuple

from django.http import HttpResponse
from django.utils.translation import gettext as _

from saleor_loyalty.dashboard_extension.member_page import member_of
from saleor_loyalty.dashboard_extension.message_pages import language_name
from saleor_loyalty.dashboard_extension.pages import Visit, page, show
from saleor_loyalty.dashboard_extension.words import KINDS_OF_MESSAGES, deed_in_words
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
    deeds = list(islice(_of_shop(visit.shop), SHOWN))
    return show(visit, "program/changes.html", {"deeds": deeds, "shown": SHOWN})


@page(Permission.MANAGE_SETTINGS)
def changes_csv_view(visit: Visit) -> HttpResponse:
    return _as_csv(_of_shop(visit.shop))


@page(Permission.MANAGE_USERS)
def member_csv_view(visit: Visit, *, member_id: int) -> HttpResponse:
    """What staff did to one member: points given and taken, coupons withdrawn, blocked."""
    member = member_of(visit.shop, member_id)
    entries = Entry.objects.filter(member=member).exclude(actor="").order_by("-pk")
    records = AuditRecord.objects.filter(member=member).order_by("-pk")
    return _as_csv(_newest_first(map(_of_entry, entries), map(_of_record, records)))


def _of_shop(shop: Shop) -> Iterator[Deed]:
    versions = ProgramVersion.objects.filter(program__shop=shop).order_by("-pk")
    texts = MessageText.objects.filter(shop=shop).order_by("-pk")
    records = AuditRecord.objects.filter(shop=shop, member=None).order_by("-pk")
    return _newest_first(map(_of_version, versions), map(_of_text, texts), map(_of_record, records))


def _newest_first(*sorted_deeds: Iterable[Deed]) -> Iterator[Deed]:
    return merge(*sorted_deeds, key=lambda deed: deed.at, reverse=True)


def _of_version(version: ProgramVersion) -> Deed:
    what = _("Changed the rules") if version.number > 1 else _("Set up the program")
    detail = _("version {number}").format(number=version.number)
    return Deed(version.created_at, version.created_by, what, detail)


def _of_text(text: MessageText) -> Deed:
    what = _("Put a text back to the standard") if text.is_default else _("Changed a text")
    kind = KINDS_OF_MESSAGES[MessageKind(text.kind)]
    detail = _("{message} in {language}").format(
        message=kind, language=language_name(text.language_code)
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
