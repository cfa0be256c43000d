"""A shop whose API does not answer: its orders wait, and are settled when it does."""

from datetime import timedelta

import pytest
from django.db.models import F
from django.utils import timezone

from saleor_loyalty import tasks
from saleor_loyalty.models import Account, Change, Member, Shop
from saleor_loyalty.orders import inbox, reconciliation, settlement
from saleor_loyalty.saleor_api.client import Saleor
from saleor_loyalty.saleor_api.transport import SaleorUnavailable
from tests.paper_saleor import line


@pytest.fixture
def rounds(connected):
    """Rounds of the workers, each so long after the one before."""

    def rounds(count=1, *, after=timedelta(0)):
        for _ in range(count):
            Shop.objects.update(
                silent_since=F("silent_since") - after, ask_again_at=F("ask_again_at") - after
            )
            tasks.settle_orders()

    return rounds


def resting():
    return Shop.objects.get().ask_again_at - timezone.now()


def test_t32_what_is_paid_while_the_api_is_down_has_its_points_when_it_is_back(
    shop, program, paper, rounds
):
    paper.down = True
    for number in range(250):
        inbox.mark(shop=shop, order_ids=[paper.place(number, line(10))])
    rounds(3, after=timedelta(minutes=5))
    assert Change.objects.count() == 250
    assert Shop.objects.get().silent_since < timezone.now() - timedelta(minutes=9)

    paper.down = False
    rounds(2, after=timedelta(minutes=5))  # the first finds that it answers, and wakes the second

    assert Account.objects.get().lifetime_points == 25_000
    assert not Change.objects.exists()
    assert Shop.objects.get().silent_since is None


def test_t32_a_silent_api_is_asked_for_one_order_and_ever_less_often(shop, program, paper, rounds):
    paper.down = True
    inbox.mark(shop=shop, order_ids=[paper.place(1, line(10)), paper.place(2, line(10))])

    rounds()
    assert timedelta(seconds=4) < resting() < timedelta(seconds=6)
    rounds()
    assert paper.calls == ["orders"]  # it rests

    rounds(after=timedelta(minutes=1))
    assert timedelta(seconds=55) < resting() < timedelta(seconds=65)
    rounds(after=timedelta(hours=1))
    assert resting() < timedelta(minutes=5)
    assert paper.calls == ["orders"] * 3
    assert len(inbox.lease(shop=Shop.objects.get(), limit=100).marks) == 1


def test_a_silent_api_costs_what_waits_for_it_no_try(shop, program, paper, rounds):
    """Else an order would wait the longer for its points, the longer the shop was down."""
    paper.down = True
    inbox.mark(shop=shop, order_ids=[paper.place(1, line(10))])

    rounds(3, after=timedelta(hours=1))

    assert paper.calls == ["orders"] * 3
    assert Change.objects.get().attempts == 0


def test_a_silent_api_is_left_alone_as_long_as_it_asked(shop, program):
    inbox.mark(shop=shop, order_ids=["T3JkZXI6MQ=="])
    lease = inbox.lease(shop=shop, limit=1)

    inbox.rest(shop, lease, error=SaleorUnavailable("x", retry_after=timedelta(hours=1)))

    assert resting() > timedelta(minutes=59)
    assert inbox.shops_with_work() == []


def test_t32_a_walk_that_is_answered_wakes_what_rests(shop, program, paper, rounds):
    key = paper.place(1, line(10))
    paper.down = True
    inbox.mark(shop=shop, order_ids=[key])
    rounds()

    paper.down = False
    reconciliation.reconcile(Shop.objects.get(), Saleor(paper), pause=0)
    rounds()

    assert Member.objects.get().balance == 100


def test_an_order_for_which_the_api_does_not_answer_holds_up_no_other(
    shop, program, paper, rounds, monkeypatch
):
    bad, *good = (paper.place(number, line(10)) for number in range(4))
    fetch = settlement.fetch

    def fetch_all_but_one(saleor, ids):
        if bad in ids:
            raise SaleorUnavailable("it runs out of memory")
        return fetch(saleor, ids)

    monkeypatch.setattr(settlement, "fetch", fetch_all_but_one)
    inbox.mark(shop=shop, order_ids=[bad, *good])

    rounds(12, after=timedelta(minutes=5))

    assert Member.objects.get().balance == 300
    assert Change.objects.get().subject_id == bad


def test_a_silent_shop_has_work_from_the_moment_it_may_be_asked(shop, program, now):
    inbox.mark(shop=shop, order_ids=["a"])
    Shop.objects.update(silent_since=now, ask_again_at=now)
    assert inbox.shops_with_work() == [shop]

    Shop.objects.update(ask_again_at=now + timedelta(microseconds=1))
    assert inbox.shops_with_work() == []


def test_what_a_silent_shop_gives_back_is_due_behind_all_else_that_waits(shop, program, now):
    """It may be what the shop's API stumbles over. It says why it waits, in so many letters."""
    inbox.mark(shop=shop, order_ids=["a", "b"])
    Change.objects.filter(subject_id="b").update(due_at=now - timedelta(seconds=1))
    lease = inbox.lease(shop=shop, limit=1)
    assert lease.marks == {"b": 1}
    Change.objects.filter(subject_id="a").update(due_at=now - timedelta(microseconds=1))

    inbox.rest(shop, lease, error=SaleorUnavailable("down " * 200))

    given_back = Change.objects.get(subject_id="b")
    assert (given_back.lease, given_back.due_at, given_back.attempts) == (None, now, 0)
    assert given_back.error == ("down " * 200)[:500]
    assert [inbox.lease(shop=shop, limit=1).marks for _ in "ab"] == [{"a": 1}, {"b": 1}]


@pytest.mark.parametrize(
    ("silent", "asked", "rest"),
    [
        (None, 0, 5),
        (4, 0, 5),
        (60, 0, 60),
        (299, 0, 299),
        (301, 0, 300),
        (None, 7, 7),
        (60, 59, 60),
        (900, 1800, 1800),
    ],
)
def test_a_silent_shop_rests_as_long_as_it_was_silent_within_bounds_or_as_it_asked(
    shop, program, now, silent, asked, rest
):
    """Seconds."""
    since = None if silent is None else now - timedelta(seconds=silent)
    Shop.objects.update(silent_since=since)
    shop.refresh_from_db()
    inbox.mark(shop=shop, order_ids=["a"])
    error = SaleorUnavailable("down", retry_after=timedelta(seconds=asked))

    inbox.rest(shop, inbox.lease(shop=shop, limit=1), error=error)

    assert (shop.silent_since, shop.ask_again_at) == (since or now, now + timedelta(seconds=rest))
    shop.refresh_from_db()
    assert (shop.silent_since, shop.ask_again_at) == (since or now, now + timedelta(seconds=rest))


def test_a_shop_that_answers_rests_no_more_and_wakes_the_workers_once(shop, program, now, woken):
    Shop.objects.update(silent_since=now, ask_again_at=now)
    shop.refresh_from_db()

    inbox.note_answer(shop)
    inbox.note_answer(shop)

    assert woken == ["settle_orders"]
    assert (shop.silent_since, shop.ask_again_at) == (None, None)
    shop.refresh_from_db()
    assert (shop.silent_since, shop.ask_again_at) == (None, None)


def test_a_shop_that_was_never_silent_costs_its_answers_nothing(
    shop, program, woken, django_assert_num_queries
):
    with django_assert_num_queries(0):
        inbox.note_answer(shop)

    assert woken == []
