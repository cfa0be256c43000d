"""The sweep goes in batches, may stop anywhere, and shares the members with everybody else."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from saleor_loyalty import tasks
from saleor_loyalty.ledger import expiry
from saleor_loyalty.models import Change, Entry, Lot, Member, Program
from saleor_loyalty.orders import inbox
from tests.ledger.expiry.conftest import START, balance, expired
from tests.locks import wait_until_somebody_waits_for_a_lock

END = datetime(2027, 4, 1, tzinfo=UTC)
BOTH = pytest.mark.parametrize("policy", ["ROLLING", "PER_LOT"])


@pytest.fixture
def crowd(enroll, order):
    """Makes members with 10 points each."""

    def crowd(size: int) -> list[Member]:
        members = [enroll(f"member-{number}") for number in range(size)]
        for member in members:
            order(member, 10)
        return members

    return crowd


def statements(call) -> int:
    with CaptureQueriesContext(connection) as queries:
        call()
    return len(queries)


def in_own_connection(call):
    """In another thread; fails when it must wait for a lock for long."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '10s'")
        return call()
    finally:
        connection.close()


@BOTH
def test_all_batches_are_swept(set_up, crowd, sweep, policy):
    set_up(policy, 30)
    members = crowd(7)

    assert sweep(END, limit=3) == 7
    assert [expired(member) for member in members] == [[10]] * 7


@BOTH
def test_a_sweep_that_is_out_of_time_ends_after_one_batch(set_up, crowd, sweep, policy):
    set_up(policy, 30)
    crowd(7)

    assert sweep(END, limit=2, ends=0) == 2
    assert sweep(END, limit=2) == 5


@BOTH
def test_a_batch_takes_the_same_number_of_statements_however_many_members(
    set_up, crowd, sweep, clock, policy
):
    set_up(policy, 30)
    crowd(2)
    few = statements(lambda: sweep(END))
    clock.now = END
    crowd(20)

    assert statements(lambda: sweep(END + timedelta(days=31))) == few


@pytest.mark.django_db(transaction=True)
@BOTH
def test_a_crash_between_batches_keeps_what_is_done_and_the_next_run_does_the_rest(
    set_up, crowd, sweep, monkeypatch, policy
):
    set_up(policy, 30)
    members = crowd(6)
    whole, batches = expiry.expire, []

    def crash_in_second_batch(ids, **arguments):
        entries = whole(ids, **arguments)
        batches.append(ids)
        if len(batches) == 2:
            raise ConnectionError
        return entries

    monkeypatch.setattr(expiry, "expire", crash_in_second_batch)
    with pytest.raises(ConnectionError):
        sweep(END, limit=2)
    assert [balance(member) for member in members] == [0, 0, 10, 10, 10, 10]

    assert sweep(END, limit=2) == 4
    assert [expired(member) for member in members] == [[10]] * 6


@pytest.mark.django_db(transaction=True)
@BOTH
def test_a_member_someone_holds_is_left_to_the_next_run(set_up, crowd, sweep, policy):
    set_up(policy, 30)
    held, other = crowd(2)
    with transaction.atomic():
        Member.objects.select_for_update().get(pk=held.pk)
        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(in_own_connection, lambda: sweep(END)).result() == 1
    assert (balance(held), balance(other)) == (10, 0)

    assert sweep(END) == 1
    assert balance(held) == 0


@pytest.mark.django_db(transaction=True)
@BOTH
def test_t12_credits_and_debits_go_on_during_sweeps(set_up, crowd, post, sweep, clock, policy):
    set_up(policy, 5)
    members = crowd(5)

    def trade(member: Member) -> None:
        for _ in range(20):
            post(member, 7)
            post(member, -3)

    def pass_40_days() -> int:
        return sum(sweep(clock.now + timedelta(hours=12), limit=2) for _ in range(80))

    with ThreadPoolExecutor(6) as pool:
        traders = [pool.submit(in_own_connection, lambda m=m: trade(m)) for m in members]
        sweeper = pool.submit(in_own_connection, pass_40_days)
        for trader in traders:
            trader.result()
        assert sweeper.result() > len(members)

    for member in Member.objects.all():
        entries = Entry.objects.filter(account__member=member)
        assert member.balance == entries.aggregate(sum=Sum("points"))["sum"]
        # A sweep between a member's last +7 and -3 leaves a debt, which no lot holds.
        left = Lot.objects.filter(account__member=member).aggregate(sum=Sum("remaining"))["sum"]
        assert left == max(0, member.balance)
        assert list(entries.order_by("pk").values_list("balance_after", flat=True)) == running(
            entries
        )


def running(entries) -> list[int]:
    """The balance after each entry, as their points say."""
    total, balances = 0, []
    for points in entries.order_by("pk").values_list("points", flat=True):
        total += points
        balances.append(total)
    return balances


@pytest.mark.django_db(transaction=True)
def test_a_change_of_the_programme_under_way_is_waited_for(set_up, crowd, sweep):
    set_up("ROLLING", 30)
    [member] = crowd(1)
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            Program.objects.update(is_active=False)
            swept = pool.submit(in_own_connection, lambda: sweep(END))
            wait_until_somebody_waits_for_a_lock()
        assert swept.result() == 0
    assert balance(member) == 10


@BOTH
def test_points_are_looked_at_again_once_their_member_is_locked(set_up, crowd, clock, policy):
    version = set_up(policy, 30)
    [member] = crowd(1)

    assert expiry.expire([member.pk], version=version, ended_by=START, now=START) == 0
    assert balance(member) == 10


@BOTH
def test_another_shops_points_stay(set_up, crowd, shop, sweep, policy):
    set_up(policy, 30)
    [member] = crowd(1)
    rules = Program.objects.get(shop=shop).current
    shop.pk = None
    shop.api_url = "https://other.example.com/graphql/"
    shop.save()
    Program.objects.create(shop=shop, current=rules, is_active=True)

    assert expiry.sweep(shop, now=END) == 0
    assert balance(member) == 10


def test_the_worker_sweeps_every_shop_that_is_on(set_up, crowd, clock):
    set_up("ROLLING", 30)
    [member] = crowd(1)
    clock.now = END
    tasks.expire_points()

    assert balance(member) == 0


def test_a_shop_that_left_keeps_its_members_points(set_up, crowd, clock, shop):
    set_up("ROLLING", 30)
    [member] = crowd(1)
    shop.is_active = False
    shop.save()
    clock.now = END
    tasks.expire_points()

    assert balance(member) == 10


def test_t33_points_wait_for_an_order_that_was_paid_before_they_ended(
    set_up, crowd, order, clock, shop
):
    set_up("ROLLING", 30)
    [member] = crowd(1)
    clock.now = END - timedelta(minutes=1)
    inbox.mark(shop=shop, order_ids=["unsettled"])
    clock.now = END + timedelta(hours=2)
    tasks.expire_points()
    assert balance(member) == 10

    order(member, 5)
    Change.objects.all().delete()
    tasks.expire_points()
    assert balance(member) == 15


def test_orders_that_changed_after_the_end_hold_up_nothing(set_up, crowd, clock, shop):
    set_up("ROLLING", 30)
    [member] = crowd(1)
    clock.now = END + timedelta(minutes=1)
    inbox.mark(shop=shop, order_ids=["unsettled"])
    tasks.expire_points()

    assert balance(member) == 0


def test_an_order_that_can_never_be_settled_holds_up_nobodys_points_for_long(shop):
    now = timezone.now()
    waiting = Change.objects.create(
        shop=shop, subject="ORDER", subject_id="x", marked_at=now - timedelta(days=2), due_at=now
    )
    assert inbox.settled_until(shop, now=now) == waiting.marked_at

    Change.objects.update(marked_at=now - timedelta(days=200), attempts=500)
    assert inbox.settled_until(shop, now=now) == now
