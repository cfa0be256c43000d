"""Changing when points end: nothing that a member has is lost sooner than one full new period."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.ledger.expiry.conftest import START, balance, expired

LATER = START + timedelta(days=20)


def midnight(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("before", "after", "end"),
    [
        (("NEVER", None), ("ROLLING", 30), "2027-04-21"),
        (("NEVER", None), ("PER_LOT", 30), "2027-04-21"),
        (("ROLLING", 365), ("ROLLING", 400), "2028-04-25"),
        (("ROLLING", 30), ("ROLLING", 10), "2027-04-01"),
        (("ROLLING", 25), ("ROLLING", 10), "2027-04-01"),
        (("PER_LOT", 30), ("PER_LOT", 60), "2027-05-21"),
        (("PER_LOT", 25), ("PER_LOT", 10), "2027-04-01"),
        (("PER_LOT", 25), ("ROLLING", 30), "2027-04-21"),
        (("ROLLING", 25), ("PER_LOT", 30), "2027-04-21"),
    ],
)
def test_t26_old_points_get_a_full_new_period(
    set_up, change, ada, order, clock, last_moment, before, after, end
):
    policy, days = before
    set_up(policy, days)
    order(ada, 10)
    clock.now = LATER
    policy, days = after
    change(expiry_policy=policy, expiry_days=days)

    assert last_moment(ada, midnight(end)) == (10, 0)


def test_t26_a_shorter_period_does_not_take_what_was_promised(
    set_up, change, ada, order, clock, last_moment
):
    set_up("ROLLING", 365)
    order(ada, 10)
    clock.now = LATER
    change(expiry_days=30)

    assert last_moment(ada, midnight("2028-03-01")) == (10, 0)


def test_t26_points_that_never_ended_before_are_not_killed_at_once(
    set_up, change, ada, order, clock, sweep
):
    set_up("NEVER")
    order(ada, 10)
    clock.now = START + timedelta(days=3000)
    change(expiry_policy="ROLLING", expiry_days=30)

    assert sweep() == 0


def test_t26_points_that_come_after_the_change_follow_it(
    set_up, change, ada, order, clock, last_moment
):
    set_up("NEVER")
    order(ada, 10)
    clock.now = LATER
    change(expiry_policy="PER_LOT", expiry_days=30)
    clock.now = LATER + timedelta(days=1)
    order(ada, 3)

    assert last_moment(ada, midnight("2027-04-21")) == (13, 3)
    assert last_moment(ada, midnight("2027-04-22")) == (3, 0)


def test_t26_each_change_protects_anew(set_up, change, ada, order, clock, last_moment):
    set_up("ROLLING", 25)
    order(ada, 10)
    clock.now = LATER
    change(expiry_policy="NEVER", expiry_days=None)
    clock.now = START + timedelta(days=500)
    change(expiry_policy="ROLLING", expiry_days=25)

    assert last_moment(ada, midnight("2028-08-08")) == (10, 0)


def test_t26_another_change_of_the_rules_keeps_the_protection(
    set_up, change, ada, order, clock, last_moment
):
    set_up("NEVER")
    order(ada, 10)
    clock.now = LATER
    change(expiry_policy="ROLLING", expiry_days=30)
    change(name="Club")

    assert last_moment(ada, midnight("2027-04-21")) == (10, 0)


def test_t26_a_new_time_zone_takes_nothing_sooner(set_up, change, ada, order, clock, last_moment):
    set_up("ROLLING", 30, "Europe/Paris")
    order(ada, 10)
    clock.now = LATER
    change(time_zone="Pacific/Auckland")

    assert last_moment(ada, datetime(2027, 4, 2, tzinfo=ZoneInfo("Pacific/Auckland"))) == (10, 0)


def test_t26_after_the_protection_points_end_as_they_would(
    set_up, change, ada, order, clock, last_moment
):
    set_up("NEVER")
    order(ada, 10)
    clock.now = LATER
    change(expiry_policy="ROLLING", expiry_days=30)
    clock.now = LATER + timedelta(days=10)
    order(ada, 1)

    assert last_moment(ada, midnight("2027-05-01")) == (11, 0)


def test_many_lots_protected_together_end_in_one_entry(set_up, change, ada, order, clock, sweep):
    set_up("NEVER")
    for day in range(10):
        clock.now = START + timedelta(days=day)
        order(ada, 10)
    change(expiry_policy="PER_LOT", expiry_days=1)
    sweep(START + timedelta(days=12))

    assert expired(ada) == [100]


def test_while_the_programme_is_off_nothing_ends(set_up, change, ada, order, sweep):
    set_up("ROLLING", 30)
    order(ada, 10)
    change(is_active=False)

    assert sweep(START + timedelta(days=100)) == 0
    assert balance(ada) == 10


def test_after_a_break_nothing_ends_before_as_many_days_again(
    set_up, change, ada, order, clock, last_moment
):
    set_up("ROLLING", 30)
    order(ada, 10)
    change(is_active=False)
    clock.now = START + timedelta(days=100)
    change(is_active=True)

    assert last_moment(ada, midnight("2027-09-19")) == (10, 0)


def test_switching_on_again_with_other_days_gives_a_full_new_period(
    set_up, change, ada, order, clock, last_moment
):
    set_up("ROLLING", 30)
    order(ada, 10)
    change(is_active=False)
    clock.now = START + timedelta(days=100)
    change(is_active=True, expiry_days=200)

    assert last_moment(ada, midnight("2027-12-27")) == (10, 0)


def test_t26_a_second_change_keeps_what_the_first_protected(
    set_up, change, ada, order, clock, last_moment
):
    set_up("NEVER")
    order(ada, 10)
    change(expiry_policy="ROLLING", expiry_days=365)
    clock.now = START + timedelta(days=10)
    change(expiry_days=30)

    assert last_moment(ada, midnight("2028-03-01")) == (10, 0)
