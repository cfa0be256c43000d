"""PER_LOT: what each entry brought ends by itself, and the soonest to end is spent first."""

from datetime import UTC, datetime, timedelta

import pytest

from saleor_loyalty.models import Coupon, Entry, EntryKind, Lot
from tests.ledger.expiry.conftest import START, balance, expired

END = datetime(2027, 4, 1, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def ada(set_up, enroll):
    set_up("PER_LOT", 30)
    return enroll("ada")


@pytest.fixture
def three_lots(ada, order, gift, clock):
    """100, 20 and 3 points, from three days."""
    order(ada, 100)
    clock.now = START + DAY
    gift(ada, 20)
    clock.now = START + 2 * DAY
    order(ada, 3)


def left() -> list[int]:
    """What is left of each lot, the oldest first."""
    return list(Lot.objects.order_by("pk").values_list("remaining", flat=True))


def test_each_lot_ends_at_its_own_time(ada, three_lots, last_moment):
    assert last_moment(ada, END) == (123, 23)
    assert last_moment(ada, END + DAY) == (23, 3)
    assert last_moment(ada, END + 2 * DAY) == (3, 0)


def test_a_late_sweep_writes_down_each_end(ada, three_lots, sweep):
    assert sweep(END + DAY) == 2

    entries = Entry.objects.filter(kind=EntryKind.EXPIRY).order_by("pk")
    assert list(entries.values_list("points", "balance_after", "source")) == [
        (-100, 23, "per_lot:2027-04-01T00:00:00.000000Z"),
        (-20, 3, "per_lot:2027-04-02T00:00:00.000000Z"),
    ]


def test_lots_of_one_day_end_in_one_entry(ada, order, sweep):
    order(ada, 100)
    order(ada, 20)

    assert sweep(END) == 1
    assert expired(ada) == [120]


def test_the_soonest_to_end_is_spent_first(ada, three_lots, post, sweep):
    post(ada, -110, EntryKind.REWARD)

    assert left() == [0, 10, 3]


def test_what_ends_sooner_is_spent_first_though_it_came_later(ada, change, order, gift, post):
    order(ada, 100)
    change(expiry_days=10)
    gift(ada, 20)
    post(ada, -15, EntryKind.REWARD)

    assert left() == [100, 5]


def test_of_what_ends_together_the_oldest_is_spent_first(ada, order, gift, post):
    order(ada, 100)
    gift(ada, 20)
    post(ada, -30, EntryKind.REWARD)

    assert left() == [70, 20]


def test_what_a_change_of_rules_keeps_as_long_ends_together(ada, change, order, gift, post):
    order(ada, 100)
    change(expiry_days=10)
    gift(ada, 20)
    change(expiry_days=60)
    post(ada, -15, EntryKind.REWARD)

    assert left() == [85, 20]


def test_a_reward_is_paid_with_older_points_before_those_that_reached_it(ada, change, order):
    change(threshold=100)
    order(ada, 60)
    order(ada, 50)

    assert left() == [0, 10]


def test_t15_what_was_spent_does_not_end_again(ada, three_lots, post, sweep):
    post(ada, -110, EntryKind.REWARD)
    sweep(END + 10 * DAY)

    assert (balance(ada), expired(ada)) == (0, [10, 3])


def test_t15_a_second_sweep_finds_nothing_more(ada, three_lots, sweep):
    sweep(END)

    assert sweep(END) == 0
    assert (balance(ada), expired(ada)) == (23, [100])


def test_t15_a_reward_takes_from_the_lots(set_up, change, ada, order, sweep):
    change(threshold=90)
    order(ada, 100)
    sweep(END)

    assert Coupon.objects.count() == 1
    assert (balance(ada), expired(ada)) == (0, [10])


def test_a_refund_after_the_end_is_a_debt_that_later_points_pay(ada, order, refund, sweep):
    order(ada, 100)
    sweep(END)
    refund(ada, 100)
    assert balance(ada) == -100

    order(ada, 130)
    sweep(END + 31 * DAY)
    assert (balance(ada), expired(ada)) == (0, [100, 30])


def test_a_new_order_does_not_keep_older_points(ada, order, clock, sweep):
    order(ada, 100)
    clock.now = START + 29 * DAY
    order(ada, 5)
    sweep(END)

    assert balance(ada) == 5


def test_what_is_left_is_still_in_the_lots(ada, three_lots, sweep):
    sweep(END)

    assert sum(Lot.objects.values_list("remaining", flat=True)) == balance(ada) == 23
