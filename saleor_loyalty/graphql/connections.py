"""Relay connections over keysets: a page costs the same at either end of a long list."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Generic, TypedDict, TypeVar

import graphene
from django.db.models import Model, QuerySet
from graphene.relay import PageInfo
from graphql import GraphQLError

from saleor_loyalty.database.paging import Keyset, KeysetPage, UnknownPlace
from saleor_loyalty.graphql.ids import read_id, write_id

MAX_PAGE = 100
DEFAULT_PAGE = 20

Row = TypeVar("Row", bound=Model)


class Connection(graphene.ObjectType):
    """Base of the connections; each adds its `edges`. It is resolved from a `Page`."""

    # graphene.relay.Connection cannot say in graphene 2 that an edge and its node are never null.

    class Meta:
        abstract = True

    page_info = graphene.Field(
        PageInfo, required=True, description="Whether there is more, and where this page ends."
    )
    total_count = graphene.Int(description="Items in the whole list.")

    @staticmethod
    def resolve_page_info(page: "Page[Any]", _info: graphene.ResolveInfo) -> "Page[Any]":
        return page


def edges_field(edge: type[graphene.ObjectType]) -> graphene.List:
    """The `edges` of a connection."""
    return graphene.List(
        graphene.NonNull(edge), required=True, description="This page's items, in the list's order."
    )


def node_field(type_: type[graphene.ObjectType]) -> graphene.Field:
    """The `node` of an edge."""
    return graphene.Field(type_, required=True, description="The item itself.")


def cursor_field() -> graphene.String:
    """The `cursor` of an edge."""
    return graphene.String(required=True, description="Its place, for `after` and `before`.")


class PageArguments(TypedDict, total=False):
    """What `page_arguments` become when a request gives them."""

    first: int | None
    after: str | None
    last: int | None
    before: str | None


def page_arguments() -> dict[str, graphene.Scalar]:
    """The arguments of a field that answers with a connection."""
    return {
        "first": graphene.Int(
            description=f"At most {MAX_PAGE}; {DEFAULT_PAGE} if `last` is not given either."
        ),
        "after": graphene.String(description="Goes with `first`."),
        "last": graphene.Int(description=f"At most {MAX_PAGE}."),
        "before": graphene.String(description="Goes with `last`."),
    }


@dataclass(frozen=True)
class Edge(Generic[Row]):
    node: Row
    cursor: str


@dataclass(frozen=True)
class Page(Generic[Row]):
    """One page of `rows` in their order. Looks beyond its ends only when it is asked about them."""

    type_name: str
    rows: QuerySet[Row]
    order: Keyset[Row]
    found: KeysetPage[Row]
    forward: bool
    start: int | None  # the id that reading began at

    @property
    def edges(self) -> Iterator[Edge[Row]]:
        return (Edge(node, self._cursor(node)) for node in self.found.rows)

    @property
    def total_count(self) -> int:
        return self.rows.count()

    @property
    def has_next_page(self) -> bool:
        return self.found.more if self.forward else self._any_behind()

    @property
    def has_previous_page(self) -> bool:
        return self._any_behind() if self.forward else self.found.more

    @property
    def start_cursor(self) -> str | None:
        return self._cursor(self.found.rows[0]) if self.found.rows else None

    @property
    def end_cursor(self) -> str | None:
        return self._cursor(self.found.rows[-1]) if self.found.rows else None

    def _cursor(self, node: Row) -> str:
        return write_id(self.type_name, node.pk)

    def _any_behind(self) -> bool:
        start = self.start
        return start is not None and self.order.any_behind(
            self.rows, start=start, forward=self.forward
        )


def paginate(
    type_name: str,
    rows: QuerySet[Row],
    *,
    order: Keyset[Row] | None = None,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
) -> Page[Row]:
    """The page of `rows` that the arguments ask for, in one query; newest first without an order.

    With an order whose key is not the id, the place of a cursor costs a second query. Raises
    GraphQLError for more than MAX_PAGE items, for arguments of both directions at once and for a
    cursor that is none of ours.
    """
    forward = last is None and before is None
    if not forward and (first is not None or after is not None):
        raise GraphQLError("Use either `first` with `after` or `last` with `before`.")
    size = _size(first if forward else last)
    cursor = after if forward else before
    start = None if cursor is None else read_id(type_name, cursor)
    order = order or Keyset(rows)
    try:
        found = order.read(rows, size=size, start=start, forward=forward)
    except UnknownPlace:
        raise GraphQLError(f"{cursor!r} is no cursor of this list.") from None
    return Page(type_name, rows, order, found, forward, start)


def _size(asked: int | None) -> int:
    size = DEFAULT_PAGE if asked is None else asked
    if not 1 <= size <= MAX_PAGE:
        raise GraphQLError(f"Ask for 1 to {MAX_PAGE} items at once, not for {size}.")
    return size
