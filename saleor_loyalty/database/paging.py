"""Long lists read a page at a time: each page costs the same, however far down it is."""

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import Expression, F, Func, Model, QuerySet, TextField, Value
from django.db.models.lookups import (
    GreaterThan,
    GreaterThanOrEqual,
    LessThan,
    LessThanOrEqual,
    Lookup,
)

AnyModel = TypeVar("AnyModel", bound=Model)
LONGEST_ID = 19  # digits of numbers that the database may not take


class UnknownPlace(LookupError):
    """A page was to begin at a row that the list's owner does not have."""


def whole_number(text: str | None) -> int | None:
    """The id that an address names, such as `?after=17`; None for what can be no row's id."""
    if text and text.isascii() and text.isdigit() and len(text) < LONGEST_ID:
        return int(text)
    return None


class Row(Func):
    """PostgreSQL's row constructor: compared column by column, and an index serves it."""

    function = "ROW"
    output_field = TextField()  # Django wants one; rows are compared, never read


@dataclass(frozen=True, slots=True)
class KeysetPage(Generic[AnyModel]):
    """Some rows of a list in its order; `more`: there are others beyond, as one reads."""

    rows: list[AnyModel]
    more: bool


@dataclass(frozen=True)
class Keyset(Generic[AnyModel]):
    """An order of rows: by `key`, rows of one key by id. Without a key by id alone.

    A place in the order is given by the id of a row, looked up among `owned`: a row that no longer
    fits the list's filter still marks its place there, a row of somebody else's does not.
    """

    owned: QuerySet[AnyModel]
    key: Expression | F | None = None
    descending: bool = True

    def read(
        self, rows: QuerySet[AnyModel], *, size: int, start: int | None, forward: bool
    ) -> KeysetPage[AnyModel]:
        """At most `size` of the rows that come after `start`, or before it when not `forward`.

        Without a start from the list's first row, or from its last. Raises UnknownPlace.
        """
        falling = self.descending == forward
        if start is not None:
            rows = rows.filter(self._compare(LessThan if falling else GreaterThan, start))
        ordered = rows.order_by(*(by.desc() if falling else by.asc() for by in self._columns()))
        found = list(ordered[: size + 1])
        kept = found[:size]
        return KeysetPage(kept if forward else kept[::-1], more=len(found) > size)

    def any_behind(self, rows: QuerySet[AnyModel], *, start: int, forward: bool) -> bool:
        """Whether there are rows on the other side of `start`, itself included."""
        falling = self.descending == forward
        behind = GreaterThanOrEqual if falling else LessThanOrEqual
        return rows.filter(self._compare(behind, start)).exists()

    def _columns(self) -> list[Expression | F]:
        return [F("pk")] if self.key is None else [self.key, F("pk")]

    def _compare(self, lookup: "type[Lookup[Any]]", start: int) -> "Lookup[Any]":
        return lookup(Row(*self._columns()), Row(*map(Value, self._place(start))))

    def _place(self, start: int) -> list[Any]:
        if self.key is None:
            return [start]
        key = self.owned.filter(pk=start).values_list(self.key).first()
        if key is None:
            raise UnknownPlace(start)
        return [*key, start]
