"""Documents named by their hash, asked of a running server."""

import hashlib
import json
from pathlib import Path

import httpx
import pytest

from tests.server.test_web_servers import UVICORN

KNOWN = "query Kind { __typename }"
HASH = hashlib.sha256(KNOWN.encode()).hexdigest()
UNKNOWN = "{ again: __typename }"
ANSWER = {"data": {"__typename": "Query"}}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What two storefronts were built with."""
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "web.json").write_text(json.dumps({HASH: KNOWN}))
    (folder / "app.json").write_text(json.dumps({"5ab2": "{ __typename }"}))
    return folder


def apollo(hash_: str) -> dict[str, object]:
    return {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": hash_}}}


def test_documents_are_answered_by_their_hash(serve, shop, folder):
    server = serve(*UVICORN, LOYALTY_DOCUMENTS=str(folder))

    with httpx.Client(base_url=server.url, headers={"Host": "testserver"}) as storefront:

        def ask(**content: object) -> object:
            return storefront.post("/graphql/", json=content).json()

        assert ask(**apollo(HASH)) == ANSWER
        assert ask(documentId=f"sha256:{HASH}", operationName="Kind") == ANSWER
        assert ask(documentId="5ab2") == ANSWER
        assert ask(query=UNKNOWN) == {"data": {"again": "Query"}}
        [refusal] = ask(**apollo("0" * 64))["errors"]
        assert refusal["message"] == "PersistedQueryNotFound"
        assert refusal["extensions"]["code"] == "PERSISTED_QUERY_NOT_FOUND"
        # Upon which Apollo's clients send both.
        assert ask(**apollo("0" * 64), query=UNKNOWN) == {"data": {"again": "Query"}}


def test_nothing_else_is_answered_if_so_set(serve, shop, folder):
    server = serve(*UVICORN, LOYALTY_DOCUMENTS=str(folder), LOYALTY_DOCUMENTS_ONLY="on")

    with httpx.Client(base_url=server.url, headers={"Host": "testserver"}) as storefront:

        def ask(**content: object) -> object:
            return storefront.post("/graphql/", json=content).json()

        assert ask(documentId=HASH) == ANSWER
        assert ask(query=KNOWN) == ANSWER
        for content in ({"query": UNKNOWN}, {**apollo(HASH), "query": UNKNOWN}):
            [refusal] = ask(**content)["errors"]
            assert refusal["extensions"]["code"] == "QUERY_NOT_IN_SAFELIST"
