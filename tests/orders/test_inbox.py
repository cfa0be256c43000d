"""The inbox: nothing lost, nothing done by two."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import transaction
from django.utils import timezone

from saleor_loyalty.database import leases
from saleor_loyalty.database.statements import Writing
from saleor_loyalty.models import Change, Shop
from saleor_loyalty.orders import inbox
from saleor_loyalty.orders.inbox import Lease
from saleor_loyalty.saleor_api.transport import SaleorUnavailable
from tests.shops import new_program, new_shop


@pytest.fixture
def other_shop(shop, program) -> Shop:
    """With a programme of its own, and an order under an id that the first has too."""
    other = new_shop("https://other.example.com/graphql/", domain="other.example.com")
    new_program(other)
    inbox.mark(shop=other, order_ids=["a"])
    return other


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


def test_a_mark_wakes_the_workers(shop, program, woken):
    inbox.mark(shop=shop, order_ids=["a"])

    assert woken == ["settle_orders"]


def test_nothing_marked_wakes_nobody(shop, program, woken, django_assert_num_queries):
    with django_assert_num_queries(0):
        inbox.mark(shop=shop)

    assert woken == []


def test_what_was_marked_meanwhile_wakes_the_workers_once_it_is_free(shop, program, woken):
    """Whom the mark woke found it taken."""
    inbox.mark(shop=shop, order_ids=["a", "b"])
    lease = inbox.lease(shop=shop, limit=10)
    inbox.mark(shop=shop, order_ids=["b"])
    woken.clear()

    finish(lease)

    assert woken == ["settle_orders"]


def test_what_is_done_wakes_nobody(shop, program, woken):
    inbox.mark(shop=shop, order_ids=["a", "b"])
    lease = inbox.lease(shop=shop, limit=10)
    woken.clear()

    finish(lease)

    assert woken == []


def test_what_was_marked_meanwhile_begins_anew_as_if_it_had_never_failed(shop, program, now):
    inbox.mark(shop=shop, order_ids=["a"])
    inbox.postpone(inbox.lease(shop=shop, limit=10), ["a"], error=ValueError("no"))
    inbox.mark(shop=shop, order_ids=["a"])
    lease = inbox.lease(shop=shop, limit=10)
    inbox.mark(shop=shop, order_ids=["a"])

    finish(lease)

    change = Change.objects.get()
    assert (change.lease, change.due_at, change.attempts, change.error) == (None, now, 0, "")


def test_what_is_marked_again_waits_since_its_first_mark(shop, program):
    """Points that ended meanwhile may be renewed by it, from then on."""
    inbox.mark(shop=shop, order_ids=["a"])
    first = timezone.now() - timedelta(hours=5)
    Change.objects.update(marked_at=first)

    inbox.mark(shop=shop, order_ids=["a"])

    assert inbox.settled_until(shop, now=timezone.now()) == first


def test_the_longest_wait_of_the_shops_own_orders_counts(shop, other_shop, now):
    inbox.mark(shop=shop, order_ids=["c", "a", "b"])
    for subject, hours in (("c", 2), ("a", 3), ("b", 1)):
        marked = Change.objects.filter(shop=shop, subject_id=subject)
        marked.update(marked_at=now - timedelta(hours=hours))
    Change.objects.filter(shop=other_shop).update(marked_at=now - timedelta(hours=4))

    assert inbox.settled_until(shop, now=now) == now - timedelta(hours=3)


def test_what_has_waited_for_all_the_grace_holds_up_nothing(shop, program, now):
    inbox.mark(shop=shop, order_ids=["a"])
    Change.objects.update(marked_at=now - inbox.GRACE)

    assert inbox.settled_until(shop, now=now) == now


def test_what_is_marked_from_now_on_is_not_settled_before_now(shop, program, now):
    """By a database whose clock is ahead of ours, or a moment after we looked at ours."""
    inbox.mark(shop=shop, order_ids=["a"])
    Change.objects.update(marked_at=now + timedelta(minutes=1))

    assert inbox.settled_until(shop, now=now) == now


# ---------------------------------------------------------------- whose turn it is


def test_a_shop_has_work_from_the_moment_something_is_due(shop, program, now):
    inbox.mark(shop=shop, order_ids=["a"])
    assert inbox.shops_with_work() == [shop]

    Change.objects.update(due_at=now + timedelta(microseconds=1))
    assert inbox.shops_with_work() == []


def test_a_shop_that_has_left_has_no_work(shop, program):
    inbox.mark(shop=shop, order_ids=["a"])
    Shop.objects.update(is_active=False)

    assert inbox.shops_with_work() == []


def test_a_worker_takes_the_changes_of_one_shop(shop, other_shop):
    inbox.mark(shop=shop, order_ids=["a"])

    assert inbox.lease(shop=shop, limit=10).marks == {"a": 1}
    assert inbox.lease(shop=shop, limit=10) is None
    assert inbox.lease(shop=other_shop, limit=10).marks == {"a": 1}


def test_t38_nothing_is_taken_from_a_programme_that_was_switched_off_meanwhile(shop, program):
    inbox.mark(shop=shop, order_ids=["a"])
    program.is_active = False
    program.save()

    assert inbox.lease(shop=shop, limit=10) is None


# ---------------------------------------------------------------- what is given back


def test_a_lease_that_is_renewed_begins_anew_and_no_other_with_it(shop, program, now):
    inbox.mark(shop=shop, order_ids=["a", "b"])
    mine, other = inbox.lease(shop=shop, limit=1), inbox.lease(shop=shop, limit=1)
    Change.objects.update(due_at=now - timedelta(minutes=1))

    assert inbox.renew(mine)

    assert inbox.held(mine).get().due_at == now + leases.LEASE
    assert inbox.held(other).get().due_at == now - timedelta(minutes=1)


def test_of_a_lease_that_is_lost_nothing_is_renewed(shop, program):
    inbox.mark(shop=shop, order_ids=["a"])
    lost = inbox.lease(shop=shop, limit=1)
    Change.objects.update(lease=uuid4())

    assert not inbox.renew(lost)


def test_a_change_that_is_put_off_is_not_due_and_the_others_of_its_lease_stay(shop, program, now):
    inbox.mark(shop=shop, order_ids=["a", "b"])
    lease = inbox.lease(shop=shop, limit=10)

    inbox.postpone(lease, ["b"], error=ValueError("no"))

    assert [change.subject_id for change in inbox.held(lease)] == ["a"]
    put_off = Change.objects.get(subject_id="b")
    assert put_off.lease is None
    assert now < put_off.due_at < now + leases.LEASE
    assert (Change.objects.get(subject_id="a").error, put_off.error) == ("", "ValueError: no")


def test_who_lost_a_change_puts_nothing_off_and_gives_nothing_back(shop, program, now):
    inbox.mark(shop=shop, order_ids=["a"])
    lost = inbox.lease(shop=shop, limit=10)
    Change.objects.update(lease=(heirs := uuid4()))
    before = Change.objects.values().get()
    assert before["lease"] == heirs

    inbox.postpone(lost, ["a"], error=ValueError("no"))
    inbox.rest(shop, lost, error=SaleorUnavailable("down"))

    assert Change.objects.values().get() == before
