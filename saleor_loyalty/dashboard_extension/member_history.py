"""A member's history: narrowed by kind and day, a page of it at a time."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django import forms
from django.db.models import QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from saleor_loyalty.activities import staff_points
from saleor_loyalty.dashboard_extension import pagination
from saleor_loyalty.dashboard_extension.forms import A_DAY, Form, midnight
from saleor_loyalty.dashboard_extension.pages import Visit
from saleor_loyalty.dashboard_extension.words import ENTRY_KINDS
from saleor_loyalty.messages.explanations import explain, explainable
from saleor_loyalty.models import Entry, EntryKind, Member

HISTORY = 20
BY_STAFF = (EntryKind.GIFT, EntryKind.ADJUSTMENT)


class HistoryFilters(Form):
    """What a history is narrowed to. What makes no sense narrows nothing."""

    kind = forms.ChoiceField(
        label=_("What"), required=False, choices=[("", _("All")), *ENTRY_KINDS.items()]
    )
    since = forms.DateField(
        label=_("From"), required=False, widget=forms.DateInput(attrs=A_DAY, format="%Y-%m-%d")
    )
    until = forms.DateField(
        label=_("To"), required=False, widget=forms.DateInput(attrs=A_DAY, format="%Y-%m-%d")
    )


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the history. `can_undo`: staff gave these points, and have not taken them back."""

    entry: Entry
    words: str
    can_undo: bool
    is_undone: bool


def history(visit: Visit, member: Member, kept: Mapping[str, str]) -> dict[str, object]:
    """A page of it, newest first. `kept`: all that the page's address narrows anything to."""
    filters = HistoryFilters(visit.request.GET)
    filters.is_valid()
    chosen = filters.cleaned_data
    entries = _narrowed(Entry.objects.filter(account__member=member), chosen)
    found = pagination.read_numbered(
        visit.request,
        "page",
        explainable(entries).order_by("-pk"),
        count=entries.count(),
        size=HISTORY,
    )
    others = {n: kept[n] for n in kept if n not in {"page", "coupon"}}  # it keeps neither
    return {
        "filters": filters,
        "is_filtered": any(chosen.values()),
        "others": {n: others[n] for n in others if n not in filters.fields},
        "rows": _rows(found.rows),
        **found.context(others, "page"),
    }


def _narrowed(entries: QuerySet[Entry], chosen: Mapping[str, object]) -> QuerySet[Entry]:
    """Days are those of the program's time zone, the last one included."""
    kind, since, until = (chosen.get(name) for name in ("kind", "since", "until"))
    if kind:
        entries = entries.filter(kind=kind)
    if isinstance(since, date):
        entries = entries.filter(created_at__gte=midnight(since))
    if isinstance(until, date) and until < date.max:
        entries = entries.filter(created_at__lt=midnight(until + timedelta(days=1)))
    return entries


def _rows(found: list[Entry]) -> list[Row]:
    gifts = [entry for entry in found if entry.kind in BY_STAFF and entry.points > 0]
    undone = staff_points.taken_back(gifts) if gifts else frozenset()
    return [
        Row(
            entry=entry,
            words=explain(entry, get_language()),
            can_undo=entry in gifts and entry.pk not in undone,
            is_undone=entry.pk in undone,
        )
        for entry in found
    ]
