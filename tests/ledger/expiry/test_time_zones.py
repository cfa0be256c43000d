"""The programme's time zone changes: every point lasts to the end of the day that was shown."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from saleor_loyalty.ledger.endings import endings_of
from saleor_loyalty.messages import reminders
from saleor_loyalty.messages.kinds import KINDS
from saleor_loyalty.models import Member, Message, Program
from saleor_loyalty.rules.days import end_of_same_day
from tests.ledger.expiry.conftest import START

LATER = START + timedelta(days=20)
SHOWN = date(2027, 3, 31)  # the last day of 30 from START, in most zones
ZONES = [
    "Europe/Paris",
    "America/New_York",
    "Asia/Tokyo",
    "Asia/Kathmandu",
    "Pacific/Kiritimati",
    "Pacific/Pago_Pago",
]


def last_day(end: datetime, zone: str):
    return (end - timedelta(microseconds=1)).astimezone(ZoneInfo(zone)).date()


def midnight_after(day, zone: str) -> datetime:
    return datetime.combine(day + timedelta(days=1), datetime.min.time(), ZoneInfo(zone))


def next_end(member: Member) -> datetime:
    rule = Program.objects.select_related("current").get().current.expiry
    member.refresh_from_db()
    return endings_of(member, rule)[0].at


@pytest.mark.parametrize("policy", ["ROLLING", "PER_LOT"])
@pytest.mark.parametrize("after", ZONES)
@pytest.mark.parametrize("before", ZONES)
def test_t25_points_last_to_the_end_of_the_day_that_was_shown(
    set_up, change, ada, order, clock, sweep, policy, before, after
):
    set_up(policy, 30, before)
    order(ada, 10)
    end, shown = next_end(ada), last_day(next_end(ada), before)
    clock.now = LATER
    change(time_zone=after)

    moved = next_end(ada)
    assert moved >= end
    assert moved >= midnight_after(shown, after)
    assert moved == midnight_after(last_day(moved, after), after)
    assert moved - end < timedelta(days=2)
    sweep(moved - timedelta(seconds=1))
    ada.refresh_from_db()
    assert ada.balance == 10
    sweep(moved)
    ada.refresh_from_db()
    assert ada.balance == 0


def test_t25_each_of_several_changes_keeps_what_was_shown_last(set_up, change, ada, order, clock):
    set_up("ROLLING", 30, "Europe/Paris")
    order(ada, 10)
    shown = []
    for zone in ("Asia/Tokyo", "Europe/Paris", "America/New_York"):
        clock.now += timedelta(hours=1)
        change(time_zone=zone)
        shown.append(last_day(next_end(ada), zone))

    assert shown == sorted(shown)
    assert next_end(ada) == midnight_after(shown[-1], "America/New_York")


def test_t25_what_the_rules_protect_moves_along(set_up, change, ada, order, clock):
    set_up("NEVER", None, "Europe/Paris")
    order(ada, 10)
    change(expiry_policy="ROLLING", expiry_days=30)
    shown = last_day(next_end(ada), "Europe/Paris")
    change(time_zone="America/New_York")

    assert next_end(ada) == midnight_after(shown, "America/New_York")


def test_points_that_ended_stay_ended(set_up, change, ada, order, clock):
    set_up("ROLLING", 30, "Europe/Paris")
    order(ada, 10)
    end = next_end(ada)
    clock.now = end
    change(time_zone="America/New_York")

    assert next_end(ada) == end


def test_points_that_come_later_have_the_days_of_the_new_zone(set_up, change, ada, order, clock):
    set_up("PER_LOT", 30, "Europe/Paris")
    change(time_zone="Asia/Tokyo")
    order(ada, 10)

    assert next_end(ada) == midnight_after(SHOWN, "Asia/Tokyo")


def test_the_same_zone_by_another_name_changes_nothing(set_up, change, ada, order, clock):
    set_up("PER_LOT", 30, "Europe/Paris")
    order(ada, 10)
    end = next_end(ada)
    change(time_zone="Europe/Berlin")

    assert next_end(ada) == end


@pytest.mark.parametrize("policy", ["ROLLING", "PER_LOT"])
@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Tokyo"])
def test_t27_nobody_is_reminded_again_because_the_zone_changed(
    set_up, change, ada, order, clock, shop, policy, zone
):
    set_up(policy, 60, "Europe/Paris")
    reminders.queue(shop, now=clock.now)
    change(reminders=["ONE_WEEK"])
    order(ada, 10)
    clock.now = next_end(ada) - timedelta(days=7)
    reminders.queue(shop, now=clock.now)
    (message,) = Message.objects.filter(kind="EXPIRY_EMAIL")
    change(time_zone=zone)
    for _ in range(5):
        clock.now += timedelta(hours=10)
        reminders.queue(shop, now=clock.now)

    (message,) = Message.objects.filter(kind="EXPIRY_EMAIL").select_related("member")
    message.shop = shop
    shop.refresh_from_db()
    assert message.deadline == next_end(ada)
    KINDS[message.kind].look_again(message)  # it still tells the truth
    assert message.points == 10


def test_two_zones_a_day_apart_never_bring_an_end_forward():
    end = datetime(2027, 1, 1, 10, tzinfo=UTC)  # of 1 January on Kiritimati
    moved = end_of_same_day(end, shown_in="Pacific/Kiritimati", time_zone="Pacific/Pago_Pago")

    assert moved == midnight_after(date(2027, 1, 1), "Pacific/Pago_Pago")
