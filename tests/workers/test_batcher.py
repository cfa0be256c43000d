"""What is gathered is worked on once, later, elsewhere, and not forgotten."""

import os
import threading
import time

import pytest

from saleor_loyalty.workers import batcher
from saleor_loyalty.workers.batcher import PAUSE, Batcher
from sandbox.waiting import look_until


def seen(look, good):
    return look_until(good, look, stop=threading.Event(), seconds=10)


def test_what_comes_together_is_worked_on_together_and_elsewhere():
    batches = []
    waiting = Batcher(lambda things: batches.append((things, threading.current_thread())))

    for number in range(100):
        waiting.add([number, "always"])

    seen(lambda: len(batches), bool)
    time.sleep(2 * PAUSE)
    ((things, thread),) = batches
    assert things == {*range(100), "always"}
    assert thread is not threading.current_thread()


def test_what_comes_while_work_is_under_way_is_worked_on_after_it():
    """Whoever marks while the workers set out may be passed over by them."""
    batches = []

    def work(things):
        batches.append(things)
        if len(batches) == 1:
            waiting.add(["the same"])

    waiting = Batcher(work)
    waiting.add(["the same"])

    assert seen(lambda: len(batches), lambda count: count > 1) == 2


def test_a_failure_is_logged_and_work_goes_on(caplog):
    done = []

    def work(things):
        if things == {"bad"}:
            raise ValueError
        done.append(things)

    waiting = Batcher(work)
    waiting.add(["bad"])
    seen(lambda: caplog.text, bool)
    waiting.add(["good"])

    assert seen(lambda: done, bool) == [{"good"}]
    assert "Not done" in caplog.text


def test_leaving_waits_for_what_is_left_and_no_longer(monkeypatch):
    done, released = [], threading.Event()

    def work(things):
        released.wait(10)
        done.append(things)

    monkeypatch.setattr(batcher, "LAST_MOMENT", 0.2)
    waiting = Batcher(work)
    waiting.add(["slow"])
    waiting.leave()
    assert done == []

    released.set()
    monkeypatch.setattr(batcher, "LAST_MOMENT", 10)
    waiting.add(["more"])
    waiting.leave()
    assert done == [{"slow"}, {"more"}]


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_forked_process_works_with_a_thread_of_its_own():
    reading, writing = os.pipe()
    waiting = Batcher(lambda things: os.write(writing, "".join(things).encode()))
    waiting.add(["parent "])
    waiting.leave()

    child = os.fork()
    if child == 0:
        try:
            waiting.add(["child"])
            waiting.leave()
        finally:
            os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)

    assert os.read(reading, 100) == b"parent child"
