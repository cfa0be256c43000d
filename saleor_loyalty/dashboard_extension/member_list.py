"""The list of members: found, filtered and sorted, 25 a page, and as a file."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

from django import forms
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from saleor_loyalty.dashboard_extension import pagination
from saleor_loyalty.dashboard_extension.forms import Filters, WholeNumberField
from saleor_loyalty.dashboard_extension.pages import Visit, page, show
from saleor_loyalty.dashboard_extension.spreadsheet import AT_ONCE, Cell, as_csv
from saleor_loyalty.members import listing
from saleor_loyalty.members.listing import SortField
from saleor_loyalty.models import Member, MemberStatus
from saleor_loyalty.permissions import Permission

STATUS = {
    MemberStatus.ACTIVE: _("Active"),
    MemberStatus.BLOCKED: _("Blocked"),
    MemberStatus.CLOSED: _("Closed"),
}
COLUMNS = (
    (SortField.EMAIL, _("Member")),
    (SortField.STATUS, _("Status")),
    (SortField.JOINED_AT, _("Joined")),
    (SortField.LAST_ACTIVITY_AT, _("Last activity")),
    (SortField.BALANCE, _("Balance")),
)


HEADS = (
    *("customer_id", "email", "first_name", "status", "balance", "debt", "lifetime_points"),
    *("joined_at", "last_activity_at", "language", "takes_email", "takes_push"),
)


class MemberFilters(Filters):
    search = forms.CharField(
        label=_("Find"),
        required=False,
        max_length=254,
        widget=forms.TextInput(
            attrs={"type": "search", "placeholder": _("Email, name, coupon code or order number")}
        ),
    )
    status = forms.ChoiceField(
        label=_("Status"), required=False, choices=[("", _("All")), *STATUS.items()]
    )
    balance_gte = WholeNumberField(label=_("Points from"), required=False)
    balance_lte = WholeNumberField(label=_("Points to"), required=False)
    inactive = forms.TypedChoiceField(
        label=_("Inactive for"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[
            ("", _("Any time")),
            ("30", _("30 days")),
            ("90", _("90 days")),
            ("365", _("a year")),
        ],
    )


@dataclass(frozen=True, slots=True)
class Sorting:
    """`?sort=-BALANCE`: a field, descending with a minus before it."""

    field: SortField
    descending: bool

    @classmethod
    def read(cls, text: str) -> "Sorting":
        """What is asked for, if there is such a thing; else the latest to join first."""
        name = text.removeprefix("-")
        if name not in SortField.__members__:
            return cls(SortField.JOINED_AT, descending=True)
        return cls(SortField(name), descending=text.startswith("-"))

    def __str__(self) -> str:
        return f"{'-' if self.descending else ''}{self.field}"

    def flipped(self, field: SortField) -> "Sorting":
        """What a click on a column's head asks for: numbers and dates largest first."""
        if field == self.field:
            return Sorting(field, not self.descending)
        return Sorting(field, field not in {SortField.EMAIL, SortField.STATUS})


@page(Permission.MANAGE_USERS)
def members_view(visit: Visit) -> HttpResponse:
    """A page of the list; `?after=` and `?before=` hold the id of the member it starts at."""
    filters, kept = MemberFilters.asked(visit.request)
    sorting = Sorting.read(visit.request.GET.get("sort", ""))
    order = listing.order(shop=visit.shop, field=sorting.field, descending=sorting.descending)
    found = pagination.read(visit.request, _matching(visit, filters), order)
    context = {
        "filters": filters,
        "is_filtered": bool(kept),
        "narrowed": len(kept.keys() - {"search"}),
        "query": f"?{urlencode(kept)}" if kept else "",
        "sort": str(sorting),
        "columns": _columns(sorting, kept),
        "status_words": STATUS,
        "members": found.rows,
        **found.links({**kept, "sort": str(sorting)}),
    }
    return show(visit, "members.html", context)


@page(Permission.MANAGE_USERS)
def members_csv_view(visit: Visit) -> HttpResponseBase:
    """All that the list is narrowed to, the latest to join first."""
    filters, _kept = MemberFilters.asked(visit.request)
    members = _matching(visit, filters).order_by("-joined_at", "-pk")
    return as_csv(HEADS, map(_line, members.iterator(chunk_size=AT_ONCE)))


def _line(member: Member) -> list[Cell]:
    return [
        member.customer_id,
        member.email,
        member.first_name,
        member.status,
        member.spendable,
        member.debt,
        member.lifetime_points,
        member.joined_at,
        member.last_activity_at,
        member.language_code,
        "yes" if member.email_enabled else "no",
        "yes" if member.push_enabled else "no",
    ]


def _matching(visit: Visit, filters: MemberFilters) -> QuerySet[Member]:
    chosen: Mapping[str, object] = filters.cleaned_data
    inactive = chosen.get("inactive")
    return listing.matching(
        shop=visit.shop,
        search=str(chosen.get("search") or ""),
        status=[str(chosen["status"])] if chosen.get("status") else None,
        balance_gte=_whole(chosen.get("balance_gte")),
        balance_lte=_whole(chosen.get("balance_lte")),
        inactive_since=timezone.now() - timedelta(days=inactive)
        if isinstance(inactive, int)
        else None,
    )


def _columns(sorting: Sorting, kept: Mapping[str, str]) -> list[dict[str, object]]:
    """The heads of the table: each a link that sorts by it."""
    return [
        {
            "label": label,
            "link": "?" + urlencode({**kept, "sort": str(sorting.flipped(field))}),
            "is_number": field == SortField.BALANCE,
            "is_date": field in {SortField.JOINED_AT, SortField.LAST_ACTIVITY_AT},
            "sorted": ("descending" if sorting.descending else "ascending")
            if field == sorting.field
            else "",
        }
        for field, label in COLUMNS
    ]


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) else None
