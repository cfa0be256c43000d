"""Several tables in one statement: their rows read as of one moment, or written together.

Each statement is a way to the database and back, with locks held meanwhile. So what a settlement
needs of many tables travels together; see docs/decisions/statements.md.
"""

import json
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Field, ForeignKey, Model, QuerySet


def read(*querysets: QuerySet[Any]) -> list[list[Any]]:
    """The rows of each queryset, of one table each, all by one statement.

    Those of a queryset with `select_for_update` are locked, one queryset after the other, and come
    as they are once locked. All else is as it was *before* any wait for a lock: what is to be
    safe under a lock has to be read by a later statement.
    """
    parts: list[str] = []
    params: list[Any] = []
    for place, queryset in enumerate(querysets):
        with suppress(EmptyResultSet):  # it asks for one of no rows
            sql, values = queryset.query.get_compiler(connection=connection).as_sql()
            parts.append(f"SELECT {place}, to_jsonb(found) FROM ({sql}) AS found")  # noqa: S608 - Django's own SQL
            params += values
    rows: list[list[Any]] = [[] for _ in querysets]
    if parts:
        with connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join(parts), params)
            for place, found in cursor.fetchall():
                rows[place].append(_row(querysets[place].model, found))
    return rows


def _row(model: type[Model], found: str) -> Model:
    values = json.loads(found, parse_float=Decimal)
    fields = [field for field in model._meta.concrete_fields if field.column in values]
    return model.from_db(
        connection.alias,
        [field.attname for field in fields],
        [field.to_python(values[field.column]) for field in fields],
    )


@dataclass(frozen=True, slots=True)
class Recordset:
    """Rows of one table as one parameter, for `jsonb_to_recordset(values) AS name (types)`."""

    columns: Sequence[str]
    types: str
    values: str


def recordset(
    rows: Iterable[Any], fields: "Iterable[Field[Any, Any]]", **more: Sequence[int | None]
) -> Recordset:
    """These fields of rows, and more integers by name, one for each row. Amounts are exact.

    Values go as they are: PostgreSQL reads each by the type of its column.
    """
    fields = list(fields)
    columns = {str(f.column): f.attname for f in fields}
    records = [{column: getattr(row, name) for column, name in columns.items()} for row in rows]
    for name, numbers in more.items():
        for record, number in zip(records, numbers, strict=True):
            record[name] = number
    types = [f"{f.column} {f.db_type(connection)}" for f in fields]
    return Recordset(
        columns=list(columns),
        types=", ".join([*types, *(f"{name} integer" for name in more)]),
        values=json.dumps(records, default=str),
    )


class Writing:
    """Collects what is to be written, and writes it by one statement.

    Each part sees the tables as they were before it, so no row may be touched twice. A table is
    inserted to once at most.
    """

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._params: list[Any] = []
        self._questions: list[tuple[str, Callable[[int, int], None]]] = []
        self._new: dict[type[Model], Sequence[Model]] = {}
        self._places: dict[int, int] = {}  # of new rows in their table's, by identity

    def insert(self, rows: Iterable[Model]) -> None:
        """Insert new rows of one table; their ids rise in this order.

        A foreign key may lead to a row that an earlier call inserts, or to another of these rows.
        """
        rows = list(rows)
        if not rows:
            return
        model = type(rows[0])
        table, new = model._meta.db_table, _new(model)
        fields = [f for f in model._meta.concrete_fields if not (f.primary_key or f.generated)]
        self._places |= {id(row): place for place, row in enumerate(rows)}
        keys = [*self._keys_to_new(model), *_keys_among(rows)]
        given = recordset(
            rows,
            fields,
            place=range(len(rows)),
            **{f"{key.name}_place": [self._place(row, key) for row in rows] for key in keys},
        )
        values, joins = _with_new_ids(new, given.columns, keys)
        self.add(
            f"""{new} AS MATERIALIZED (
                SELECT nextval(pg_get_serial_sequence('{table}', 'id')) AS id, given.*
                FROM jsonb_to_recordset(%s::jsonb) AS given ({given.types})
            ), inserted_{new} AS (
                INSERT INTO {table} (id, {", ".join(values)})
                SELECT {new}.id, {", ".join(values.values())} FROM {joins}
            )""",  # noqa: S608 - names of our own tables and columns
            given.values,
        )

        def note_id(place: int, pk: int) -> None:
            row = rows[place]
            row.pk, row._state.adding, row._state.db = pk, False, connection.alias

        self.ask(f"SELECT place, id FROM {new}", note_id)  # noqa: S608 - likewise
        self._new[model] = rows

    def insert_many(
        self,
        key: "ForeignKey[Any, Any]",
        values: Iterable[tuple[Model, Any]],
        names: Collection[str],
    ) -> None:
        """Insert rows that belong to rows which an earlier call inserts, many to one.

        No objects are made of them: each is the row that `key` leads to, and something that has
        the fields of these names as attributes. Their ids rise in this order.
        """
        values = list(values)
        if not values:
            return
        meta = key.model._meta
        given = recordset(
            [value for _, value in values],
            [f for f in meta.concrete_fields if f.name in names],
            place=range(len(values)),
            owner=[self._places[id(owner)] for owner, _ in values],
        )
        self.add(
            f"""inserted_{meta.model_name} AS (
                INSERT INTO {meta.db_table} ({key.column}, {", ".join(given.columns)})
                SELECT owner.id, {", ".join(f"given.{column}" for column in given.columns)}
                FROM jsonb_to_recordset(%s::jsonb) AS given ({given.types})
                JOIN {_new(key.related_model)} AS owner ON owner.place = given.owner
                ORDER BY given.place
            )""",  # noqa: S608 - likewise
            given.values,
        )

    def update(self, rows: Iterable[Model], names: Collection[str]) -> None:
        """Update these fields of rows of one table, found by their ids."""
        rows = list(rows)
        if not rows:
            return
        meta = rows[0]._meta
        given = recordset(rows, [f for f in meta.concrete_fields if f.name in {"id", *names}])
        changes = ", ".join(f"{c} = given.{c}" for c in given.columns if c != "id")
        self.add(
            f"""updated_{len(self._parts)} AS (
                UPDATE {meta.db_table} AS kept SET {changes}
                FROM jsonb_to_recordset(%s::jsonb) AS given ({given.types})
                WHERE kept.id = given.id
            )""",  # noqa: S608 - likewise
            given.values,
        )

    def add(self, part: str, *params: Any) -> None:
        """Have a part of one's own written along: `name AS (INSERT, UPDATE or DELETE ...)`."""
        self._parts.append(part)
        self._params += params

    def ask(self, question: str, answered: Callable[[int, int], None]) -> None:
        """Have `answered` called with each row of a SELECT of two integers from the parts.

        That is once all is written, in the caller's transaction: what it raises undoes it.
        """
        self._questions.append((question, answered))

    def write(self) -> None:
        """Write all that was collected, if anything; new rows have their ids then.

        Raises what the database raises, and then nothing is written.
        """
        if not self._parts:
            return
        asked = " UNION ALL ".join(
            f"SELECT {number}, answer.* FROM ({question}) AS answer"  # noqa: S608 - likewise
            for number, (question, _) in enumerate(self._questions)
        )
        with connection.cursor() as cursor:
            cursor.execute(f"WITH {', '.join(self._parts)} {asked or 'SELECT'}", self._params)
            for number, one, other in cursor.fetchall() if asked else ():
                self._questions[number][1](one, other)
        self._note_keys()

    def _note_keys(self) -> None:
        for model, rows in self._new.items():
            for key in self._keys_to_new(model):
                for row in rows:
                    if related := key.get_cached_value(row, default=None):
                        setattr(row, key.name, related)  # it has its id now

    def _keys_to_new(self, model: type[Model]) -> "list[ForeignKey[Any, Any]]":
        """The foreign keys that may lead to rows without an id yet."""
        fields = model._meta.concrete_fields
        return [f for f in fields if isinstance(f, ForeignKey) and f.related_model in self._new]

    def _place(self, row: Model, key: "ForeignKey[Any, Any]") -> int | None:
        """Where the row that `key` leads to is among the new ones; None when it has an id."""
        related = key.get_cached_value(row, default=None)
        return self._places[id(related)] if related and related.pk is None else None


def _keys_among(rows: Sequence[Model]) -> "list[ForeignKey[Any, Any]]":
    """The foreign keys that lead from some of these rows to others."""
    meta = rows[0]._meta
    keys = (f for f in meta.concrete_fields if isinstance(f, ForeignKey))
    to_itself = [key for key in keys if key.related_model is meta.model]
    return [
        key
        for key in to_itself
        if any((other := key.get_cached_value(row, default=None)) and not other.pk for row in rows)
    ]


def _new(model: type[Model]) -> str:
    return f"new_{model._meta.model_name}"


def _with_new_ids(
    new: str, columns: Iterable[str], keys: "Iterable[ForeignKey[Any, Any]]"
) -> tuple[dict[str, str], str]:
    """The value of each column, and from where: keys to new rows have the ids drawn for those."""
    values, tables = {column: f"{new}.{column}" for column in columns}, new
    for key in keys:
        other = f"{key.name}_of_{new}"
        values[key.column] = f"coalesce({values[key.column]}, {other}.id)"
        tables += f" LEFT JOIN {_new(key.related_model)} AS {other}"
        tables += f" ON {other}.place = {new}.{key.name}_place"
    return values, tables
