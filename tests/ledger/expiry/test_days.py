"""Points end with the local day of the programme, whatever the calendar and the clocks do there."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

# Where, when the points came (local), the days they last, and the local midnight they end at.
CALENDAR = [
    ("UTC", "2027-01-31 12:00", 28, "2027-03-01"),
    ("UTC", "2027-01-31 12:00", 30, "2027-03-03"),
    ("UTC", "2028-01-31 12:00", 28, "2028-02-29"),
    ("UTC", "2028-02-29 12:00", 365, "2029-03-01"),
    ("UTC", "2027-02-28 12:00", 366, "2028-03-01"),
    ("UTC", "2027-12-31 23:59", 1, "2028-01-02"),
]
# Clocks go forward and back: Paris 28 March and 31 October 2027, New York 14 March and 7 November,
# Lord Howe 3 October (half an hour forward) and 4 April (half an hour back).
CHANGING_CLOCKS = [
    ("Europe/Paris", "2027-03-27 23:30", 1, "2027-03-29"),
    ("Europe/Paris", "2027-03-28 01:59", 30, "2027-04-28"),
    ("Europe/Paris", "2027-10-30 23:30", 1, "2027-11-01"),
    ("Europe/Paris", "2027-10-31 02:30", 365, "2028-10-31"),
    ("America/New_York", "2027-03-13 20:00", 1, "2027-03-15"),
    ("America/New_York", "2027-11-06 23:00", 1, "2027-11-08"),
    ("America/New_York", "2027-11-07 01:30", 30, "2027-12-08"),
    ("Australia/Lord_Howe", "2027-10-02 23:45", 1, "2027-10-04"),
    ("Australia/Lord_Howe", "2027-04-04 01:45", 7, "2027-04-12"),
]


def there(text: str, zone: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


@pytest.mark.parametrize("policy", ["ROLLING", "PER_LOT"])
@pytest.mark.parametrize(("zone", "came", "days", "midnight"), CALENDAR + CHANGING_CLOCKS)
def test_t25_points_last_to_the_end_of_the_stated_day(
    set_up, ada, order, clock, last_moment, policy, zone, came, days, midnight
):
    set_up(policy, days, zone)
    clock.now = there(came, zone)
    order(ada, 10)

    assert last_moment(ada, there(midnight, zone)) == (10, 0)


@pytest.mark.parametrize("came", ["2027-05-05 00:00", "2027-05-05 12:00", "2027-05-05 23:59"])
def test_t25_the_hour_of_the_order_does_not_matter(set_up, ada, order, clock, last_moment, came):
    set_up("ROLLING", 10, "America/New_York")
    clock.now = there(came, "America/New_York")
    order(ada, 10)

    assert last_moment(ada, there("2027-05-16", "America/New_York")) == (10, 0)


def test_t25_the_day_is_that_of_the_programme_not_of_utc(set_up, ada, order, clock, last_moment):
    set_up("PER_LOT", 10, "America/New_York")
    clock.now = datetime.fromisoformat("2027-05-06T03:00:00+00:00")  # 5 May, 23:00 there
    order(ada, 10)

    assert last_moment(ada, there("2027-05-16", "America/New_York")) == (10, 0)
