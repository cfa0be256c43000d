"""Who is refused what, and how a refusal looks."""

import pytest
from graphql_relay import to_global_id

from saleor_loyalty.models import Device, Entry
from saleor_loyalty.permissions import Permission, Viewer

ADA_TO_STAFF = '{ loyaltyMember(customerId: "VXNlcjox") { email } }'
GIFT = """mutation {
  loyaltyPointsGift(customerId: "VXNlcjox", points: 5, reason: "Mine") { errors { code } }
}"""
ADJUST = """mutation {
  loyaltyPointsAdjust(customerId: "VXNlcjox", points: 5, reason: "Mine") { errors { code } }
}"""
BLOCK = """mutation {
  loyaltyMemberUpdate(customerId: "VXNlcjox", status: BLOCKED) { errors { code } }
}"""
UPDATE = "mutation { loyaltyProgramUpdate(input: {threshold: 1}) { errors { code } } }"
REGISTER = 'mutation { loyaltyDeviceRegister(token: "x", platform: IOS) { ok } }'
UNREGISTER = 'mutation { loyaltyDeviceUnregister(token: "x") { ok } }'


def refused(answer, *path):
    """True when the answer is the refusal of what stands at `path`, and nothing is shown there."""
    [error] = answer["errors"]
    assert error["extensions"] == {"exception": {"code": "PermissionDenied"}}
    assert error["path"] == list(path)
    assert set(error) == {"message", "locations", "path", "extensions"}
    return answer["data"][path[0]] is None


@pytest.fixture
def all_but(shop):
    def all_but(permission):
        return Viewer(shop=shop, permissions=frozenset(Permission) - {permission})

    return all_but


def test_t37_a_customer_cannot_look_others_up(enroll, ask, customer, shop, program):
    bob = enroll(shop, "VXNlcjoy", "bob@example.com")

    for given in (
        'customerId: "VXNlcjoy"',
        'email: "bob@example.com"',
        f'id: "{to_global_id("LoyaltyMember", bob.pk)}"',
    ):
        answer = ask(customer, f"{{ loyaltyMember({given}) {{ email }} }}")
        assert refused(answer, "loyaltyMember")


def test_t37_a_customer_cannot_even_look_themselves_up_as_staff_do(ask, customer, ada):
    assert refused(ask(customer, ADA_TO_STAFF), "loyaltyMember")


def test_t37_a_customer_sees_nothing_of_another(enroll, ask, shop, ada, gift):
    gift(ada, 5000)
    bob = Viewer(shop=shop, customer_id="VXNlcjoy")
    enroll(shop, "VXNlcjoy", "bob@example.com")

    answer = ask(
        bob,
        """{ loyalty { email balance entries { totalCount edges { node { id } } }
             coupons { totalCount edges { node { code } } } } }""",
    )

    nothing = {"totalCount": 0, "edges": []}
    assert answer["data"]["loyalty"] == {
        "email": "bob@example.com",
        "balance": 0,
        "entries": nothing,
        "coupons": nothing,
    }


@pytest.mark.parametrize("forward", [True, False])
def test_t37_another_members_cursor_opens_nothing_of_theirs(enroll, ask, shop, ada, gift, forward):
    bob = Viewer(shop=shop, customer_id="VXNlcjoy")
    member = enroll(shop, "VXNlcjoy", "bob@example.com")
    before_it = None if forward else gift(ada, 7)
    gift(member, 3)
    cursor = to_global_id("LoyaltyEntry", (before_it or gift(ada, 7)).pk)
    arguments = f'first: 9, after: "{cursor}"' if forward else f'last: 9, before: "{cursor}"'

    answer = ask(
        bob,
        f"""{{ loyalty {{ entries({arguments}) {{
              edges {{ node {{ points }} }} pageInfo {{ hasNextPage hasPreviousPage }} }} }} }}""",
    )

    assert answer["data"]["loyalty"]["entries"] == {
        "edges": [{"node": {"points": 3}}],
        "pageInfo": {"hasNextPage": False, "hasPreviousPage": False},
    }


@pytest.mark.parametrize(
    ("mutation", "field"),
    [
        (GIFT, "loyaltyPointsGift"),
        (ADJUST, "loyaltyPointsAdjust"),
        (BLOCK, "loyaltyMemberUpdate"),
        (UPDATE, "loyaltyProgramUpdate"),
    ],
)
def test_t37_a_customer_calls_no_staff_mutation(ask, customer, ada, program, mutation, field):
    assert refused(ask(customer, mutation), field)

    program.refresh_from_db()
    ada.refresh_from_db()
    assert (program.current.threshold, ada.status) == (5000, "ACTIVE")
    assert not Entry.objects.exists()


@pytest.mark.parametrize(
    ("field", "path"),
    [
        ("debt", ("loyalty", "debt")),
        (
            "entries { edges { node { actor } } }",
            ("loyalty", "entries", "edges", 0, "node", "actor"),
        ),
    ],
)
def test_t37_a_customer_reads_no_staff_field_of_their_own(ask, customer, ada, gift, field, path):
    gift(ada, 5)

    [error] = ask(customer, f"{{ loyalty {{ {field} }} }}")["errors"]

    assert error["extensions"] == {"exception": {"code": "PermissionDenied"}}
    assert error["path"] == list(path)


@pytest.mark.parametrize("who", ["anonymous", "customer", "staff"])
def test_t37_only_who_manages_settings_reads_the_reminders(ask, request, program, who):
    viewer = request.getfixturevalue(who)

    answer = ask(viewer, "{ loyaltyProgram { name reminders } }")

    assert answer["data"] == {"loyaltyProgram": None}
    assert answer["errors"][0]["path"] == ["loyaltyProgram", "reminders"]
    assert answer["errors"][0]["extensions"] == {"exception": {"code": "PermissionDenied"}}


@pytest.mark.parametrize(
    ("query", "field", "permission"),
    [
        (ADA_TO_STAFF, "loyaltyMember", Permission.MANAGE_USERS),
        (GIFT, "loyaltyPointsGift", Permission.MANAGE_USERS),
        (ADJUST, "loyaltyPointsAdjust", Permission.MANAGE_USERS),
        (BLOCK, "loyaltyMemberUpdate", Permission.MANAGE_USERS),
        (UPDATE, "loyaltyProgramUpdate", Permission.MANAGE_SETTINGS),
    ],
)
def test_t37_staff_need_the_permission(ask, all_but, ada, program, query, field, permission):
    answer = ask(all_but(permission), query)

    assert refused(answer, field)
    assert answer["errors"][0]["message"].endswith(permission.value)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("{ loyalty { email } }", "loyalty"),
        (ADA_TO_STAFF, "loyaltyMember"),
        (GIFT, "loyaltyPointsGift"),
        (ADJUST, "loyaltyPointsAdjust"),
        (BLOCK, "loyaltyMemberUpdate"),
        (UPDATE, "loyaltyProgramUpdate"),
        (REGISTER, "loyaltyDeviceRegister"),
        (UNREGISTER, "loyaltyDeviceUnregister"),
    ],
)
def test_t37_anonymous_visitors_are_refused(ask, anonymous, ada, program, query, field):
    assert refused(ask(anonymous, query), field)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("{ loyalty { email } }", "loyalty"),
        (REGISTER, "loyaltyDeviceRegister"),
        (UNREGISTER, "loyaltyDeviceUnregister"),
    ],
)
def test_t37_staff_are_no_customers(ask, staff, ada, query, field):
    assert refused(ask(staff, query), field)


def test_t37_staff_of_another_shop_find_and_change_nothing_here(ask, other_shop, ada, program):
    elsewhere = Viewer(shop=other_shop, permissions=frozenset(Permission))
    by_id = f'{{ loyaltyMember(id: "{to_global_id("LoyaltyMember", ada.pk)}") {{ email }} }}'

    assert ask(elsewhere, by_id) == {"data": {"loyaltyMember": None}}
    assert ask(elsewhere, ADA_TO_STAFF) == {"data": {"loyaltyMember": None}}
    assert ask(elsewhere, "{ loyaltyProgram { name } }") == {"data": {"loyaltyProgram": None}}
    for mutation in (GIFT, ADJUST, BLOCK):
        ask(elsewhere, mutation)
    ada.refresh_from_db()
    assert ada.status == "ACTIVE"
    assert not Entry.objects.exists()


def test_t37_a_customer_takes_no_device_from_another(enroll, ask, shop, customer):
    ask(customer, REGISTER)
    bob = Viewer(shop=shop, customer_id="VXNlcjoy")
    enroll(shop, "VXNlcjoy", "bob@example.com")

    ask(bob, UNREGISTER)

    assert Device.objects.get().member.email == "ada@example.com"


def test_t37_one_refused_field_leaves_the_others(ask, customer, ada, program):
    answer = ask(customer, f"{{ loyalty {{ email }} {ADA_TO_STAFF.removeprefix('{')}")

    assert answer["data"] == {"loyalty": {"email": "ada@example.com"}, "loyaltyMember": None}
    assert len(answer["errors"]) == 1
