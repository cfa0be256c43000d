"""The one way to run a request on the schema, for the app door."""

from collections.abc import Mapping
from typing import Any

from graphql import GraphQLError

from saleor_loyalty.graphql import limits
from saleor_loyalty.graphql.errors import shown
from saleor_loyalty.graphql.federation import schema


def execute(
    query: str,
    *,
    variables: Mapping[str, Any] | None = None,
    operation_name: str | None = None,
    context: Any,
) -> dict[str, Any]:
    """Run a request; the answer, ready for JSON: `errors` if any, `data` if it was run at all.

    `context.loyalty_viewer` is the Viewer who asks. Whatever goes wrong is in the answer, in the
    form of Saleor's API: `{"message", "locations", "path", "extensions": {"exception": {"code"}}}`.
    """
    try:
        limits.check(query, variables)
        result = schema.execute(
            query,
            variable_values=variables,
            operation_name=operation_name,
            context_value=context,
        )
    except (GraphQLError, RecursionError) as error:
        return {"errors": [shown(error)]}
    answer: dict[str, Any] = {}
    if result.errors:
        answer["errors"] = [shown(error) for error in result.errors]
    # Null under an error that has a path: it was run, and a field that is never null failed.
    if result.data is not None or any(error.get("path") for error in answer["errors"]):
        answer["data"] = result.data
    return answer
