"""Claims: due rows are one worker's until its lease ends."""

from datetime import timedelta

import pytest
from django.utils import timezone

from saleor_loyalty.database import leases
from saleor_loyalty.models import Change, CouponCode
from saleor_loyalty.orders import inbox
from tests.paper_saleor import line

LEASE = timedelta(minutes=2)


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
