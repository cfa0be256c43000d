"""The list of members: who is on it, in which order, and where a page begins."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import chain

import pytest

from saleor_loyalty.database.paging import UnknownPlace
from saleor_loyalty.members import listing
from saleor_loyalty.members.listing import SortField
from saleor_loyalty.models import (
    Coupon,
    CouponCode,
    Entry,
    Member,
    MemberStatus,
    SettledOrder,
    Shop,
)
from tests.accounts import account_of
from tests.saleor_over_http import Saleor
from tests.shops import installed, new_program

EMMY = {"email": "emmy@example.com", "firstName": "Emmy", "lastName": "Noether"}
START = datetime(2026, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def saleor() -> Iterator[Saleor]:
    saleor = Saleor()
    yield saleor
    saleor.stop()


@pytest.fixture
def shop(db, saleor) -> Shop:
    return installed(saleor)


@pytest.fixture
def other_shop(shop) -> Shop:
    return Shop.objects.create(api_url="https://other.example.com/graphql/", installed_at=START)


@pytest.fixture
def enroll(shop):
    """Members by first name, each a day younger than the one before."""

    def enroll(name: str, *, of: Shop = shop, **fields) -> Member:
        number = Member.objects.count()
        given = {
            "shop": of,
            "customer_id": f"customer-{number}",
            "email": f"{name.lower()}@example.com",
            "first_name": name,
            "joined_at": START + DAY * number,
        }
        balance = fields.pop("balance", None)
        member = Member.objects.create(**(given | fields))
        if balance is not None:
            account_of(member, balance=balance)
        return member

    return enroll


@pytest.fixture
def names(shop):
    """First names of the members who fit, in order of joining."""

    def names(**given) -> list[str]:
        members = listing.matching(shop=shop, **given).order_by("joined_at")
        return list(members.values_list("first_name", flat=True))

    return names


@pytest.fixture
def pages(shop):
    """All first names in an order, in pages of `size`, read from the top or from the end."""

    def pages(
        field: SortField, *, descending: bool, forward: bool = True, size: int = 2
    ) -> list[list[str]]:
        order = listing.order(shop=shop, field=field, descending=descending)
        members = listing.matching(shop=shop)
        read, start, more = [], None, True
        while more:
            page = order.read(members, size=size, start=start, forward=forward)
            read.append([member.first_name for member in page.rows])
            start, more = page.rows[-1 if forward else 0].pk, page.more
        return read

    return pages


@pytest.mark.parametrize("nothing", [{}, {"search": None}, {"search": "  "}, {"search": "\x00"}])
def test_without_a_filter_all_members_of_the_shop_and_no_others_are_listed(
    enroll, names, other_shop, nothing
):
    enroll("Ada")
    enroll("Eve", of=other_shop)
    enroll("Bob")

    assert names(**nothing) == ["Ada", "Bob"]


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("GRACE@", ["Grace"]),
        ("gra", ["Grace", "Gráinne"]),  # her email has no accent
        ("grÁ", ["Gráinne"]),
        ("groß", ["Großmut"]),  # its upper case has as many letters in PostgreSQL, more in Python
        (" ada@example.com ", ["Ada"]),
        ("customer-0", ["Ada"]),
        ("customer-", []),
        ("noether", ["Emmy"]),
        ("Emmy Noeth", ["Emmy"]),
        ("noether, em", ["Emmy"]),
        ("oether", []),
        ("da", []),
        ("%", []),
        ("_da", []),
        ("\\", []),
        ("x" * 1000, []),
    ],
)
def test_a_search_finds_emails_and_names_by_their_beginning_and_ids_as_a_whole(
    enroll, names, search, found, saleor
):
    saleor.paper.customers = {"customer-4": {**EMMY, "id": "customer-4"}}
    enroll("Ada")
    enroll("Grace")
    enroll("Gráinne", email="grainne@example.com")
    enroll("Großmut", email="g@example.com")
    enroll("Emmy")

    assert names(search=search) == found


@pytest.fixture
def coupon(shop, enroll) -> Coupon:
    """Bob's, of which he has had another code before."""
    ada, bob = enroll("Ada"), enroll("Bob")
    version = new_program(shop).current
    entry = Entry.objects.create(
        shop=shop,
        account=account_of(bob),
        version=version,
        kind="REWARD",
        source="a test",
        points=-5000,
        balance_after=0,
        created_at=START,
    )
    coupon = Coupon.objects.create(
        shop=shop, member=bob, entry=entry, reward=version.reward, issued_at=START
    )
    for issue, code in enumerate(("7K2M-QX9T-4HBD-W3NE", "9XQ2-M77K-DB4H-E3NW"), start=1):
        CouponCode.objects.create(shop=shop, coupon=coupon, issue=issue, code=code)
    for member, number in ((ada, "21"), (bob, "210")):
        SettledOrder.objects.create(
            shop=shop,
            order_id=f"order-{number}",
            number=number,
            member=member,
            version=version,
            fully_paid_at=START,
            settled_at=START,
        )
    return coupon


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("9XQ2-M77K-DB4H-E3NW", ["Bob"]),
        (" 7k2m-qx9t-4hbd-w3ne ", ["Bob"]),
        ("7K2M", []),
        ("21", ["Ada"]),
        ("#210", ["Bob"]),
        ("1", []),
    ],
)
def test_a_search_finds_whose_a_coupon_code_or_an_order_number_is(names, coupon, search, found):
    assert names(search=search) == found


def test_t37_codes_and_orders_of_another_shop_find_nobody(names, coupon, other_shop):
    CouponCode.objects.update(shop=other_shop)
    SettledOrder.objects.update(shop=other_shop)

    assert names(search="9XQ2-M77K-DB4H-E3NW") == names(search="21") == []


@pytest.mark.parametrize("search", ["ada@example.com", "7K2M-QX9T", "#21", "a"])
def test_the_shop_is_not_asked_for_what_is_no_name(names, enroll, saleor, search):
    enroll("Ada")

    names(search=search)

    assert saleor.paper.calls == []


def test_while_the_shop_does_not_answer_members_are_found_by_what_is_known_here(
    names, enroll, saleor
):
    saleor.is_down = True
    enroll("Ada")

    assert names(search="ad") == ["Ada"]


def test_members_are_found_by_their_status(enroll, names):
    enroll("Ada")
    enroll("Bob", status=MemberStatus.BLOCKED)
    enroll("Cid", status=MemberStatus.CLOSED)

    assert names(status=["ACTIVE", "CLOSED"]) == ["Ada", "Cid"]
    assert names(status=[]) == []


def test_members_are_found_by_their_balance_a_debt_being_below_zero(enroll, names):
    for name, balance in {"Ada": -5, "Bob": 0, "Cid": 10, "Dan": 11}.items():
        enroll(name, balance=balance)

    assert names(balance_gte=0, balance_lte=10) == ["Bob", "Cid"]
    assert names(balance_lte=-1) == ["Ada"]


def test_inactive_is_who_neither_joined_nor_did_anything_since(enroll, names):
    enroll("Ada", last_activity_at=START)
    enroll("Bob", last_activity_at=START + 5 * DAY)
    enroll("Cid")  # joined on day 2

    assert names(inactive_since=START + 2 * DAY) == ["Ada"]
    assert names(inactive_since=START + 5 * DAY) == ["Ada", "Cid"]
    assert names(inactive_since=START + 6 * DAY) == ["Ada", "Bob", "Cid"]


@pytest.mark.parametrize(
    ("field", "ascending"),
    [
        (SortField.JOINED_AT, "Ada bob Cid Dan Eva"),
        (SortField.LAST_ACTIVITY_AT, "bob Dan Eva Cid Ada"),
        (SortField.BALANCE, "Cid Ada bob Eva Dan"),
        (SortField.EMAIL, "bob Cid Dan Eva Ada"),
        (SortField.STATUS, "Ada Cid Eva bob Dan"),
    ],
)
@pytest.mark.parametrize("forward", [True, False], ids=["from the top", "from the end"])
def test_pages_follow_one_another_in_every_order(enroll, pages, field, ascending, forward):
    enroll("Ada", email="zoe@example.com", last_activity_at=START + 9 * DAY)
    enroll("bob", status=MemberStatus.BLOCKED)
    enroll("Cid", email="CID@example.com", balance=-5, last_activity_at=START + 8 * DAY)
    enroll("Dan", status=MemberStatus.CLOSED, balance=10)
    enroll("Eva")
    expected = ascending.split()

    rising = pages(field, descending=False, forward=forward)
    falling = pages(field, descending=True, forward=forward)

    assert [len(page) for page in rising] == [2, 2, 1]
    assert list(chain(*rising[:: 1 if forward else -1])) == expected
    assert list(chain(*falling[:: 1 if forward else -1])) == expected[::-1]


def test_a_member_who_no_longer_fits_still_marks_where_a_page_ends(enroll, shop):
    for name, balance in {"Ada": 10, "Bob": 20, "Cid": 30}.items():
        enroll(name, balance=balance)
    bob = Member.objects.get(first_name="Bob")
    rich = listing.matching(shop=shop, status=["ACTIVE"])
    Member.objects.filter(pk=bob.pk).update(status=MemberStatus.BLOCKED)

    order = listing.order(shop=shop, field=SortField.BALANCE)
    page = order.read(rich, size=5, start=bob.pk, forward=True)

    assert [member.first_name for member in page.rows] == ["Ada"]
    assert order.any_behind(rich, start=bob.pk, forward=True)


def test_a_member_of_another_shop_marks_no_place(enroll, shop, other_shop):
    enroll("Ada", balance=10)
    foreign = enroll("Eve", of=other_shop, balance=5)

    order = listing.order(shop=shop, field=SortField.BALANCE)

    with pytest.raises(UnknownPlace):
        order.read(listing.matching(shop=shop), size=5, start=foreign.pk, forward=True)
