"""How much one request may ask for, decided before anything is validated or resolved.

The numbers leave room for the introspection query of common tools and for any sensible page.
Fields of a fragment count each time it is spread, so fragments cannot multiply the work.
"""

from collections.abc import Iterable
from typing import Any

from graphql import GraphQLError, parse

MAX_DEPTH = 20
MAX_FIELDS = 500
MAX_LENGTH = 20_000  # characters; parsing and validating a longer text would take seconds


def check(query: str) -> None:
    """Raises GraphQLError for text that is no query or asks for too much."""
    if len(query) > MAX_LENGTH:
        raise GraphQLError(
            f"The request has {len(query):,} characters; at most {MAX_LENGTH:,} are allowed."
        )
    definitions = parse(query).definitions
    fragments = {d.name.value: d for d in definitions if _is(d, "FragmentDefinition")}
    depth, fields = _Measure(fragments).all(definitions)
    if depth > MAX_DEPTH:
        raise GraphQLError(f"The request is nested {depth} deep; at most {MAX_DEPTH} are allowed.")
    if fields > MAX_FIELDS:
        raise GraphQLError(f"The request has {fields} fields; at most {MAX_FIELDS} are allowed.")


def _is(node: object, kind: str) -> bool:
    return type(node).__name__ in {kind, f"{kind}Node"}  # as graphql-core 2 and 3 call it


class _Measure:
    """Depth and number of fields of a document's nodes, each fragment measured once."""

    def __init__(self, fragments: dict[str, Any]) -> None:
        self._fragments = fragments
        self._known: dict[str, tuple[int, int]] = {}
        self._open: set[str] = set()  # being measured just now

    def all(self, nodes: Iterable[Any]) -> tuple[int, int]:
        """The deepest of the nodes, and the fields of all of them."""
        depth = fields = 0
        for node in nodes:
            node_depth, node_fields = self._one(node)
            depth, fields = max(depth, node_depth), fields + node_fields
        return depth, fields

    def _one(self, node: Any) -> tuple[int, int]:
        if _is(node, "FragmentSpread"):
            return self._fragment(node.name.value)
        below = getattr(node, "selection_set", None)
        depth, fields = self.all(below.selections) if below else (0, 0)
        return (depth + 1, fields + 1) if _is(node, "Field") else (depth, fields)

    def _fragment(self, name: str) -> tuple[int, int]:
        """A fragment's measures; an unknown one has none, as validation refuses it."""
        if name in self._open:
            # Refused here because the validation of graphql-core 2 does not survive it.
            raise GraphQLError(f"Fragment {name!r} spreads itself.")
        if name not in self._known:
            self._open.add(name)
            found = self._fragments.get(name)
            self._known[name] = self._one(found) if found else (0, 0)
            self._open.remove(name)
        return self._known[name]
