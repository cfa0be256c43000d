"""Lists in pages, with Saleor's limit and Saleor's words about it."""

from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import QuerySet
from graphql import GraphQLError, GraphQLResolveInfo

MAX_PAGE = 100


def connection(
    info: GraphQLResolveInfo,
    rows: "QuerySet[Any] | Sequence[Any]",
    *,
    first: int | None,
    after: str | None = None,
) -> dict[str, object]:
    """A page of ordered rows.

    Raises GraphQLError without `first`, or when it asks for more than 100.
    """
    name = info.field_name
    if first is None:
        raise GraphQLError(
            "You must provide a `first` or `last` value to properly paginate "
            f"the `{name}` connection."
        )
    if first > MAX_PAGE:
        raise GraphQLError(
            f"Requesting {first} records on the `{name}` connection exceeds "
            f"the `first` limit of {MAX_PAGE} records."
        )
    start = _position(after) + 1 if after else 0
    page = list(rows[start : start + first + 1])
    edges = [
        {"node": row, "cursor": _cursor(start + index)} for index, row in enumerate(page[:first])
    ]
    return {
        "edges": edges,
        "page_info": {
            "has_next_page": len(page) > first,
            "end_cursor": edges[-1]["cursor"] if edges else None,
        },
        "total_count": rows.count() if isinstance(rows, QuerySet) else len(rows),
    }


def column(
    sort_by: Mapping[str, str] | None, columns: Mapping[str, str], *, unless_sorted: str
) -> str:
    """What rows are ordered by: the column of the field that is asked for."""
    if not sort_by:
        return unless_sorted
    return ("-" if sort_by["direction"] == "DESC" else "") + columns[sort_by["field"]]


def _cursor(position: int) -> str:
    return b64encode(f"position:{position}".encode()).decode()


def _position(cursor: str) -> int:
    try:
        return int(b64decode(cursor).decode().removeprefix("position:"))
    except ValueError as error:
        raise GraphQLError("Received cursor is invalid.") from error
