"""The schema as a subgraph: what a gateway asks of it, and what it tells of itself."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from saleor_loyalty.graphql.federation import sdl, subgraph_sdl
from saleor_loyalty.permissions import Permission, Viewer

ENTITIES = """query ($of: [_Any!]!) {
  _entities(representations: $of) {
    __typename
    ... on User { id loyalty { email balance expiringPoints pointsToNextReward } }
    ... on Order { id loyalty { points member { email } } }
  }
}"""


def of(type_name, *ids):
    return [{"__typename": type_name, "id": id_} for id_ in ids]


@pytest.fixture
def all_staff(shop):
    return Viewer(shop=shop, actor="Sam", permissions=frozenset(Permission))


def test_a_gateway_reads_the_signed_in_customers_points_by_the_key(ask, customer, ada, gift):
    gift(ada, 120)

    answer = ask(customer, ENTITIES, of=of("User", "VXNlcjox"))

    [user] = answer["data"]["_entities"]
    assert user == {
        "__typename": "User",
        "id": "VXNlcjox",
        "loyalty": {
            "email": "ada@example.com",
            "balance": 120,
            "expiringPoints": 0,
            "pointsToNextReward": 4880,
        },
    }


def test_a_gateway_may_write_the_key_into_the_query(ask, customer, ada):
    answer = ask(
        customer,
        """{ _entities(representations: [{__typename: "User", id: "VXNlcjox"}]) {
             ... on User { loyalty { email } } } }""",
    )

    assert answer == {"data": {"_entities": [{"loyalty": {"email": "ada@example.com"}}]}}


def test_a_gateway_reads_what_an_order_brought(ask, customer, ada, earn):
    order = earn(ada, "12").order
    order.points = 120
    order.save()

    answer = ask(customer, ENTITIES, of=of("Order", order.order_id, "unknown"))

    assert answer["data"]["_entities"] == [
        {
            "__typename": "Order",
            "id": order.order_id,
            "loyalty": {"points": 120, "member": {"email": "ada@example.com"}},
        },
        {"__typename": "Order", "id": "unknown", "loyalty": None},
    ]


def test_entities_come_in_the_order_of_their_representations(ask, all_staff, ada, enroll, shop):
    enroll(shop, "VXNlcjoy", "bob@example.com")
    asked = of("User", "VXNlcjoy", "nobody", "VXNlcjox", "VXNlcjoy")

    answer = ask(all_staff, ENTITIES, of=asked)

    found = [user["loyalty"] and user["loyalty"]["email"] for user in answer["data"]["_entities"]]
    assert found == ["bob@example.com", None, "ada@example.com", "bob@example.com"]


def test_t37_another_customers_points_are_refused_and_ones_own_still_shown(
    ask, customer, ada, enroll, shop, program
):
    enroll(shop, "VXNlcjoy", "bob@example.com")

    answer = ask(customer, ENTITIES, of=of("User", "VXNlcjoy", "VXNlcjox"))

    [error] = answer["errors"]
    assert error["path"] == ["_entities", 0, "loyalty"]
    assert error["extensions"] == {"exception": {"code": "PermissionDenied"}}
    assert answer["data"]["_entities"][0]["loyalty"] is None
    assert answer["data"]["_entities"][1]["loyalty"]["email"] == "ada@example.com"


@pytest.mark.parametrize("type_name", ["User", "Order"])
def test_t37_who_is_not_signed_in_reads_nothing_of_anybody(ask, anonymous, ada, earn, type_name):
    key = {"User": "VXNlcjox", "Order": earn(ada, "12").order.order_id}[type_name]

    answer = ask(anonymous, ENTITIES, of=of(type_name, key))

    assert answer["data"]["_entities"] == [{"__typename": type_name, "id": key, "loyalty": None}]
    assert answer["errors"][0]["extensions"] == {"exception": {"code": "PermissionDenied"}}


@pytest.mark.parametrize(
    "representation",
    [
        {},
        {"__typename": "User"},
        {"__typename": "User", "id": 1},
        {"__typename": "User", "email": "ada@example.com"},
        {"__typename": "LoyaltyMember", "id": "VXNlcjox"},
        {"__typename": ["User"], "id": "VXNlcjox"},
        "User",
        7,
        ["User", "VXNlcjox"],
    ],
)
def test_what_is_no_key_of_ours_is_refused(ask, all_staff, ada, representation):
    answer = ask(all_staff, ENTITIES, of=[representation])

    assert answer["data"] is None
    assert answer["errors"][0]["message"] == (
        "A representation is an object with the `__typename` User or Order and an `id`."
    )


def test_more_entities_cost_no_more_statements(ask, all_staff, ada, earn, enroll, shop):
    first = earn(ada, "12").order
    for number in range(2, 9):
        earn(enroll(shop, f"VXNlcjo{number}", f"{number}@example.com"), "20")

    def statements(asked) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert "errors" not in ask(all_staff, ENTITIES, of=asked)
        return len(captured)

    for_one = statements(of("User", "VXNlcjox") + of("Order", first.order_id))
    for_all = statements(
        of("User", "VXNlcjox", *(f"VXNlcjo{number}" for number in range(2, 9)))
        + of("Order", *(f"order-{number}" for number in range(1, 9)))
    )

    assert for_one == for_all == 2


def test_composition_learns_which_types_are_saleors_too_and_by_which_key(ask, anonymous):
    answer = ask(anonymous, "{ _service { sdl } }")

    text = answer["data"]["_service"]["sdl"]
    assert text == subgraph_sdl()
    assert text.startswith('extend schema @link(url: "https://specs.apollo.dev/federation/v2.0"')
    for marked in (
        'type User @key(fields: "id") {',
        'type Order @key(fields: "id") {',
        "type PageInfo @shareable {",
    ):
        assert text.count(marked) == 1
    assert text.count("@key") == 3  # with the import
    assert text.count("@shareable") == 2


def test_the_machinery_of_federation_is_no_part_of_the_schema_that_is_told():
    assert "_entities" not in sdl()
    assert "_Any" not in subgraph_sdl()
