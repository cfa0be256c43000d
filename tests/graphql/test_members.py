"""The list of members: whom staff find on it, in which order, a page at a time."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from graphql_relay import to_global_id

from saleor_loyalty.models import Account, Member
from saleor_loyalty.program import programs
from saleor_loyalty.program.ruleset import Changes
from tests.accounts import account_of

MEMBERS = """query (
  $filter: LoyaltyMemberFilter, $sortBy: LoyaltyMemberSort,
  $first: Int, $after: String, $last: Int, $before: String
) {
  loyaltyMembers(
    filter: $filter, sortBy: $sortBy, first: $first, after: $after, last: $last, before: $before
  ) {
    totalCount
    edges { node { email } cursor }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}"""
WITH_ENDS = """{ loyaltyMembers {
  edges { node { email balance debt pointsToNextReward expiresAt expiringPoints } }
} }"""


@pytest.fixture
def people(enroll, shop, ada):
    """Ada and four more, who joined a day after one another, each a point richer."""
    for number, name in enumerate(["bob", "cid", "dan", "eva"], start=2):
        enroll(shop, f"VXNlcjo{number}", f"{name}@example.com")
    for number, member in enumerate(Member.objects.order_by("pk")):
        member.joined_at += timedelta(days=number)
        member.save()
        account_of(member, balance=number)
    return list(Member.objects.order_by("pk"))


@pytest.fixture
def list_members(ask, staff):
    def list_members(**given):
        answer = ask(staff, MEMBERS, **given)
        assert "errors" not in answer, answer["errors"]
        return answer["data"]["loyaltyMembers"]

    return list_members


def names(connection):
    return [edge["node"]["email"].partition("@")[0] for edge in connection["edges"]]


def test_staff_read_all_members_the_latest_to_join_first(list_members, people, enroll, other_shop):
    enroll(other_shop, "VXNlcjo5", "foreign@example.com")

    members = list_members()

    assert names(members) == ["eva", "dan", "cid", "bob", "ada"]
    assert members["totalCount"] == 5
    assert members["pageInfo"] == {
        "hasNextPage": False,
        "hasPreviousPage": False,
        "startCursor": to_global_id("LoyaltyMember", people[-1].pk),
        "endCursor": to_global_id("LoyaltyMember", people[0].pk),
    }


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"search": "CI"}, ["cid"]),
        ({"search": "VXNlcjo3"}, ["cid"]),
        ({"search": None, "status": None}, ["eva", "dan", "cid", "bob", "ada"]),
        ({"status": ["BLOCKED", "CLOSED"]}, ["bob"]),
        ({"balanceGte": 1, "balanceLte": 2}, ["cid", "bob"]),
        ({"inactiveSince": "2001-01-01T00:00:00Z"}, []),
        ({"inactiveSince": "2999-01-01T00:00:00+01:00", "search": "d"}, ["dan"]),
    ],
)
def test_staff_filter_members(list_members, people, wanted, found):
    Member.objects.filter(email__startswith="bob").update(status="BLOCKED")

    members = list_members(filter=wanted)

    assert names(members) == found
    assert members["totalCount"] == len(found)


def test_staff_sort_members(list_members, people):
    assert names(list_members(sortBy={"field": "BALANCE", "direction": "ASC"})) == [
        "ada", "bob", "cid", "dan", "eva"
    ]  # fmt: skip
    assert names(list_members(sortBy={"field": "EMAIL", "direction": "DESC"}))[0] == "eva"


@pytest.mark.parametrize("direction", ["ASC", "DESC"])
@pytest.mark.parametrize("field", ["JOINED_AT", "LAST_ACTIVITY_AT", "BALANCE", "EMAIL", "STATUS"])
def test_pages_lead_from_one_end_to_the_other_and_back(list_members, people, field, direction):
    sort_by = {"field": field, "direction": direction}
    everybody = names(list_members(sortBy=sort_by))

    first = list_members(sortBy=sort_by, first=2)
    second = list_members(sortBy=sort_by, first=2, after=first["pageInfo"]["endCursor"])
    third = list_members(sortBy=sort_by, first=2, after=second["pageInfo"]["endCursor"])
    back = list_members(sortBy=sort_by, last=2, before=third["pageInfo"]["startCursor"])

    assert names(first) + names(second) + names(third) == everybody
    assert names(back) == names(second)
    ends = [
        (page["pageInfo"]["hasPreviousPage"], page["pageInfo"]["hasNextPage"])
        for page in (first, second, third, back)
    ]
    assert ends == [(False, True), (True, True), (True, False), (True, True)]


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"first": 101}, "Ask for 1 to 100 items at once, not for 101."),
        ({"first": 0}, "Ask for 1 to 100 items at once, not for 0."),
        (
            {"sortBy": {"field": "EMAIL", "direction": "down"}},
            "`direction` is ASC or DESC, not 'down'.",
        ),
    ],
)
def test_a_list_that_cannot_be_given_is_refused(ask, staff, people, given, refusal):
    answer = ask(staff, MEMBERS, **given)

    assert answer["data"] is None
    assert answer["errors"][0]["message"] == refusal


def test_a_cursor_of_another_shops_member_is_refused(ask, staff, people, enroll, other_shop):
    foreign = to_global_id("LoyaltyMember", enroll(other_shop, "VXNlcjo5", "f@example.com").pk)

    answer = ask(staff, MEMBERS, after=foreign)

    assert answer["data"] is None
    assert answer["errors"][0]["message"] == f"{foreign!r} is no cursor of this list."


def test_t37_the_list_is_for_who_manages_users(ask, anonymous, customer, owner, people):
    for viewer in (anonymous, customer, owner):
        answer = ask(viewer, MEMBERS)

        assert answer["data"] is None
        [error] = answer["errors"]
        assert error["extensions"] == {"exception": {"code": "PermissionDenied"}}


def test_more_members_cost_no_more_statements(ask, staff, people, program):
    lots = Changes(expiry_policy="PER_LOT", expiry_days=30)  # whose ends are read from a table
    programs.update(shop=program.shop, changes=lots, actor="Olga")

    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert "errors" not in ask(staff, WITH_ENDS)
        return len(captured)

    for_five = statements()
    Account.objects.exclude(member=people[-1]).delete()
    Member.objects.exclude(pk=people[-1].pk).delete()

    assert for_five == statements() == 3
