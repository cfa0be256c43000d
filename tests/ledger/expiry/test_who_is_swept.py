"""Whose points a sweep ends: which members it locks, in which order, and what it writes of each."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction

from saleor_loyalty.ledger import expiry
from saleor_loyalty.models import Entry, EntryKind, Lot, LotUse, Member, Program, Shop
from saleor_loyalty.rules.expiry import ExpiryRule
from tests.accounts import entries_of
from tests.ledger.expiry.conftest import START, balance
from tests.shops import new_program, new_shop

END = datetime(2027, 4, 1, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)
BOTH = pytest.mark.parametrize("policy", ["ROLLING", "PER_LOT"])


@pytest.fixture
def lock(shop):
    """Who is locked by a sweep, by id."""

    def lock(policy: str, *, at: datetime = END, kept=None, after: int = 0, limit: int = 100):
        rule = ExpiryRule(policy, None if policy == "NEVER" else 30, "UTC", kept)
        with transaction.atomic():
            return expiry.lock_due(
                shop_id=shop.pk, rule=rule, ended_by=at, after=after, limit=limit
            )

    return lock


@pytest.fixture
def crowd(enroll, order):
    """Members with 10 points each, who lie in their table in another order than that of ids."""

    def crowd(*names: str) -> list[Member]:
        members = [enroll(name) for name in names]
        for member in reversed(members):
            order(member, 10)
        return members

    return crowd


@BOTH
def test_members_are_locked_from_the_moment_their_points_end(set_up, crowd, lock, policy):
    set_up(policy, 30)
    [ada] = crowd("ada")

    assert lock(policy, at=END - MOMENT) == []
    assert lock(policy, at=END) == [ada.pk]


@BOTH
def test_members_are_locked_from_the_moment_the_protection_ends(set_up, crowd, lock, policy):
    set_up("NEVER")
    [ada] = crowd("ada")

    assert lock(policy, kept=END, at=END - MOMENT) == []
    assert lock(policy, kept=END, at=END) == [ada.pk]
    assert lock(policy, kept=None, at=END) == []


def test_nobody_is_locked_whose_points_never_end(set_up, crowd, lock):
    set_up("ROLLING", 30)
    crowd("ada")

    assert lock("NEVER") == []


@BOTH
def test_who_has_nothing_left_is_not_locked(set_up, crowd, enroll, post, lock, policy):
    set_up(policy, 30)
    _spent, debtor = crowd("spent", "debtor")
    post(_spent, -10, EntryKind.ADJUSTMENT)
    post(debtor, -11, EntryKind.ADJUSTMENT)
    enroll("new")

    assert lock(policy) == []


@BOTH
def test_members_are_locked_in_the_order_of_their_ids_so_many_at_once(set_up, crowd, lock, policy):
    set_up(policy, 30)
    ids = [member.pk for member in crowd(*"abcde")]

    assert lock(policy, limit=2) == ids[:2]
    assert lock(policy, limit=2, after=ids[1]) == ids[2:4]
    assert lock(policy, limit=2, after=ids[3]) == ids[4:]


@BOTH
def test_another_shops_members_are_not_locked(set_up, crowd, shop, lock, policy):
    set_up(policy, 30)
    crowd("ada")
    here, shop.pk = shop.pk, new_shop("https://other.example.com/graphql/").pk

    assert lock(policy) == []
    shop.pk = here
    assert len(lock(policy)) == 1


@BOTH
def test_only_those_who_were_locked_lose_points(set_up, crowd, policy):
    version = set_up(policy, 30)
    ada, ben = crowd("ada", "ben")

    assert expiry.expire([ada.pk], version=version, ended_by=END, now=END) == 1
    assert (balance(ada), balance(ben)) == (0, 10)


def test_each_members_entries_follow_one_another(set_up, enroll, order, clock, sweep):
    """Two members with points of three days; a sweep that comes late."""
    set_up("PER_LOT", 30)
    ada, ben = enroll("ada"), enroll("ben")
    for days in (2, 0, 1):  # not in the order in which they end
        clock.now = START + timedelta(days=days)
        order(ben, 10 + days)
        order(ada, 100 + days)

    assert sweep(END + timedelta(days=5)) == 6

    for member, points in ((ada, 100), (ben, 10)):
        entries = entries_of(member).filter(kind=EntryKind.EXPIRY).order_by("pk")
        assert list(entries.values_list("points", "balance_after")) == [
            (-points, 2 * points + 3),
            (-points - 1, points + 2),
            (-points - 2, 0),
        ]
        for entry in entries:
            [use] = LotUse.objects.filter(entry=entry).select_related("lot__account")
            assert (use.points, use.lot.account.member_id, use.lot.points) == (
                -entry.points,
                member.pk,
                -entry.points,
            )


def test_a_lot_that_is_spent_is_in_no_entry(set_up, enroll, order, post, sweep):
    set_up("PER_LOT", 30)
    ada = enroll("ada")
    order(ada, 10)
    order(ada, 20)
    post(ada, -10, EntryKind.ADJUSTMENT)

    sweep(END)

    [entry] = Entry.objects.filter(kind=EntryKind.EXPIRY)
    assert [use.points for use in entry.uses.all()] == [20]


def test_a_sweep_within_a_transaction_is_refused(set_up, crowd, sweep):
    """It would hold all its members to the end."""
    set_up("ROLLING", 30)
    crowd("ada")

    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        sweep(END)


def test_only_shops_that_are_on_are_swept(set_up, shop):
    set_up("ROLLING", 30)
    assert expiry.shops_with_work() == [shop]

    Program.objects.update(is_active=False)
    assert expiry.shops_with_work() == []
    Program.objects.update(is_active=True)
    Shop.objects.update(is_active=False)
    assert expiry.shops_with_work() == []


def test_before_the_first_rules_nothing_ends(set_up, crowd, sweep):
    set_up("ROLLING", 30)
    [ada] = crowd("ada")
    Program.objects.update(current=None)

    assert sweep(END) == 0
    assert balance(ada) == 10


@BOTH
def test_what_was_taken_of_several_lots_is_noted_in_their_order(
    set_up, enroll, order, sweep, policy
):
    """Points that come back go into them in that order again."""
    set_up(policy, 30)
    ada = enroll("ada")
    for points in (10, 20, 30):
        order(ada, points)
    for lot in Lot.objects.order_by("-pk"):
        lot.save(update_fields=["had_grace"])  # as they lie in their table from now on
    with connection.cursor() as cursor:  # and as PostgreSQL may read them at any time
        cursor.execute("SET LOCAL enable_indexscan = off; SET LOCAL enable_bitmapscan = off")

    sweep(END)

    [entry] = Entry.objects.filter(kind=EntryKind.EXPIRY)
    assert [use.points for use in entry.uses.order_by("pk")] == [10, 20, 30]


def test_while_a_programme_is_off_nothing_ends_though_that_of_another_shop_is_on(
    set_up, crowd, sweep
):
    set_up("ROLLING", 30)
    [ada] = crowd("ada")
    Program.objects.update(is_active=False)
    new_program(new_shop("https://other.example.com/graphql/"), expiry_policy="ROLLING")

    assert sweep(END) == 0
    assert balance(ada) == 10
