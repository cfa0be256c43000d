"""What is taken remembers where it was taken from: what comes back goes back there."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from saleor_loyalty.ledger.book import Consequence, open_book
from saleor_loyalty.ledger.postings import Posting
from saleor_loyalty.models import Account, Debt, Entry, EntryKind, Lot, LotUse, Member
from tests.ledger.expiry.conftest import START, balance

DAY = timedelta(days=1)


@pytest.fixture
def per_lot(set_up):
    set_up("PER_LOT", 30)


@pytest.fixture
def rolling(set_up):
    set_up("ROLLING", 30)


@pytest.fixture
def ada(enroll):
    return enroll("ada")


@pytest.fixture
def give_back(shop, clock):
    """Post what a debit took back, or a part of it."""

    def give_back(debit: Entry, points: int | None = None) -> Entry:
        version = shop.program.current
        posting = Posting(
            member_id=debit.member_id,
            kind=EntryKind.REVERSAL,
            points=points or -debit.points,
            source=f"back:{debit.pk}:{clock.now}",
            version=version,
            reverses=debit,
        )
        return _post(posting, version, clock.now, debits=debit)

    return give_back


@pytest.fixture
def take_back(shop, clock):
    """Post that a credit is taken back, or a part of it; `is_all`: nothing is left of its order."""

    def take_back(credit: Entry, points: int | None = None, *, is_all: bool = True) -> Entry:
        version = shop.program.current
        posting = Posting(
            member_id=credit.member_id,
            kind=EntryKind.REVERSAL,
            points=-(points or credit.points),
            source=f"taken:{credit.pk}:{clock.now}",
            version=version,
            reverses=credit,
            is_all=is_all,
        )
        return _post(posting, version, clock.now, credits=credit)

    return take_back


class MayBeGivenBack(Consequence):
    def __init__(self, debit: Entry) -> None:
        self._debit = debit

    def debits(self, member_ids):
        return Entry.objects.filter(pk=self._debit.pk)


def _post(posting, version, now, *, debits=None, credits=None):
    reversing = Entry.objects.filter(pk=credits.pk) if credits else None
    with (
        transaction.atomic(),
        open_book(
            [posting.member_id],
            version=version,
            now=now,
            consequences=[MayBeGivenBack(debits)] if debits else [],
            reversing=reversing,
        ) as book,
    ):
        return book.post(posting)


def lots(member: Member) -> list[tuple[int, datetime | None]]:
    rows = Lot.objects.filter(account__member=member, remaining__gt=0).order_by("pk")
    return list(rows.values_list("remaining", "expires_at"))


def period(member: Member) -> datetime | None:
    return Account.objects.get(member=member).expires_at


def test_t46_what_comes_back_goes_where_it_was_and_what_ended_meanwhile_has_seven_days(
    ada, set_up, order, post, give_back, clock
):
    """The worked example: 500 that end on 1 March, 700 on 1 June, a reward of 800."""
    clock.now = datetime(2027, 1, 30, 12, tzinfo=UTC)
    set_up("PER_LOT", 30)
    order(ada, 500)
    Lot.objects.update(expires_at=datetime(2027, 3, 2, tzinfo=UTC))
    order(ada, 700)
    Lot.objects.filter(points=700).update(expires_at=datetime(2027, 6, 2, tzinfo=UTC))
    reward = post(ada, -800, EntryKind.REWARD)
    taken = LotUse.objects.order_by("pk").values_list("lot__points", "points")
    assert list(taken) == [(500, 500), (700, 300)]

    clock.now = datetime(2027, 3, 5, 12, tzinfo=UTC)
    give_back(reward)

    assert lots(ada) == [
        (500, datetime(2027, 3, 13, tzinfo=UTC)),  # the end of 12 March
        (700, datetime(2027, 6, 2, tzinfo=UTC)),
    ]


def test_a_part_comes_back_to_what_was_taken_from_last(ada, per_lot, order, post, give_back, clock):
    order(ada, 500)
    clock.now = START + DAY
    order(ada, 700)
    reward = post(ada, -800, EntryKind.REWARD)

    give_back(reward, 200)
    assert [left for left, _ in lots(ada)] == [600]
    clock.now = START + 2 * DAY
    give_back(reward, 300)

    assert [left for left, _ in lots(ada)] == [200, 700]


def test_grace_is_given_once(ada, per_lot, order, post, give_back, clock, sweep):
    order(ada, 100)
    first = post(ada, -100, EntryKind.REWARD)
    clock.now = START + 40 * DAY
    give_back(first)
    second = post(ada, -100, EntryKind.REWARD)
    clock.now = START + 60 * DAY
    give_back(second)

    assert lots(ada) == [(100, clock.now)]
    sweep(clock.now)
    assert balance(ada) == 0


def test_points_that_come_back_in_time_end_as_they_would_have(
    ada, per_lot, order, post, give_back, clock
):
    order(ada, 100)
    before = lots(ada)
    reward = post(ada, -100, EntryKind.REWARD)
    clock.now = START + 10 * DAY
    give_back(reward)

    assert lots(ada) == before


def test_t46_points_that_come_back_start_no_period_but_go_on_with_theirs(
    ada, rolling, order, post, give_back, clock
):
    order(ada, 100)
    ends = period(ada)
    reward = post(ada, -100, EntryKind.REWARD)
    clock.now = START + 10 * DAY
    give_back(reward)

    assert period(ada) == ends


def test_points_that_come_back_after_their_period_have_seven_days_once(
    ada, rolling, order, post, give_back, clock, sweep
):
    order(ada, 100)
    reward = post(ada, -100, EntryKind.REWARD)
    clock.now = START + 40 * DAY
    give_back(reward)
    assert period(ada) == datetime(2027, 4, 18, tzinfo=UTC)  # the end of the seventh day after it
    again = post(ada, -100, EntryKind.REWARD)
    clock.now = START + 60 * DAY
    give_back(again)
    sweep(clock.now)

    assert balance(ada) == 0


def test_a_reversal_takes_its_own_points_first(ada, per_lot, order, take_back, clock):
    order(ada, 100)
    clock.now = START + DAY
    second = order(ada, 40)

    take_back(second)

    assert [left for left, _ in lots(ada)] == [100]


def test_t46_a_refund_after_the_points_ended_owes_nothing(ada, per_lot, order, take_back, sweep):
    entry = order(ada, 100)
    sweep(START + 40 * DAY)
    assert balance(ada) == 0

    take_back(entry)

    assert balance(ada) == 0
    assert [e.points for e in Entry.objects.order_by("pk")] == [100, -100, 100, -100]
    undone = Entry.objects.get(kind=EntryKind.REVERSAL, points=100)
    assert undone.reverses.kind == EntryKind.EXPIRY
    assert not Debt.objects.exists()


def test_a_part_refund_undoes_no_more_than_it_takes(ada, rolling, order, take_back, sweep):
    entry = order(ada, 100)
    sweep(START + 40 * DAY)

    take_back(entry, 30, is_all=False)

    assert balance(ada) == 0
    assert LotUse.objects.get(entry__kind=EntryKind.EXPIRY).returned == 30


def test_what_was_spent_is_owed_and_the_next_credit_pays_it(ada, per_lot, order, post, take_back):
    entry = order(ada, 100)
    post(ada, -60, EntryKind.REWARD)
    reversal = take_back(entry)
    assert (balance(ada), Debt.objects.get().remaining) == (-60, 60)

    credit = order(ada, 80)

    assert (balance(ada), Debt.objects.get().remaining) == (20, 0)
    assert LotUse.objects.get(entry=reversal, lot__entry=credit).points == 60


def test_the_oldest_debt_is_paid_first(ada, per_lot, order, refund):
    first, second = refund(ada, 50), refund(ada, 30)

    order(ada, 60)

    owed = dict(Debt.objects.values_list("entry", "remaining"))
    assert owed == {first.pk: 0, second.pk: 20}


def test_t46_an_order_that_is_called_off_renews_nothing(ada, rolling, order, take_back, clock):
    order(ada, 100)
    ends = period(ada)
    clock.now = START + 20 * DAY
    trifle = order(ada, 1)
    assert period(ada) > ends

    take_back(trifle)

    assert period(ada) == ends


def test_an_order_of_which_something_is_left_has_renewed(ada, rolling, order, take_back, clock):
    order(ada, 100)
    clock.now = START + 20 * DAY
    second = order(ada, 50)
    renewed = period(ada)

    take_back(second, 49, is_all=False)

    assert period(ada) == renewed


def test_a_later_order_keeps_the_period_when_an_earlier_one_is_called_off(
    ada, rolling, order, take_back, clock
):
    order(ada, 100)
    first_end = period(ada)
    clock.now = START + 10 * DAY
    second = order(ada, 10)
    clock.now = START + 20 * DAY
    third = order(ada, 10)
    last_end = period(ada)

    take_back(second)
    assert period(ada) == last_end
    clock.now = START + 21 * DAY
    take_back(third)

    assert period(ada) == first_end


def test_a_gift_has_the_period_it_would_have_begun_when_the_order_before_is_called_off(
    ada, rolling, order, gift, take_back, clock
):
    first = order(ada, 100)
    clock.now = START + 5 * DAY
    gift(ada, 7)

    take_back(first)

    assert period(ada) == datetime(2027, 4, 6, tzinfo=UTC)
