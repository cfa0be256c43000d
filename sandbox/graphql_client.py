"""One question to a GraphQL API over HTTP, Saleor's or the app's."""

import atexit
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import httpx

# Only local servers are asked: whatever proxy the terminal knows has no part in it.
_client = httpx.Client(timeout=20, trust_env=False)
atexit.register(_client.close)


class Refused(Exception):
    """The API answered with errors, at the top or in a mutation's own list."""

    def __init__(self, errors: list[dict[str, Any]]) -> None:
        super().__init__("; ".join(str(error.get("message")) for error in errors))
        self.errors = errors


def ask(
    url: str,
    document: str,
    variables: Mapping[str, object] | None = None,
    *,
    token: str | None = None,
) -> Any:
    """What the document's only root field holds, with amounts as exact Decimals.

    Raises Refused, and httpx.HTTPError when nobody answers.
    """
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    body = {"query": document, "variables": dict(variables or {})}
    response = _client.post(url, json=body, headers=headers)
    if not response.headers.get("Content-Type", "").startswith("application/json"):
        response.raise_for_status()
    answer = response.json(parse_float=Decimal)
    if errors := answer.get("errors"):
        raise Refused(errors)
    (found,) = answer["data"].values()
    if isinstance(found, dict) and found.get("errors"):
        raise Refused(found["errors"])
    return found
