"""A page of a long list: its rows, and the addresses of the pages before and after it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar
from urllib.parse import urlencode

from django.db.models import Model, QuerySet
from django.http import HttpRequest

from saleor_loyalty.database.paging import Keyset, UnknownPlace, whole_number

PAGE = 25
AROUND = 2  # pages named on either side of the one that is shown

AnyModel = TypeVar("AnyModel", bound=Model)


@dataclass(frozen=True, slots=True)
class Found(Generic[AnyModel]):
    """The rows of a page, and whether there are others before and after them."""

    rows: list[AnyModel]
    has_previous: bool
    has_next: bool

    def links(self, kept: Mapping[str, str]) -> dict[str, str]:
        """The addresses of the pages before and after; empty where there is none.

        `kept` is what both ask for besides their place, such as filters.
        """
        first, last = (self.rows[0].pk, self.rows[-1].pk) if self.rows else (0, 0)
        return {
            "previous": "?" + urlencode({**kept, "before": first}) if self.has_previous else "",
            "next": "?" + urlencode({**kept, "after": last}) if self.has_next else "",
        }


def read(
    request: HttpRequest, rows: QuerySet[AnyModel], order: Keyset[AnyModel]
) -> Found[AnyModel]:
    """The page that `?after=` or `?before=` names by the id of a row; the first one otherwise."""
    after, before = (whole_number(request.GET.get(name)) for name in ("after", "before"))
    start, forward = (before, False) if before else (after, True)
    try:
        found = order.read(rows, size=PAGE, start=start, forward=forward)
        behind = start is not None and order.any_behind(rows, start=start, forward=forward)
    except UnknownPlace:
        found, forward, behind = order.read(rows, size=PAGE, start=None, forward=True), True, False
    return Found(
        found.rows,
        has_previous=behind if forward else found.more,
        has_next=found.more if forward else behind,
    )


@dataclass(frozen=True, slots=True)
class Numbered(Generic[AnyModel]):
    """A page of a list that is short enough to be counted: one member's, say. Pages begin at 1."""

    rows: list[AnyModel]
    number: int
    last: int
    count: int

    def context(self, kept: Mapping[str, str], name: str) -> dict[str, object]:
        """What `staff/numbers.html` shows; `name` is what an address calls the page's number."""

        def link(number: int) -> str:
            return "?" + urlencode({**kept, name: number})

        near = range(max(1, self.number - AROUND), min(self.last, self.number + AROUND) + 1)
        numbers = sorted({1, self.last, *near})
        return {
            "count": self.count,
            "pages": [{"number": each, "link": link(each)} for each in numbers],
            "number": self.number,
            "last": self.last,
            "previous": link(self.number - 1) if self.number > 1 else "",
            "next": link(self.number + 1) if self.number < self.last else "",
        }


def read_numbered(
    request: HttpRequest,
    name: str,
    rows: QuerySet[AnyModel],
    *,
    count: int,
    size: int,
    place: int = 0,
) -> Numbered[AnyModel]:
    """The page whose number the address has under `name`: the nearest there is.

    Where it names none, the one with the row that has `place` others before it.
    """
    last = max(1, -(-count // size))
    number = min(max(1, whole_number(request.GET.get(name)) or place // size + 1), last)
    found = list(rows[(number - 1) * size : number * size])
    return Numbered(found, number=number, last=last, count=count)
