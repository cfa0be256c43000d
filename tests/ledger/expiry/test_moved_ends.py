"""Which ends move with the programme's time zone: each kind by itself, here, and still to come."""

from datetime import UTC, datetime, timedelta

import pytest

from saleor_loyalty.models import Account, Lot, Member, Message, MessageKind, Program
from saleor_loyalty.program import ends
from tests.ledger.expiry.conftest import START
from tests.shops import new_shop

END = datetime(2027, 3, 31, 22, tzinfo=UTC)  # of 31 March in Paris, where summer has begun
MOVED = datetime(2027, 4, 1, 4, tzinfo=UTC)  # of 31 March in New York
MOMENT = timedelta(microseconds=1)
COLUMNS = ["expires_at", "renewed_until", "renewed_from"]


@pytest.fixture
def ada(set_up, enroll) -> Member:
    set_up("PER_LOT", 30, "Europe/Paris")
    return enroll("ada")


@pytest.fixture
def move(shop):
    def move(now: datetime = START) -> None:
        ends.move(shop, shown_in="Europe/Paris", time_zone="America/New_York", now=now)

    return move


@pytest.fixture
def lot(ada, order):
    """A lot that has one of the ends, and no other."""

    def lot(column: str, end: datetime, *, member: Member = ada) -> Lot:
        made = Lot.objects.get(entry=order(member, 10))
        Lot.objects.filter(pk=made.pk).update(**(dict.fromkeys(COLUMNS) | {column: end}))
        return made

    return lot


def now_in(lot: Lot, column: str) -> datetime:
    lot.refresh_from_db()
    return getattr(lot, column)


@pytest.fixture
def remind(shop, ada):
    """A reminder of an end."""

    def remind(deadline: datetime, *, member: Member = ada, cause: str = "", **fields) -> Message:
        given = {"kind": MessageKind.EXPIRY_EMAIL, "status": "SENT", "created_at": START}
        cause = cause or f"{deadline:%Y-%m-%dT%H:%M:%SZ}:ONE_WEEK"
        rows = {"shop": shop, "member": member, "deadline": deadline, "cause": cause}
        return Message.objects.create(**{**given, **rows, **fields})

    return remind


def told(message: Message) -> tuple[datetime, str]:
    message.refresh_from_db()
    return message.deadline, message.cause


NEW_CAUSE = "2027-04-01T04:00:00Z:ONE_WEEK"


@pytest.mark.parametrize("column", COLUMNS)
def test_each_end_moves_though_no_other_is_alike(lot, move, column):
    made = lot(column, END)

    move()

    assert now_in(made, column) == MOVED


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("later", [timedelta(0), timedelta(days=40)])
def test_what_ended_by_this_very_moment_stays_ended(lot, move, column, later):
    made = lot(column, END)

    move(END + later)

    assert now_in(made, column) == END


@pytest.mark.parametrize("column", COLUMNS)
def test_what_ends_a_moment_from_now_moves(lot, move, column):
    made = lot(column, END)

    move(END - MOMENT)

    assert now_in(made, column) == MOVED


@pytest.mark.parametrize("column", COLUMNS)
def test_what_ended_stays_though_more_of_it_ends_later(lot, move, column):
    """Each end is moved for itself."""
    past, to_come = lot(column, END), lot(column, END + timedelta(days=1))

    move(END)

    assert now_in(past, column) == END
    assert now_in(to_come, column) == MOVED + timedelta(days=1)


@pytest.mark.parametrize("column", COLUMNS)
def test_another_shops_ends_stay(lot, move, enroll, column):
    here, there = lot(column, END), lot(column, END, member=enroll("ben"))
    other = new_shop("https://other.example.com/graphql/")
    Lot.objects.filter(pk=there.pk).update(shop=other)

    move()

    assert (now_in(here, column), now_in(there, column)) == (MOVED, END)


def test_points_that_were_spent_move_too(lot, move):
    """They may come back."""
    made = lot("expires_at", END)
    Lot.objects.update(remaining=0)

    move()

    assert now_in(made, "expires_at") == MOVED


def test_the_end_of_a_period_moves_though_no_lot_ends_with_it(set_up, enroll, gift, move):
    """A gift began it."""
    set_up("ROLLING", 30, "Europe/Paris")
    gift(enroll("ada"), 10)
    Lot.objects.update(**dict.fromkeys(COLUMNS))
    assert Account.objects.get().expires_at == END

    move()

    assert Account.objects.get().expires_at == MOVED


# ---------------------------------------------------------------- reminders


def test_a_reminder_moves_along_though_nothing_else_ends_then(remind, move):
    message = remind(END)

    move()

    assert told(message) == (MOVED, NEW_CAUSE)


@pytest.mark.parametrize("later", [timedelta(0), timedelta(days=40)])
def test_a_reminder_of_what_has_ended_stays(remind, move, later):
    message = remind(END)
    before = told(message)

    move(END + later)

    assert told(message) == before


def test_another_shops_reminders_stay(remind, move, enroll):
    here = remind(END)
    there = remind(END, member=enroll("ben"), shop=new_shop("https://other.example.com/graphql/"))
    before = told(there)

    move()

    assert (told(here), told(there)) == ((MOVED, NEW_CAUSE), before)


def test_of_two_reminders_whose_ends_become_one_the_first_tells_of_both(remind, move):
    first, second = remind(END), remind(END - timedelta(hours=1))
    before = told(second)

    move()

    assert told(first) == (MOVED, NEW_CAUSE)
    assert told(second) == before


def test_where_the_new_end_was_told_of_already_a_reminder_stays(remind, move):
    remind(MOVED)
    second = remind(END)
    before = told(second)

    move()

    assert told(second) == before


def test_what_another_was_told_or_by_another_kind_keeps_no_reminder_from_moving(
    remind, move, enroll
):
    message = remind(END)
    remind(MOVED, member=enroll("ben"))
    remind(MOVED, kind=MessageKind.WELCOME_EMAIL, cause=NEW_CAUSE)

    move()

    assert told(message) == (MOVED, NEW_CAUSE)


def test_reminders_of_each_member_move(remind, move, enroll):
    messages = remind(END), remind(END, member=enroll("ben"))

    move()

    assert [told(message) for message in messages] == [(MOVED, NEW_CAUSE)] * 2


def test_where_nothing_moves_nothing_is_written(shop, lot, move, django_assert_num_queries):
    lot("expires_at", END)

    with django_assert_num_queries(2):  # members are held, ends are read
        ends.move(shop, shown_in="Europe/Paris", time_zone="Europe/Berlin", now=START)

    assert Program.objects.count() == 1
