"""Any request at all to the GraphQL API is answered, and never with "something went wrong here".

Queries and mutations are made up from the schema, right ones and such that break its rules; also
texts that are hardly GraphQL and bodies that are hardly JSON. LOYALTY_EXAMPLES says how many of
each kind, for each of three people who ask.
"""

import json
import os
import time
from collections.abc import Callable
from typing import Any

import graphql
import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis_graphql import Mode, from_schema
from pytest_django import Settings

from saleor_loyalty.activities import staff_points
from saleor_loyalty.graphql.federation import schema
from saleor_loyalty.models import Shop
from tests.saleor_over_http import APP_ID, Saleor
from tests.shops import new_program, new_shop
from tests.signing import SigningKey

LONG_RUN = os.environ.get("LOYALTY_TESTS") == "long"
FUZZ = hypothesis_settings(
    max_examples=int(os.environ.get("LOYALTY_EXAMPLES", "2000" if LONG_RUN else "60")),
    deadline=None,
    # The shop stays from one example to the next, as it does for a server.
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

# Without a transaction around them all, as on a server: one bad statement must not spoil the next.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(0 if LONG_RUN else 600)]

Answer = dict[str, Any]


def literals(*texts: str) -> st.SearchStrategy[graphql.ValueNode]:
    return st.sampled_from(texts).map(graphql.parse_value)


SCALARS = {
    "DateTime": literals('"2030-01-01T00:00:00Z"', '"0001-01-01T00:00:00+14:00"', '"now"', "7"),
    "Decimal": literals("1.5", '"1.5"', "-1e300", '"NaN"', '"abc"', "true", "[1]"),
    "_Any": literals(
        '{__typename: "User", id: "VXNlcjox"}',
        '{__typename: "Order", id: "\\u0000"}',
        '{__typename: "Query"}',
        "7",
        "[[]]",
    ),
}
REQUESTS = {
    mode.name: from_schema(schema.graphql_schema, custom_scalars=SCALARS, mode=mode)
    for mode in Mode
}
# What is nearly GraphQL: its own signs and words in any order.
SIGNS = [*'{}()[]:!$@"#\n\x00é', "...", '"""', "-0", "1e999", "\\ud800"]
WORDS = ["query", "mutation", "fragment", "on", "loyalty", "Query", "A", "first", "1", "null"]
NAMES = ["__schema", "_entities", "edges", "node", "@skip(if: true)"]
NEARLY = st.lists(st.sampled_from([*SIGNS, *WORDS, *NAMES]), max_size=30).map(" ".join)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
BODIES = st.fixed_dictionaries(
    {},
    optional={
        "query": ANYTHING
        | st.just("query ($n: Int) { loyalty { entries(first: $n) { totalCount } } }"),
        "variables": ANYTHING | st.dictionaries(st.sampled_from(["n", "of"]), ANYTHING),
        "operationName": ANYTHING,
        "extensions": ANYTHING,
    },
)


@pytest.fixture
def shop(transactional_db: None, saleor: Saleor) -> Shop:
    """A shop whose programme has a member with points, and a Saleor that answers."""
    shop = new_shop(saleor.api_url)
    new_program(shop)
    staff_points.give(shop=shop, customer_id="VXNlcjox", points=7000, reason="Welcome", actor="Sam")
    return shop


@pytest.fixture(params=["nobody", "customer", "staff"])
def ask(
    request: pytest.FixtureRequest, settings: Settings, shop: Shop, key: SigningKey
) -> Callable[[str], Answer]:
    """Sends a body as this person would; the answer, once it is known to be a proper one."""
    settings.LOYALTY_RATE_REQUESTS = settings.LOYALTY_RATE_MUTATIONS = ""
    settings.LOYALTY_RATE_VISITORS = settings.LOYALTY_RATE_CUSTOMER = ""
    shop.jwks = {"keys": [key.jwk]}
    shop.jwks_fetched_at = timezone.now()
    shop.save()
    claims = {"iss": shop.api_url, "exp": int(time.time()) + 36_000, "email": "a@example.com"}
    tokens = {
        "customer": {"type": "access", "user_id": "VXNlcjox", **claims},
        "staff": {
            "type": "thirdparty",
            "app": APP_ID,
            "is_staff": True,
            "user_permissions": ["MANAGE_USERS", "MANAGE_ORDERS", "MANAGE_SETTINGS"],
            **claims,
        },
    }
    asks = tokens.get(request.param)
    headers = {"Authorization": f"Bearer {key.token(asks)}"} if asks else {}
    client = Client(raise_request_exception=False)

    def ask(body: str) -> Answer:
        response = client.post("/graphql/", body, "application/json", headers=headers)
        answer: Answer = response.json()
        assert response.status_code in {200, 400}, (response.status_code, answer)
        assert answer.keys() <= {"data", "errors"}
        for error in answer.get("errors", ()):
            code = error["extensions"]["exception"]["code"]
            assert code != "InternalServerError", answer
        return answer

    return ask


@pytest.mark.parametrize("mode", REQUESTS)
def test_t36_what_the_schema_allows_and_what_breaks_its_rules(ask, mode):
    @FUZZ
    @given(REQUESTS[mode])
    def check(query: str) -> None:
        ask(json.dumps({"query": query}))

    check()


def test_t36_what_is_hardly_graphql(ask):
    @FUZZ
    @given(NEARLY)
    def check(query: str) -> None:
        ask(json.dumps({"query": query}))

    check()


def test_t36_what_is_hardly_a_request(ask):
    @FUZZ
    @given(BODIES)
    def check(body: Answer) -> None:
        ask(json.dumps(body))

    check()
