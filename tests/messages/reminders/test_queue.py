"""Who is reminded of what, and when: queued from the data, once."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from saleor_loyalty import tasks
from saleor_loyalty.models import (
    Member,
    MemberStatus,
    Message,
    MessageKind,
    MessageSwitch,
    Program,
)
from tests.messages.reminders.conftest import (
    ALL,
    ENDS,
    START,
    causes,
)

pytestmark = pytest.mark.django_db


def test_each_reminder_is_queued_once_at_its_hour(set_off, ada, order, days):
    set_off()
    order(ada, 120)

    assert days(182) == [
        ("06-28 10:00", "TWO_MONTHS"),
        ("07-28 10:00", "ONE_MONTH"),
        ("08-14 10:00", "TWO_WEEKS"),
        ("08-21 10:00", "ONE_WEEK"),
    ]


@pytest.mark.parametrize(
    ("time_zone", "utc"),
    [
        ("Europe/Paris", "2027-08-21T08:00"),
        ("America/New_York", "2027-08-21T14:00"),
        ("Pacific/Auckland", "2027-08-21T22:00"),  # START is on the next day there
        ("Asia/Kathmandu", "2027-08-21T04:15"),
    ],
)
def test_ten_is_ten_where_the_programme_is(set_off, ada, order, at, time_zone, utc):
    set_off(time_zone=time_zone)
    order(ada, 120)
    moment = datetime.fromisoformat(utc).replace(tzinfo=UTC)

    at(moment - timedelta(minutes=1))
    before = causes()
    at(moment)

    assert not [cause for cause in before if "ONE_WEEK" in cause]
    assert [cause for cause in causes() if "ONE_WEEK" in cause] != []


def test_t27_run_again_and_again_it_is_queued_once(set_off, ada, order, at, shop):
    set_off()
    order(ada, 120)
    at("2027-08-20T10:00")
    Message.objects.all().delete()

    queued = [at(f"2027-08-21T{hour:02}:00") for hour in range(10, 24)]
    Program.objects.update(reminded_until=datetime(2027, 8, 20, 10, tzinfo=UTC))  # as after a crash
    queued.append(at("2027-08-22T00:00"))

    assert queued == [1] + [0] * 14
    message = Message.objects.get()
    assert message.kind == MessageKind.EXPIRY_EMAIL
    assert (message.points, message.deadline) == (120, ENDS)
    assert message.cause == "2027-08-29T00:00:00Z:ONE_WEEK"
    assert message.due_at == datetime(2027, 8, 21, 10, tzinfo=UTC)


def test_t27_nothing_is_queued_once_the_points_have_ended(set_off, ada, order, at):
    set_off()
    order(ada, 120)

    assert at(ENDS) == 0
    assert at(ENDS + timedelta(days=30)) == 0


def test_t27_after_a_break_only_the_nearest_is_queued(set_off, ada, order, at):
    set_off()
    order(ada, 120)
    at("2027-06-01T10:00")

    assert at("2027-08-15T03:00") == 1  # down since before the first
    assert causes() == ["2027-08-29T00:00:00Z:TWO_WEEKS"]


def test_what_was_due_before_the_programme_was_first_looked_at_is_not_made_up_for(
    set_up, change, ada, order, at
):
    set_up("ROLLING", 180)
    order(ada, 120)
    change(reminders=ALL)

    assert at("2027-08-15T03:00") == 0
    assert at("2027-08-21T10:00") == 1


def test_a_reminder_switched_on_late_does_not_flood_the_members(set_off, change, ada, order, at):
    set_off(names=["ONE_WEEK"])
    order(ada, 120)
    at("2027-08-01T10:00")

    change(reminders=ALL)

    assert at("2027-08-01T10:15") == 0
    assert at("2027-08-14T10:00") == 1


def test_reminders_that_are_off_are_not_queued(set_off, ada, order, days):
    set_off(names=["ONE_MONTH"])
    order(ada, 120)

    assert days(182) == [("07-28 10:00", "ONE_MONTH")]


def test_points_that_never_end_need_no_reminder(set_off, ada, order, days):
    set_off("NEVER", None)
    order(ada, 120)

    assert days(100) == []


def test_nobody_hears_of_the_end_of_points_that_have_just_come(set_off, ada, order, days):
    set_off(days=31)
    order(ada, 120)

    assert [reminder for _, reminder in days(33)] == ["TWO_WEEKS", "ONE_WEEK"]


@pytest.mark.parametrize(
    "fields",
    [
        {"status": MemberStatus.BLOCKED},
        {"status": MemberStatus.CLOSED},
        {"email_enabled": False},
        {"email": ""},
        {"customer_is_active": False},
    ],
)
def test_who_is_not_to_be_told_is_not_reminded(set_off, ada, order, at, fields):
    set_off()
    order(ada, 120)
    Member.objects.update(**fields)

    assert at("2027-08-21T10:00") == 0


def test_who_has_no_points_is_not_reminded(set_off, ada, order, refund, at):
    set_off()
    order(ada, 120)
    refund(ada, 200)

    assert at("2027-08-21T10:00") == 0


def test_while_the_programme_is_off_nobody_is_reminded(set_off, change, ada, order, at):
    set_off()
    order(ada, 120)
    at("2027-08-20T10:00")
    Message.objects.all().delete()
    change(is_active=False)

    assert at("2027-08-21T10:00") == 0


def test_after_the_programme_was_off_the_date_has_moved_and_so_has_the_reminder(
    set_off, change, ada, order, at
):
    set_off()
    order(ada, 120)
    at("2027-08-20T12:00")
    Message.objects.all().delete()
    change(is_active=False)
    at("2027-09-20T12:00")
    change(is_active=True)  # nothing expires before 23 October now

    queued = [at("2027-09-20T12:15"), at("2027-09-22T10:00"), at("2027-09-23T10:00")]

    assert queued == [0, 1, 0]
    assert causes() == ["2027-10-23T00:00:00Z:ONE_MONTH"]


def test_a_shop_that_does_not_send_reminders_queues_none(set_off, ada, order, at, shop):
    set_off()
    order(ada, 120)
    MessageSwitch.objects.create(
        shop=shop,
        kind=MessageKind.EXPIRY_EMAIL,
        is_active=False,
    )

    assert at("2027-08-21T10:00") == 0


def test_protection_after_a_change_of_rules_counts(set_off, change, ada, order, clock, at):
    set_off()
    order(ada, 120)
    clock.now = datetime(2027, 8, 1, 12, tzinfo=UTC)
    at(clock.now)
    Message.objects.all().delete()
    change(expiry_days=90)  # protects until 2027-10-31

    assert at("2027-08-21T10:00") == 0
    assert at("2027-10-23T10:00") == 1
    assert causes() == ["2027-10-31T00:00:00Z:ONE_WEEK"]


def test_protected_lots_without_an_end_of_their_own_are_reminded_of(
    set_up, change, ada, order, clock, at
):
    set_up("NEVER")
    order(ada, 120)
    at(START)
    change(expiry_policy="PER_LOT", expiry_days=90, reminders=ALL)  # protects until 2027-05-31

    assert at("2027-05-23T10:00") == 1
    message = Message.objects.get()
    assert (message.points, message.deadline) == (120, datetime(2027, 5, 31, tzinfo=UTC))


def test_t28_each_end_of_lots_is_told_of_with_its_own_points(set_off, ada, post, clock, at):
    set_off("PER_LOT", 90)
    post(ada, 40)
    post(ada, 5)
    clock.now = START + timedelta(days=10)
    post(ada, 100)

    at("2027-05-23T10:00")
    first = list(Message.objects.values_list("points", "cause"))
    Message.objects.all().delete()
    at("2027-06-02T10:00")
    second = list(Message.objects.values_list("points", "cause"))

    assert (45, "2027-05-31T00:00:00Z:ONE_WEEK") in first
    assert second == [(100, "2027-06-10T00:00:00Z:ONE_WEEK")]


def test_a_batch_at_a_time_misses_nobody(set_off, enroll, order, at):
    set_off()
    for number in range(7):
        order(enroll(f"member-{number}"), 10)
    at("2027-08-20T10:00")
    Message.objects.all().delete()

    assert at("2027-08-21T10:00", limit=3) == 7
    assert Message.objects.values("member").distinct().count() == 7


def test_the_statements_do_not_grow_with_the_members(set_off, enroll, order, at):
    set_off()
    for number in range(9):
        order(enroll(f"member-{number}"), 10)

    with CaptureQueriesContext(connection) as statements:
        assert at("2027-08-21T10:00") == 9

    assert len(statements) == 4  # programme, switch, reminders, watermark


def test_stopped_in_the_middle_it_begins_again_and_queues_nothing_twice(set_off, enroll, order, at):
    set_off()
    for number in range(4):
        order(enroll(f"member-{number}"), 10)
    at("2027-08-20T10:00")
    before = Program.objects.get().reminded_until
    Message.objects.all().delete()
    at("2027-08-21T10:00")
    kept = set(Message.objects.order_by("pk").values_list("pk", flat=True)[:2])
    Message.objects.exclude(pk__in=kept).delete()
    Program.objects.update(reminded_until=before)

    assert at("2027-08-21T10:15") == 2
    assert kept < set(Message.objects.values_list("pk", flat=True))


def test_the_task_serves_every_shop(set_off, ada, order, at, clock):
    set_off()
    order(ada, 120)
    at("2027-08-20T10:00")
    Message.objects.all().delete()
    clock.now = datetime(2027, 8, 21, 10, tzinfo=UTC)

    tasks.queue_reminders()

    assert Message.objects.count() == 1
