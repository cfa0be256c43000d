"""Claims: due rows are one worker's until its lease ends."""

import secrets
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone

from saleor_loyalty.database import leases
from saleor_loyalty.models import Change, CouponCode
from saleor_loyalty.orders import inbox
from tests.paper_saleor import line

LEASE = timedelta(minutes=3)  # another than the usual one


def take(limit: int = 10, *, later: timedelta = timedelta(0)) -> list[str]:
    """The subjects of what was taken, as a worker would `later`."""
    now = timezone.now() + later
    rows = leases.take(Change.objects.all(), limit=limit, now=now, lasting=LEASE)
    assert all((row.due_at, row.attempts > 0) == (now + LEASE, True) for row in rows)
    return [row.subject_id for row in rows]


def test_what_is_taken_is_not_due_until_the_lease_ends(shop, program):
    inbox.mark(shop=shop, order_ids=["a"])

    assert take() == ["a"]
    assert take(later=LEASE - timedelta(seconds=1)) == []
    assert take(later=LEASE + timedelta(seconds=1)) == ["a"]
    assert Change.objects.get().attempts == 2


def test_no_more_is_taken_than_the_limit_and_the_longest_due_first(shop, program):
    """Those that were marked last are due the longest here: neither ids nor rows are in order."""
    for minutes, subject in enumerate("abc"):
        inbox.mark(shop=shop, order_ids=[subject])
        since = timezone.now() - timedelta(minutes=minutes)
        Change.objects.filter(subject_id=subject).update(due_at=since)

    assert take(2) == ["b", "c"]
    assert take(2) == ["a"]


@pytest.mark.parametrize("model", [Change, CouponCode])
def test_taking_is_one_statement_however_many_rows(
    model, shop, paper, settle, django_assert_num_queries
):
    keys = [paper.place(n, line(1024)) for n in range(30)]
    settle(*keys)
    for key in keys[:15]:
        paper.charge(key, 0.0)
    settle(*keys[:15])
    inbox.mark(shop=shop, order_ids=keys)
    now = timezone.now()
    with django_assert_num_queries(1):
        rows = leases.take(model.objects.filter(shop=shop), limit=25, now=now, lasting=LEASE)
    assert len(rows) == 25


def test_what_is_due_at_this_very_moment_is_taken_and_nothing_later(shop, program):
    inbox.mark(shop=shop, order_ids=["a"])
    due_at = Change.objects.get().due_at
    everything = Change.objects.all()

    assert leases.take(everything, limit=1, now=due_at - timedelta(microseconds=1)) == []
    [row] = leases.take(everything, limit=1, now=due_at)
    assert row.due_at == due_at + leases.LEASE


def test_of_those_due_since_the_same_moment_the_oldest_is_taken_first(shop, program):
    for subject in "abc":
        inbox.mark(shop=shop, order_ids=[subject])
    since = timezone.now() - timedelta(minutes=1)
    for subject in "cba":  # as they lie in the table from now on
        Change.objects.filter(subject_id=subject).update(due_at=since)

    assert take(2) == ["a", "b"]


def test_what_is_taken_comes_in_the_order_of_its_ids(shop, program):
    for minutes, subject in enumerate("abc"):
        inbox.mark(shop=shop, order_ids=[subject])
        since = timezone.now() - timedelta(minutes=minutes)
        Change.objects.filter(subject_id=subject).update(due_at=since)

    assert take() == ["a", "b", "c"]


def test_what_is_given_back_is_due_now_untried_and_nothing_else_is(shop, program):
    inbox.mark(shop=shop, order_ids=["a", "b"])
    now = timezone.now()
    first, second = (leases.take(Change.objects.all(), limit=1, now=now) for _ in range(2))
    assert first[0].due_at == second[0].due_at

    leases.give_back(second)

    rows = Change.objects.order_by("pk")
    assert [row.attempts for row in rows] == [1, 0]
    assert [row.due_at <= timezone.now() for row in rows] == [False, True]


@pytest.fixture
def luck(monkeypatch):
    """Sets how much is taken off a wait, of the most that may be."""

    def luck(share: float) -> None:
        monkeypatch.setattr(secrets, "randbelow", lambda limit: int((limit - 1) * share))

    return luck


@pytest.mark.parametrize(
    ("tries", "seconds"),
    [
        *((1, 5), (2, 10), (3, 20), (11, 5120), (12, 10240)),
        *((13, 10800), (14, 10800), (100_000, 10800)),
    ],
)
def test_waits_double_up_to_three_hours_and_are_up_to_a_quarter_shorter(luck, tries, seconds):
    luck(0)
    assert leases.wait_before_try(tries) == timedelta(seconds=seconds)
    luck(1)
    assert leases.wait_before_try(tries) == timedelta(seconds=seconds) * 0.75


class Asked(Exception):
    retry_after = timedelta(seconds=15)


@pytest.mark.parametrize(
    ("attempts", "error", "seconds"),
    [(1, Asked("x"), 15), (3, Asked("x"), 20), (3, ValueError("x"), 20)],
)
def test_the_longer_counts_of_a_wait_that_was_asked_for_and_the_usual_one(
    luck, monkeypatch, attempts, error, seconds
):
    now = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: now)
    luck(0)

    noted = leases.postponed(SimpleNamespace(attempts=attempts), error)

    assert noted["due_at"] == now + timedelta(seconds=seconds)


def test_a_long_error_is_noted_as_far_as_it_fits(shop, program):
    inbox.mark(shop=shop, order_ids=["a"])
    [row] = leases.take(Change.objects.all(), limit=1, now=timezone.now())

    Change.objects.update(**leases.postponed(row, ValueError("long " * 200)))

    assert Change.objects.get().error == ("ValueError: " + "long " * 200)[:500]
