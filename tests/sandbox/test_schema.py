"""The sandbox's schema takes every document we send to Saleor."""

from pathlib import Path

import pytest
from graphql import build_schema, parse, validate

import saleor_loyalty.saleor_api
import sandbox.shop
from saleor_loyalty.saleor_api.client import document

SCHEMA = build_schema(
    (Path(sandbox.shop.__file__).parent / "schema.graphql").read_text(encoding="utf-8")
)
DOCUMENTS = Path(saleor_loyalty.saleor_api.__file__).parent / "documents"


@pytest.mark.parametrize(
    "name", sorted({path.stem for path in DOCUMENTS.glob("*")} - {"order_facts"})
)
def test_the_sandbox_has_all_that_this_document_asks_for(name):
    assert validate(SCHEMA, parse(document(name))) == []


def test_a_document_with_a_null_in_it_is_refused_as_by_saleors_old_parser(sandbox):
    document = '{ products(channel: "default-channel", first: 1, after: null) { totalCount } }'
    answer = sandbox.answer(document)
    assert answer.status_code == 400
    assert 'Unexpected Name "null"' in answer.json()["errors"][0]["message"]


def test_a_field_that_saleor_does_not_have_is_refused(sandbox):
    answer = sandbox.answer("{ shop { nme } }")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["extensions"]["exception"]["code"] == "GraphQLError"
