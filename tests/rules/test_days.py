"""Whole days, as people count them."""

from datetime import UTC, datetime, timedelta

import pytest

from saleor_loyalty.rules.days import end_of_day, end_of_same_day

NEW_YORK, TOKYO = "America/New_York", "Asia/Tokyo"


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "zone", "end"),
    [
        ("2027-05-05T00:00", "UTC", "2027-05-06T00:00"),
        ("2027-05-05T23:59:59.999999", "UTC", "2027-05-06T00:00"),
        ("2027-05-06T03:59:59.999999", NEW_YORK, "2027-05-06T04:00"),  # 5 May there
        ("2027-05-06T04:00", NEW_YORK, "2027-05-07T04:00"),
        ("2027-05-05T15:00", TOKYO, "2027-05-06T15:00"),  # 6 May there
    ],
)
def test_the_day_of_a_moment_is_that_of_the_zone(moment, zone, end):
    assert end_of_day(utc(moment), days=0, time_zone=zone) == utc(end)


def test_ends_are_told_in_utc():
    assert end_of_day(utc("2027-05-05T12:00"), days=1, time_zone=TOKYO).tzinfo is UTC


@pytest.mark.parametrize(
    ("end", "shown_in", "zone", "moved"),
    [
        ("2027-05-06T00:00", "UTC", "UTC", "2027-05-06T00:00"),  # it closed 5 May
        ("2027-05-06T00:00", "UTC", NEW_YORK, "2027-05-06T04:00"),  # as later zones have 5 May
        ("2027-05-06T00:00", "UTC", TOKYO, "2027-05-06T15:00"),  # there 6 May has begun by then
        ("2027-05-05T15:00", TOKYO, "UTC", "2027-05-06T00:00"),
        ("2027-05-06T04:00", NEW_YORK, TOKYO, "2027-05-06T15:00"),
        ("2027-05-06T12:00", "UTC", "UTC", "2027-05-07T00:00"),  # within a day: its end
    ],
)
def test_the_same_day_elsewhere_ends_with_that_day_and_never_sooner(end, shown_in, zone, moved):
    assert end_of_same_day(utc(end), shown_in=shown_in, time_zone=zone) == utc(moved)
    assert utc(moved) - utc(end) < timedelta(days=2)
