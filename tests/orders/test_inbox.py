"""The inbox: nothing lost, nothing done by two."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import transaction
from django.utils import timezone

from saleor_loyalty.database.statements import Writing
from saleor_loyalty.models import Change
from saleor_loyalty.orders import inbox
from saleor_loyalty.orders.inbox import Lease


def finish(lease: Lease) -> None:
    """Take off all that the lease holds."""
    inbox.finish(lease, inbox.held(lease), writing := Writing())
    writing.write()


def test_claiming_is_one_statement_however_many_changes(shop, program, django_assert_num_queries):
    inbox.mark(shop=shop, order_ids=map(str, range(500)))
    with django_assert_num_queries(1):
        lease = inbox.lease(shop=shop, limit=400)
    assert len(lease.marks) == 400


def test_t01_a_repeated_event_is_one_change_with_more_marks(shop, program):
    for _ in range(3):
        inbox.mark(shop=shop, order_ids=["a", "b"])

    assert list(Change.objects.order_by("subject_id").values_list("subject_id", "marks")) == [
        ("a", 3),
        ("b", 3),
    ]


def test_marking_is_one_statement_however_many_orders(shop, program, django_assert_num_queries):
    with django_assert_num_queries(1):
        inbox.mark(shop=shop, order_ids=map(str, range(500)))


def test_a_claimed_change_is_nobody_elses(shop, program):
    inbox.mark(shop=shop, order_ids=["a"])

    assert inbox.lease(shop=shop, limit=10) is not None
    assert inbox.lease(shop=shop, limit=10) is None


def test_a_change_marked_while_it_is_worked_on_stays_due(shop, program):
    inbox.mark(shop=shop, order_ids=["a", "b"])
    lease = inbox.lease(shop=shop, limit=10)
    inbox.mark(shop=shop, order_ids=["a"])

    finish(lease)

    assert inbox.lease(shop=shop, limit=10).marks == {"a": 2}


def test_a_mark_takes_a_change_from_no_worker_that_holds_it(shop, program):
    inbox.mark(shop=shop, order_ids=["a"])
    lease = inbox.lease(shop=shop, limit=10)

    inbox.mark(shop=shop, order_ids=["a"])

    assert inbox.lease(shop=shop, limit=10) is None
    assert inbox.held(lease).get().marks == 2


def test_a_mark_has_a_change_that_waits_for_a_later_try_looked_at_at_once(shop, program):
    inbox.mark(shop=shop, order_ids=["a"])
    lease = inbox.lease(shop=shop, limit=10)
    inbox.postpone(lease, ["a"], error=ValueError("no"))
    assert inbox.lease(shop=shop, limit=10) is None

    inbox.mark(shop=shop, order_ids=["a"])

    assert inbox.lease(shop=shop, limit=10).marks == {"a": 2}


def test_a_dead_workers_change_is_taken_over_and_no_longer_its_own(shop, program):
    inbox.mark(shop=shop, order_ids=["a"])
    dead = inbox.lease(shop=shop, limit=10)
    Change.objects.update(due_at=timezone.now() - timedelta(seconds=1))  # the lease has ended

    heir = inbox.lease(shop=shop, limit=10)

    assert heir.marks == {"a": 1}
    assert not inbox.held(dead)
    finish(dead)
    assert [change.subject_id for change in inbox.held(heir)] == ["a"]


def test_who_loses_a_claim_while_at_work_writes_nothing(shop, program):
    inbox.mark(shop=shop, order_ids=["a", "b"])
    slow = inbox.lease(shop=shop, limit=10)
    held = list(inbox.held(slow))
    Change.objects.filter(subject_id="b").update(lease=uuid4())  # the lease has ended
    writing = Writing()
    inbox.finish(slow, held, writing)

    with pytest.raises(inbox.LeaseLost), transaction.atomic():
        writing.write()

    assert Change.objects.count() == 2


def test_a_failed_change_waits_longer_each_time_until_a_new_event(shop, program):
    waits = []
    for _ in range(2):
        inbox.mark(shop=shop, order_ids=["a"])
        lease = inbox.lease(shop=shop, limit=10)
        inbox.postpone(lease, ["a"], error=ValueError("no"))
        change = Change.objects.get()
        assert change.error == "ValueError: no"
        waits.append(change.due_at - timezone.now())
    assert timedelta(seconds=3) < waits[0] < waits[1]


@pytest.mark.parametrize(("on", "expected"), [(True, 1), (False, 0)])
def test_t38_while_the_programme_is_off_changes_wait(shop, program, on, expected):
    program.is_active = on
    program.save()
    inbox.mark(shop=shop, order_ids=["a"])

    assert len(inbox.shops_with_work()) == expected
    assert Change.objects.count() == 1
