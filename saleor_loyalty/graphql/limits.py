"""How much one request may ask for, decided before anything is validated or resolved.

The numbers leave room for the introspection query of common tools and for any sensible page.
Fields of a fragment count each time it is spread, so fragments cannot multiply the work.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from graphql import GraphQLError, parse

from saleor_loyalty.conf import conf
from saleor_loyalty.graphql.connections import DEFAULT_PAGE, MAX_PAGE

MAX_DEPTH = 20
MAX_FIELDS = 500
MAX_ALIASES = 50
MAX_MUTATIONS = 10  # each writes under a lock, and may ask Saleor
MAX_COST = 10_000  # values that the answer may hold, were all lists as long as asked for
STATEMENT = 25  # values that one statement of the database is worth: at most 400 for one request
MAX_LENGTH = 20_000  # characters; parsing and validating a longer text would take seconds

# What tells the schema: to clients, and to the gateways of Apollo Federation.
INTROSPECTION = {"__schema", "__type", "_service"}
# What costs a statement each time it is asked for: inside a list, for each of its items.
STATEMENTS = {
    *("entries", "coupons", "loyaltyMembers", "loyaltyMessages"),
    *("totalCount", "hasNextPage", "hasPreviousPage"),
}


def check(query: str, variables: Mapping[str, Any] | None = None) -> None:
    """Raises GraphQLError for text that is no query or asks for too much."""
    _at_most(MAX_LENGTH, len(query), "The request has {} characters")
    definitions = parse(query).definitions
    asked = _Measure(definitions, variables or {}).all(definitions)
    _at_most(MAX_DEPTH, asked.depth, "The request is nested {} deep")
    _at_most(MAX_FIELDS, asked.fields, "The request has {} fields")
    _at_most(MAX_ALIASES, asked.aliases, "The request has {} aliases")
    _at_most(MAX_MUTATIONS, asked.mutations, "The request has {} mutations")
    _at_most(MAX_COST, asked.cost, "The request may cost {}")


def mutations(query: str) -> int:
    """How many mutations a request has, with those in fragments; MAX_MUTATIONS if it has more.

    0 for text that is no query: it is not run.
    """
    if "mutation" not in query or len(query) > MAX_LENGTH:
        return 0
    try:
        definitions = parse(query).definitions
        asked = _Measure(definitions, {}).all(definitions)
    except (GraphQLError, RecursionError):
        return 0
    return min(asked.mutations, MAX_MUTATIONS)


def _at_most(limit: int, found: int, what: str) -> None:
    if found > limit:
        raise GraphQLError(f"{what.format(f'{found:,}')}; at most {limit:,} are allowed.")


def _is_mutation(node: object) -> bool:
    kind = getattr(node, "operation", None)
    return getattr(kind, "value", kind) == "mutation"  # a text in graphql-core 2


def _is(node: object, kind: str) -> bool:
    return type(node).__name__ in {kind, f"{kind}Node"}  # as graphql-core 2 and 3 call it


@dataclass(frozen=True, slots=True)
class Asked:
    """What some nodes of a document ask for.

    `each`: the values for each item of their list. `here`: the fields on their own level.
    """

    depth: int = 0
    fields: int = 0
    aliases: int = 0
    cost: int = 0
    each: int = 0
    here: int = 0
    mutations: int = 0

    def __add__(self, other: "Asked") -> "Asked":
        return Asked(
            max(self.depth, other.depth),
            self.fields + other.fields,
            self.aliases + other.aliases,
            self.cost + other.cost,
            self.each + other.each,
            self.here + other.here,
            self.mutations + other.mutations,
        )


class _Measure:
    """Measures the nodes of a document, each fragment once."""

    def __init__(self, definitions: Iterable[Any], variables: Mapping[str, Any]) -> None:
        self._fragments = {d.name.value: d for d in definitions if _is(d, "FragmentDefinition")}
        self._variables = _defaults(definitions) | dict(variables)
        self._known: dict[str, Asked] = {}
        self._open: set[str] = set()  # being measured just now

    def all(self, nodes: Iterable[Any]) -> Asked:
        """The deepest of the nodes, and all else they ask for together."""
        return sum(map(self._one, nodes), Asked())

    def _one(self, node: Any) -> Asked:
        if _is(node, "FragmentSpread"):
            return self._fragment(node.name.value)
        selections = getattr(node, "selection_set", None)
        below = self.all(selections.selections) if selections else Asked()
        if _is(node, "Field"):
            return self._field(node, below)
        return replace(below, mutations=below.here) if _is_mutation(node) else below

    def _field(self, field: Any, below: Asked) -> Asked:
        name = field.name.value
        if name in INTROSPECTION and not conf.introspection:
            raise GraphQLError(f"`{name}` is not answered here (LOYALTY_INTROSPECTION).")
        if name == "edges":
            cost, each = 0, 1 + below.cost
        elif name == "_entities":
            cost, each = 1 + self._length(field, "representations") * below.cost, 0
        else:
            cost, each = 1 + below.cost + self._page_size(field) * below.each, 0
        cost += STATEMENT * (name in STATEMENTS)
        aliases = below.aliases + (field.alias is not None)
        return Asked(below.depth + 1, below.fields + 1, aliases, cost, each, here=1)

    def _page_size(self, field: Any) -> int:
        """Items on a page of this field; beyond what a page may have, it is refused as a page."""
        asked = [self._argument(field, name) for name in ("first", "last")]
        sizes = [int(size) for size in asked if isinstance(size, int | str) and _is_number(size)]
        return min(max(sizes), MAX_PAGE) if sizes else DEFAULT_PAGE

    def _length(self, field: Any, name: str) -> int:
        value = self._argument(field, name)
        return len(value) if isinstance(value, list | tuple) else 1

    def _argument(self, field: Any, name: str) -> object:
        """An argument's value; of a literal what the text says: a number's digits, list items."""
        for argument in field.arguments or ():
            if argument.name.value == name:
                if _is(argument.value, "Variable"):
                    return self._variables.get(argument.value.name.value)
                return _literal(argument.value)
        return None

    def _fragment(self, name: str) -> Asked:
        """What a fragment asks for; an unknown one nothing, as validation refuses it."""
        if name in self._open:
            # Refused here because the validation of graphql-core 2 does not survive it.
            raise GraphQLError(f"Fragment {name!r} spreads itself.")
        if name not in self._known:
            self._open.add(name)
            found = self._fragments.get(name)
            self._known[name] = self._one(found) if found else Asked()
            self._open.remove(name)
        return self._known[name]


def _defaults(definitions: Iterable[Any]) -> dict[str, object]:
    """The variables of a document's operations that have a default value."""
    return {
        variable.variable.name.value: _literal(variable.default_value)
        for definition in definitions
        for variable in getattr(definition, "variable_definitions", None) or ()
        if variable.default_value is not None
    }


def _literal(node: Any) -> object:
    return getattr(node, "value", None) or getattr(node, "values", None)


def _is_number(text: int | str) -> bool:
    return str(text).isascii() and str(text).isdecimal() and len(str(text)) < 20
