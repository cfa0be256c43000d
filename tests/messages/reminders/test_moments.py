"""When reminders are due: calendar months, local hours, and the same answer in both directions."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from saleor_loyalty.rules.days import end_of_day
from saleor_loyalty.rules.reminders import Reminder, ReminderRule

ALL = [reminder.value for reminder in Reminder]
ZONES = ["Europe/Paris", "America/New_York", "Pacific/Auckland", "Asia/Kathmandu", "UTC"]


def rule(*reminders: str, time_zone: str = "Europe/Paris", hour: int = 10, days: int = 365):
    return ReminderRule.of(reminders or ALL, expiry_days=days, time_zone=time_zone, hour=hour)


def end_of(day: date, time_zone: str) -> datetime:
    """The moment at which points end whose last day it is."""
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=ZoneInfo(time_zone))
    return end_of_day(noon, days=0, time_zone=time_zone)


def sent_on(last_day: str, reminder: str, time_zone: str = "Europe/Paris") -> str:
    """The local time at which somebody is told of points that last to the end of a day."""
    moment = rule(time_zone=time_zone).moment(
        Reminder(reminder), end_of(date.fromisoformat(last_day), time_zone)
    )
    return moment.astimezone(ZoneInfo(time_zone)).isoformat(timespec="minutes")


@pytest.mark.parametrize(
    ("last_day", "two_months", "one_month", "two_weeks", "one_week"),
    [
        ("2027-07-15", "2027-05-15", "2027-06-15", "2027-07-01", "2027-07-08"),
        ("2027-03-31", "2027-01-31", "2027-02-28", "2027-03-17", "2027-03-24"),
        ("2027-03-29", "2027-01-29", "2027-02-28", "2027-03-15", "2027-03-22"),
        ("2027-03-28", "2027-01-28", "2027-02-28", "2027-03-14", "2027-03-21"),
        ("2028-03-31", "2028-01-31", "2028-02-29", "2028-03-17", "2028-03-24"),  # leap year
        ("2028-02-29", "2027-12-29", "2028-01-29", "2028-02-15", "2028-02-22"),
        ("2028-04-30", "2028-02-29", "2028-03-30", "2028-04-16", "2028-04-23"),
        ("2027-04-30", "2027-02-28", "2027-03-30", "2027-04-16", "2027-04-23"),
        ("2027-12-31", "2027-10-31", "2027-11-30", "2027-12-17", "2027-12-24"),
        ("2027-01-01", "2026-11-01", "2026-12-01", "2026-12-18", "2026-12-25"),
    ],
)
@pytest.mark.parametrize("time_zone", ["Europe/Paris", "America/New_York", "Pacific/Auckland"])
def test_t25_each_reminder_comes_at_ten_on_its_calendar_day(
    last_day, two_months, one_month, two_weeks, one_week, time_zone
):
    days = dict(zip(ALL, (two_months, one_month, two_weeks, one_week), strict=True))

    for reminder, day in days.items():
        assert sent_on(last_day, reminder, time_zone).startswith(f"{day}T10:00")


@pytest.mark.parametrize(
    ("time_zone", "last_day", "reminder", "utc"),
    [
        # Clocks go forward between the reminder and the end, and on the day of the reminder.
        ("Europe/Paris", "2027-04-03", "ONE_WEEK", "2027-03-27T09:00"),
        ("Europe/Paris", "2027-04-04", "ONE_WEEK", "2027-03-28T08:00"),
        # They go back.
        ("Europe/Paris", "2027-11-06", "ONE_WEEK", "2027-10-30T08:00"),
        ("Europe/Paris", "2027-11-07", "ONE_WEEK", "2027-10-31T09:00"),
        ("America/New_York", "2027-03-21", "ONE_WEEK", "2027-03-14T14:00"),
        ("America/New_York", "2027-03-20", "ONE_WEEK", "2027-03-13T15:00"),
        ("America/New_York", "2027-11-14", "ONE_WEEK", "2027-11-07T15:00"),
        # The other half of the world: to and from summer the other way round.
        ("Pacific/Auckland", "2027-04-11", "ONE_WEEK", "2027-04-03T22:00"),
        ("Pacific/Auckland", "2027-04-10", "ONE_WEEK", "2027-04-02T21:00"),
        ("Pacific/Auckland", "2027-09-26", "ONE_MONTH", "2027-08-25T22:00"),
    ],
)
def test_t25_ten_is_ten_on_the_clock_there_whatever_the_clocks_do(
    time_zone, last_day, reminder, utc
):
    moment = rule(time_zone=time_zone).moment(
        Reminder(reminder), end_of(date.fromisoformat(last_day), time_zone)
    )

    assert moment == datetime.fromisoformat(utc).replace(tzinfo=UTC)


def test_the_hour_is_the_shop_s_choice():
    ends = end_of(date(2027, 7, 15), "Europe/Paris")

    moment = rule(hour=18).moment(Reminder.ONE_WEEK, ends)

    assert moment == datetime(2027, 7, 8, 16, tzinfo=UTC)


def test_an_hour_the_clocks_jump_over_is_still_a_moment():
    ends = end_of(date(2027, 4, 4), "Europe/Paris")  # a week after the clocks go forward

    moment = rule(hour=2).moment(Reminder.ONE_WEEK, ends)

    assert moment == datetime(2027, 3, 28, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("days", "left"),
    [
        (13, []),
        (14, ["ONE_WEEK"]),
        (30, ["TWO_WEEKS", "ONE_WEEK"]),
        (38, ["ONE_MONTH", "TWO_WEEKS", "ONE_WEEK"]),
        (69, ALL),
        (None, []),
    ],
)
def test_nobody_is_told_of_the_end_of_points_that_have_only_just_come(days, left):
    assert [each for each in Reminder if each in rule(days=days).reminders] == left


def test_t27_the_last_reminder_whose_moment_has_come_is_due_and_none_after_the_end():
    ends = end_of(date(2027, 3, 31), "Europe/Paris")
    each_day = [
        rule().due(ends, now=datetime(2027, 1, 1, 9, tzinfo=UTC) + timedelta(days=day))
        for day in range(120)
    ]

    changes = [now for before, now in pairwise([None, *each_day]) if now != before]
    assert changes == [*Reminder, None]


moments = st.integers(0, 5 * 365 * 24 * 60).map(
    lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
last_days = st.dates(min_value=date(2026, 1, 1), max_value=date(2030, 12, 31))
chosen = st.sets(st.sampled_from(ALL), min_size=1)
UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@settings(UNHURRIED, max_examples=500)
@given(
    reminders=chosen,
    time_zone=st.sampled_from(ZONES),
    hour=st.integers(0, 23),
    since=moments,
    run=st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=120)),
    last_day=last_days,
    near=st.integers(-70, 70),
)
def test_t27_stretches_hold_what_falls_due_between_two_runs_and_nothing_twice(
    reminders, time_zone, hour, since, run, last_day, near
):
    until = since + run
    if near % 3:  # mostly where something happens
        last_day = until.date() + timedelta(days=near)
    told = rule(*reminders, time_zone=time_zone, hour=hour)
    ends = end_of(last_day, time_zone)

    found = [s.reminder for s in told.stretches(since=since, until=until) if s.after < ends <= s.by]

    due = told.due(ends, now=until)
    is_news = due is not None and told.moment(due, ends) > since
    assert found == ([due] if is_news else [])


@settings(UNHURRIED, max_examples=50)
@given(
    reminders=chosen,
    time_zone=st.sampled_from(ZONES),
    start=moments,
    gaps=st.lists(st.timedeltas(timedelta(minutes=1), timedelta(days=20)), max_size=40),
    last_day=last_days,
)
def test_t27_however_the_runs_fall_each_reminder_of_an_end_comes_once_at_most(
    reminders, time_zone, start, gaps, last_day
):
    told = rule(*reminders, time_zone=time_zone)
    ends = end_of(last_day, time_zone)
    found = []
    since = start
    for gap in gaps:
        stretches = told.stretches(since=since, until=since + gap)
        found += [s.reminder for s in stretches if s.after < ends <= s.by]
        since += gap

    assert len(found) == len(set(found))
    assert found == [each for each in Reminder if each in found]
