"""ROLLING: the whole balance ends some days after the last newly paid order."""

from datetime import UTC, datetime, timedelta

import pytest

from saleor_loyalty.models import Account, Entry, EntryKind, Lot, Member
from tests.ledger.expiry.conftest import START, balance, expired

END = datetime(2027, 4, 1, tzinfo=UTC)  # the 30th day after 1 March is 31 March


@pytest.fixture
def ada(set_up, enroll):
    set_up("ROLLING", 30)
    return enroll("ada")


def test_the_whole_balance_ends_with_its_period(ada, order, gift, last_moment):
    order(ada, 100)
    gift(ada, 20)

    assert last_moment(ada, END) == (120, 0)


def test_what_ended_is_written_down(ada, order, sweep):
    order(ada, 100)
    order(ada, 20)
    sweep(END + timedelta(hours=3))

    entry = Entry.objects.get(account__member=ada, kind=EntryKind.EXPIRY)
    assert (entry.points, entry.balance_after) == (-120, 0)
    assert entry.source == "rolling:2027-04-01T00:00:00.000000Z"
    assert entry.created_at == END + timedelta(hours=3)
    assert (entry.version.number, entry.shop, entry.order, entry.reason, entry.actor) == (
        1,
        ada.shop,
        None,
        "",
        "",
    )


def test_what_ended_was_earned_all_the_same(ada, order, sweep):
    order(ada, 100)
    sweep(END)

    ada.refresh_from_db()
    assert (ada.lifetime_points, ada.last_activity_at) == (100, START)


def test_a_new_order_starts_the_period_anew_for_all_points(ada, order, clock, sweep, last_moment):
    order(ada, 100)
    clock.now = START + timedelta(days=29)
    order(ada, 5)

    assert last_moment(ada, datetime(2027, 4, 30, tzinfo=UTC)) == (105, 0)


def test_a_gift_does_not_make_a_running_period_longer(ada, order, gift, clock, last_moment):
    order(ada, 100)
    clock.now = START + timedelta(days=20)
    gift(ada, 5)

    assert last_moment(ada, END) == (105, 0)


def test_a_gift_starts_a_period_when_none_runs(ada, gift, last_moment):
    gift(ada, 5)

    assert last_moment(ada, END) == (5, 0)


def test_a_refund_does_not_start_the_period_anew(ada, order, refund, clock, last_moment):
    order(ada, 100)
    clock.now = START + timedelta(days=20)
    refund(ada, 40)

    assert last_moment(ada, END) == (60, 0)


def test_points_put_back_on_an_old_order_do_not_start_the_period_anew(
    ada, order, post, clock, last_moment
):
    order(ada, 100)
    clock.now = START + timedelta(days=20)
    post(ada, 40)

    assert last_moment(ada, END) == (140, 0)


def test_points_after_an_end_have_a_period_of_their_own(ada, order, gift, sweep, last_moment):
    order(ada, 100)
    sweep(END)
    gift(ada, 7)

    assert last_moment(ada, datetime(2027, 5, 2, tzinfo=UTC)) == (7, 0)
    assert expired(ada) == [100, 7]


def test_t15_a_second_sweep_finds_nothing_more(ada, order, sweep):
    order(ada, 100)
    assert sweep(END) == 1

    assert sweep(END + timedelta(days=400)) == 0
    assert (balance(ada), expired(ada)) == (0, [100])


def test_t15_points_spent_before_do_not_end(ada, order, post, sweep):
    order(ada, 100)
    post(ada, -70, EntryKind.REWARD)
    sweep(END)

    assert (balance(ada), expired(ada)) == (0, [30])
    assert not Lot.objects.filter(remaining__gt=0).exists()


def test_a_debt_does_not_end(ada, order, refund, sweep):
    order(ada, 100)
    refund(ada, 150)
    sweep(END)

    assert (balance(ada), expired(ada)) == (-50, [])


def test_of_a_balance_that_is_gone_nothing_ends(ada, order, refund, sweep):
    order(ada, 100)
    refund(ada, 100)

    assert sweep(END) == 0


def test_a_gift_after_all_is_spent_has_a_period_of_its_own(ada, order, post, gift, clock):
    order(ada, 100)
    post(ada, -100, EntryKind.REWARD)
    clock.now = START + timedelta(days=10)
    gift(ada, 7)

    assert Account.objects.get().expires_at == END + timedelta(days=10)


def test_a_blocked_members_points_end_too(ada, order, sweep):
    order(ada, 100)
    Member.objects.update(status="BLOCKED")
    sweep(END)

    assert balance(ada) == 0


def test_points_never_end_without_a_policy(shop, change, ada, order, sweep):
    change(expiry_policy="NEVER", expiry_days=None)
    order(ada, 100)

    assert sweep(datetime(2099, 1, 1, tzinfo=UTC)) == 0


def test_who_had_nothing_when_the_rules_changed_begins_with_a_full_period(ada, change, clock, gift):
    """What the change protects are points that were there."""
    change(expiry_days=10)
    clock.now = START + timedelta(days=5)
    gift(ada, 20)

    assert Account.objects.get(member=ada).expires_at == datetime(2027, 3, 17, tzinfo=UTC)


def test_a_gift_makes_what_a_change_protects_no_longer(
    set_up, enroll, change, clock, order, gift, last_moment
):
    set_up("NEVER")
    ada = enroll("ada")
    order(ada, 100)
    change(expiry_policy="ROLLING", expiry_days=30)
    clock.now = START + timedelta(days=5)
    gift(ada, 20)

    assert last_moment(ada, END) == (120, 0)


@pytest.mark.parametrize("late", [timedelta(0), timedelta(hours=1)])
def test_a_gift_after_the_end_begins_a_period_though_no_sweep_has_been_there(
    ada, order, gift, clock, late
):
    order(ada, 100)
    clock.now = END + late
    gift(ada, 20)

    assert Account.objects.get(member=ada).expires_at == datetime(2027, 5, 2, tzinfo=UTC)
