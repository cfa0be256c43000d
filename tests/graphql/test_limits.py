"""How much one request may ask for: each limit, what is just allowed and what is refused."""

import time

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from graphql import GraphQLError

from saleor_loyalty.graphql import limits


def refusal(answer):
    """Why a request was not run at all."""
    assert "data" not in answer
    [error] = answer["errors"]
    assert error["extensions"] == {"exception": {"code": "GraphQLError"}}
    return error["message"]


def nested(depth: int) -> str:
    """A query of so many levels, as introspection allows them."""
    return "{ __schema { types { " + "ofType { " * (depth - 3) + "name" + " }" * depth


def test_a_query_may_be_twenty_levels_deep_and_no_more(ask, anonymous):
    assert "data" in ask(anonymous, nested(20)), ask(anonymous, nested(20))

    assert refusal(ask(anonymous, nested(21))) == (
        "The request is nested 21 deep; at most 20 are allowed."
    )


def test_a_query_may_have_five_hundred_fields_and_no_more(ask, anonymous, program):
    def fields(number: int) -> str:
        return "__typename " * number

    assert "errors" not in ask(anonymous, f"{{ {fields(500)} }}")

    assert refusal(ask(anonymous, f"{{ {fields(501)} }}")) == (
        "The request has 501 fields; at most 500 are allowed."
    )


def test_fragments_do_not_multiply_the_work(ask, anonymous):
    bomb = "{ ...F0 } " + " ".join(
        f"fragment F{i} on Query {{ ...F{i + 1} ...F{i + 1} }}" for i in range(50)
    )
    started = time.thread_time()

    answer = ask(anonymous, f"{bomb} fragment F50 on Query {{ __typename }}")

    assert "data" not in answer
    assert "at most 500 are allowed" in answer["errors"][0]["message"]
    assert time.thread_time() - started < 1


def test_a_query_may_have_fifty_aliases_and_no_more(ask, anonymous, program):
    def aliases(number: int) -> str:
        return " ".join(f"a{i}: __typename" for i in range(number))

    assert "errors" not in ask(anonymous, f"{{ {aliases(50)} }}")

    assert refusal(ask(anonymous, f"{{ {aliases(51)} }}")) == (
        "The request has 51 aliases; at most 50 are allowed."
    )


MUTATE = 'm%d: loyaltyDeviceUnregister(token: "x") { ok }'


def mutated(times: int) -> str:
    return " ".join(MUTATE % number for number in range(times))


def test_a_request_may_have_ten_mutations_and_no_more(ask, customer):
    ten, eleven = (f"mutation {{ {mutated(times)} }}" for times in (10, 11))

    assert "data" in ask(customer, ten)

    assert refusal(ask(customer, eleven)) == (
        "The request has 11 mutations; at most 10 are allowed."
    )


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ("{ __typename }", 0),
        ("mutation { __typename }", 1),
        (f"mutation {{ {mutated(7)} }}", 7),
        (f"mutation {{ ...A ... {{ ...A }} }} fragment A on Mutation {{ {mutated(3)} }}", 6),
        (f"mutation {{ {mutated(40)} }}", limits.MAX_MUTATIONS),
        (f"query mutation {{ {mutated(3)} }}", 0),
        ("mutation { ...A } fragment A on Mutation { ...A }", 0),
        ("mutation {", 0),
    ],
    ids=["query", "one", "aliases", "fragments", "many", "a name", "a circle", "no query"],
)
def test_mutations_are_counted_wherever_they_stand(query, number):
    assert limits.mutations(query) == number


def test_a_text_may_have_twenty_thousand_characters_and_no_more(ask, anonymous, program):
    query = "{ __typename }"

    assert "errors" not in ask(anonymous, query.ljust(20_000))

    assert refusal(ask(anonymous, query.ljust(20_001))) == (
        "The request has 20,001 characters; at most 20,000 are allowed."
    )


MANY = "id kind points balanceAfter createdAt reason"
# 26 for the list, and for each of its members 1 for the edge, 1 for the node, 26 for the history
# and 3 for each entry: a list is worth 25 values more than itself, for it costs a statement.
HISTORIES = """{
  loyaltyMembers(first: %s) { edges { node { entries(first: %s) { edges { node { id } } } } } }
}"""


def test_lists_within_lists_may_cost_ten_thousand_and_no_more(ask, staff, ada):
    assert "errors" not in ask(staff, HISTORIES % (56, 49))  # 26 + 56 * (28 + 49 * 3) = 9,826

    assert refusal(ask(staff, HISTORIES % (57, 49))) == (
        "The request may cost 10,001; at most 10,000 are allowed."
    )


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        (HISTORIES % (100, 100), {}),
        ("query ($n: Int) " + HISTORIES % (100, "$n"), {"n": 100}),
        ("query ($n: Int = 100) " + HISTORIES % (100, "$n"), {}),
        (HISTORIES.replace("first", "last") % (100, 100), {}),
        (HISTORIES.replace("entries(first: %s)", "entries").replace("id", MANY) % 100, {}),
        (
            """{ loyaltyMembers(first: 100) { ...Page } }
            fragment Page on LoyaltyMemberConnection { edges { node { ...Member } } }
            fragment Member on LoyaltyMember { ... { entries(first: 100) { ...Entries } } }
            fragment Entries on LoyaltyEntryConnection { edges { node { id } } }""",
            {},
        ),
        (
            """query ($of: [_Any!]!) {
              _entities(representations: $of) { ... on User { loyalty { email balance } } }
            }""",
            {"of": [{"__typename": "User", "id": "x"}] * 4000},
        ),
    ],
    ids=["literal", "variable", "default", "backwards", "unsaid", "fragments", "entities"],
)
def test_the_length_of_a_list_counts_however_it_is_said(ask, staff, query, variables):
    assert refusal(ask(staff, query, **variables)).startswith("The request may cost ")


DEAR = "a%d: %s(first: 1) { totalCount pageInfo { hasNextPage hasPreviousPage } }"
LISTS = {"aliases": "loyaltyMembers", "members": "coupons"}


def dearest(shape: str) -> str:
    """The request of this shape that has the database read most, of those that are allowed."""
    found, most = "", 0
    for times in (1, 5, 10, 25, 50, 75, 100):
        for lists in range(1, 51):
            query = written(shape, times, lists)
            if times * lists > most and is_allowed(query):
                found, most = query, times * lists
    return found


def written(shape: str, times: int, lists: int) -> str:
    """One shopper's lists over and over, those of many members, or one list named many times."""
    below = " ".join(DEAR % (number, LISTS.get(shape, "entries")) for number in range(lists))
    key = '{__typename: "User", id: "VXNlcjox"}'
    return {
        "entities": (
            f"{{ _entities(representations: [{key * times}])"
            f" {{ ... on User {{ loyalty {{ {below} }} }} }} }}"
        ),
        "members": f"{{ loyaltyMembers(first: {times}) {{ edges {{ node {{ {below} }} }} }} }}",
        "aliases": f"{{ {below} }}",
    }[shape]


def is_allowed(query: str) -> bool:
    try:
        limits.check(query)
    except GraphQLError:
        return False
    return True


@pytest.mark.parametrize("shape", ["entities", "members", "aliases"])
def test_the_dearest_request_costs_a_few_hundred_statements(
    ask, customer, staff, shop, enroll, ada, shape
):
    for number in range(100):
        enroll(shop, f"VXNlcjo{number}1", f"{number}@example.com")
    viewer = customer if shape == "entities" else staff

    with CaptureQueriesContext(connection) as captured:
        answer = ask(viewer, dearest(shape))

    assert "errors" not in answer
    assert 50 < len(captured) <= 450


def test_a_hundred_entities_may_be_asked_for_and_no_more(ask, customer, ada):
    query = """query ($of: [_Any!]!) {
      _entities(representations: $of) { ... on User { loyalty { balance } } }
    }"""
    ada_again = {"__typename": "User", "id": "VXNlcjox"}

    assert "errors" not in ask(customer, query, of=[ada_again] * 100)

    [error] = ask(customer, query, of=[ada_again] * 101)["errors"]
    assert error["message"] == "Ask for at most 100 representations at once, not for 101."


def test_a_page_too_long_is_refused_as_a_page(ask, staff, ada):
    answer = ask(staff, HISTORIES % (1000, 1))

    assert answer["errors"][0]["message"] == "Ask for 1 to 100 items at once, not for 1000."


@pytest.mark.parametrize(
    "query",
    [
        "{ __schema { types { name } } }",
        '{ a: __type(name: "Query") { name } }',
        "{ ...A } fragment A on Query { _service { sdl } }",
    ],
)
def test_the_schema_is_told_unless_the_owner_says_otherwise(ask, anonymous, settings, query):
    assert "errors" not in ask(anonymous, query)

    settings.LOYALTY_INTROSPECTION = False

    assert "is not answered here (LOYALTY_INTROSPECTION)." in refusal(ask(anonymous, query))


@pytest.mark.parametrize(
    "query",
    [
        "{ ...A } fragment A on Query { ...A }",
        "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }",
        "{ __typename } fragment A on Query { loyalty { id } ...A }",
    ],
)
def test_a_fragment_inside_itself_is_refused(ask, anonymous, query):
    answer = ask(anonymous, query)

    assert "data" not in answer
    assert "spreads itself" in answer["errors"][0]["message"]


def test_an_unknown_fragment_is_refused(ask, anonymous):
    answer = ask(anonymous, "{ ...Nowhere }")

    assert "Nowhere" in answer["errors"][0]["message"]
