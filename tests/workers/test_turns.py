"""Tasks take turns: each works for some seconds, then others do; shops within a task likewise."""

import time

import pytest
from celery import current_app

from saleor_loyalty import tasks
from saleor_loyalty.database import leases
from saleor_loyalty.models import Change, Coupon, CouponCode, Shop
from saleor_loyalty.rewards import coupons, retirement, withdrawal
from saleor_loyalty.workers import turns
from tests.paper_saleor import line
from tests.shops import new_shop


@pytest.fixture
def sent(monkeypatch) -> list[tuple[str, dict]]:
    """What was sent to the queue's end: tasks with what they are told."""
    tasks_sent = []

    def send_task(name, kwargs=None, **_options):
        tasks_sent.append((name.rpartition(".")[2], kwargs))

    monkeypatch.setattr(current_app, "send_task", send_task)
    monkeypatch.setattr(turns, "_chains", {})
    return tasks_sent


@pytest.fixture
def out_of_time(settings):
    settings.LOYALTY_TURN_SECONDS = 0.0


def shops(*names: str) -> list[Shop]:
    return [Shop(domain=name) for name in names]


def test_a_task_without_time_left_goes_to_the_end_of_the_queue(sent, out_of_time):
    done = []

    turns.take("mint_coupons", shops("a"), lambda shop, _ends: done.append(shop) or True)

    assert len(done) == 1
    ((task, told),) = sent
    assert task == "mint_coupons"
    assert told["until"] > time.time()


def test_a_task_that_is_done_goes_nowhere(sent, out_of_time):
    turns.take("mint_coupons", shops("a"), lambda _shop, _ends: False)

    assert sent == []


def test_each_shop_has_a_batch_before_one_has_its_second(sent):
    left = {"a": 3, "b": 3, "c": 1}
    turns_of = []

    def work(shop, _ends):
        turns_of.append(shop.domain)
        left[shop.domain] -= 1
        return left[shop.domain] > 0

    turns.take("mint_coupons", shops("a", "b", "c"), work)

    assert sorted(turns_of[:3]) == ["a", "b", "c"]
    assert sorted(turns_of[3:5]) == ["a", "b"]
    assert len(turns_of) == 7


def test_a_shop_in_trouble_stops_no_other(sent):
    done = []

    def work(shop, _ends):
        if shop.domain == "a":
            raise RuntimeError
        done.append(shop.domain)

    turns.take("mint_coupons", shops("a", "b"), work)

    assert done == ["b"]


def test_one_process_begins_one_chain_of_a_task_at_a_time(sent, out_of_time):
    for _beat in range(3):
        turns.take("mint_coupons", shops("a"), lambda _shop, _ends: True)
    turns.take("retire_codes", shops("a"), lambda _shop, _ends: True)

    assert [task for task, _told in sent] == ["mint_coupons", "retire_codes"]


def test_a_chain_goes_on_until_its_end_and_then_leaves_the_work_to_the_beat(sent, out_of_time):
    later, over = time.time() + 60, time.time() - 1
    turns.take("mint_coupons", shops("a"), lambda _shop, _ends: True, until=later)
    turns.take("mint_coupons", shops("a"), lambda _shop, _ends: True, until=over)

    assert sent == [("mint_coupons", {"until": later})]


def test_a_chain_that_has_no_more_work_makes_room_for_another(sent, out_of_time):
    turns.take("mint_coupons", shops("a"), lambda _shop, _ends: True)
    turns.take("mint_coupons", shops("a"), lambda _shop, _ends: False, until=sent[0][1]["until"])
    turns.take("mint_coupons", shops("a"), lambda _shop, _ends: True)

    assert len(sent) == 2


def test_while_a_chain_runs_what_is_woken_has_a_short_turn(sent, settings):
    settings.LOYALTY_TURN_SECONDS = 100.0
    ends = []

    def note(_shop, end):
        ends.append(end - time.monotonic())

    turns.take("mint_coupons", shops("a"), note)
    turns._chains["mint_coupons"] = time.time() + 60
    turns.take("mint_coupons", shops("a"), note)

    assert [round(end / 10) for end in ends] == [10, 2]


def test_a_broker_in_trouble_leaves_the_work_to_the_beat(monkeypatch, out_of_time):
    def fail(*_: object, **__: object) -> None:
        raise OSError

    monkeypatch.setattr(current_app, "send_task", fail)
    monkeypatch.setattr(turns, "_chains", {})

    turns.take("mint_coupons", shops("a"), lambda _shop, _ends: True)


# ---------------------------------------------------------------- within a batch


def test_coupons_that_a_turn_has_no_time_for_are_due_at_once_and_lose_no_try(
    shop, paper, settle, connected
):
    settle(paper.place(1, line(512 * 3)))

    assert coupons.mint_due(shop, ends=0) == 3

    assert len(paper.vouchers) == 1
    left = CouponCode.objects.filter(made_at=None)
    assert [code.attempts for code in left] == [0, 0]
    assert coupons.mint_due(shop) == 2


def test_codes_that_a_turn_has_no_time_for_are_due_at_once(shop, paper, settle, connected):
    settle(paper.place(1, line(512 * 3)))
    coupons.mint_due(shop)
    for coupon in Coupon.objects.all():
        withdrawal.withdraw(shop=shop, coupon_id=coupon.pk, reason="a mistake", actor="Sam")

    assert retirement.retire_due(shop, ends=0) == 3

    assert len(paper.vouchers) == 2
    assert retirement.retire_due(shop) == 2


def test_what_another_worker_has_taken_over_is_not_given_back(shop, paper, settle, connected):
    settle(paper.place(1, line(512 * 2)))
    batch = coupons._lease(shop, 10)
    CouponCode.objects.filter(pk=batch[1].pk).update(due_at=batch[1].due_at.replace(year=2100))

    leases.give_back(batch)

    assert [code.pk for code in coupons._lease(shop, 10)] == [batch[0].pk]


def test_a_task_does_all_its_work_turn_by_turn(shop, paper, settle, connected, sent, out_of_time):
    settle(paper.place(1, line(512 * 3)))
    tasks.mint_coupons()
    while sent:
        _task, told = sent.pop()
        tasks.mint_coupons(**told)

    assert len(paper.vouchers) == 3


def test_a_shop_that_does_not_answer_is_left_to_the_beat(
    shop, paper, settle, connected, sent, out_of_time
):
    settle(paper.place(1, line(512 * 3)))
    paper.down = True

    tasks.mint_coupons()

    assert sent == []
    assert CouponCode.objects.exclude(error="").count() == 3


def test_a_walk_over_many_shops_is_gone_on_with_where_it_was_left(
    shop, connected, sent, out_of_time, monkeypatch
):
    others = [new_shop(f"https://{name}.example.com/graphql/") for name in "ab"]
    walked = []
    monkeypatch.setattr(tasks, "_walk", lambda each, **_: walked.append(each) or True)

    tasks.reconcile()
    while sent:
        _task, told = sent.pop()
        tasks.reconcile(**told)

    assert sorted(each.pk for each in walked) == [shop.pk, *(other.pk for other in others)]


def test_a_walk_that_is_out_of_time_is_gone_on_with_at_the_queues_end(
    shop, paper, connected, sent, out_of_time
):
    """And not with the next beat: a shop that was down for a day has thousands of orders to see."""
    paper.page = 1
    moments = [f"2026-03-01T{hour}:00:00+00:00" for hour in range(10, 14)]
    keys = [paper.place(n, line(10), updatedAt=at) for n, at in enumerate(moments)]

    tasks.reconcile()
    turns_taken = 1
    while sent:
        _task, told = sent.pop()
        tasks.reconcile(**told)
        turns_taken += 1

    marked = Change.objects.filter(subject="ORDER").values_list("subject_id", flat=True)
    assert set(marked) == set(keys)
    assert turns_taken > 1


@pytest.mark.parametrize("asked", ["shop", "channels", "customers", "vouchers"])
def test_a_walk_that_goes_on_asks_once_for_what_is_no_list_of_changes(
    shop, paper, settle, connected, sent, out_of_time, asked
):
    settle(paper.place(1, line(512)))
    coupons.mint_due(shop)
    paper.page = 1
    for hour in range(10, 14):
        paper.place(hour, line(10), updatedAt=f"2026-03-01T{hour}:00:00+00:00")
    paper.calls.clear()

    tasks.reconcile()
    while sent:
        _task, told = sent.pop()
        tasks.reconcile(**told)

    assert paper.calls.count("orders_changed") > 1
    assert paper.calls.count(asked) == 1


def test_shops_that_a_turn_did_not_come_to_are_walked_in_full_by_the_next(
    shop, paper, connected, sent, out_of_time
):
    others = [new_shop(f"https://{name}.example.com/graphql/") for name in "ab"]
    tasks.reconcile()
    while sent:
        _task, told = sent.pop()
        tasks.reconcile(**told)

    assert paper.calls.count("shop") == 1 + len(others)


def test_a_shop_that_is_woken_is_walked_at_once(shop, paper, connected, sent):
    """What happened while it rested is found now, and not with the next beat."""
    key = paper.place(1, line(10))
    Shop.objects.update(is_active=False)

    tasks.reconcile()

    assert Shop.objects.get().is_active
    assert Change.objects.get(subject="ORDER").subject_id == key
