"""Who becomes a member of their own will, and that nobody does by reading."""

import pytest

from saleor_loyalty.models import Member, Message, Program
from saleor_loyalty.permissions import Viewer

JOIN = """mutation { loyaltyJoin {
  member { email balance status } errors { field message code }
} }"""


@pytest.fixture
def grace(shop):
    return Viewer(shop=shop, customer_id="VXNlcjo3")


@pytest.fixture
def joined(ask):
    return lambda viewer: ask(viewer, JOIN)["data"]["loyaltyJoin"]


def test_a_customer_joins_and_is_welcomed(joined, customer, program):
    assert joined(customer) == {
        "member": {"email": "ada@example.com", "balance": 0, "status": "ACTIVE"},
        "errors": [],
    }
    assert Message.objects.get().kind == "WELCOME_EMAIL"


def test_who_joins_twice_is_a_member_once(joined, customer, program):
    first = joined(customer)

    assert joined(customer) == first
    assert Member.objects.count() == Message.objects.count() == 1


def test_a_blocked_member_stays_blocked(joined, customer, program, ada):
    Member.objects.update(status="BLOCKED")

    assert joined(customer)["member"]["status"] == "BLOCKED"


def test_nobody_joins_a_program_that_is_off(joined, customer, program):
    Program.objects.update(is_active=False)

    assert joined(customer)["errors"][0]["code"] == "PROGRAM_INACTIVE"
    assert not Member.objects.exists()


def test_nobody_joins_where_there_is_no_program(joined, customer, shop):
    assert joined(customer)["errors"][0]["code"] == "PROGRAM_INACTIVE"


def test_who_is_a_member_already_is_told_so_though_the_program_is_off(
    joined, customer, program, ada
):
    Program.objects.update(is_active=False)

    assert joined(customer)["member"]["email"] == "ada@example.com"


@pytest.mark.parametrize("who", ["anonymous", "staff"])
def test_t37_only_customers_join(ask, request, program, who):
    answer = ask(request.getfixturevalue(who), JOIN)

    assert answer["errors"][0]["extensions"]["exception"]["code"] == "PermissionDenied"


def test_a_customer_whom_the_shop_does_not_have_cannot_join(ask, shop, program):
    answer = ask(Viewer(shop=shop, customer_id="VXNlcjo5OQ=="), JOIN)

    assert answer["errors"][0]["extensions"]["exception"]["code"] == "PermissionDenied"


@pytest.mark.parametrize(
    "query",
    [
        "{ loyalty { balance } }",
        "{ loyaltyProgram { name } }",
        'query { _entities(representations: [{__typename: "User", id: "VXNlcjox"}])'
        " { ... on User { loyalty { balance } } } }",
    ],
)
def test_reading_makes_nobody_a_member(ask, customer, program, query):
    assert "errors" not in ask(customer, query)

    assert not Member.objects.exists()
