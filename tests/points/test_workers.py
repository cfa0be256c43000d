"""Waking the workers: on a queue of our own, and never at the caller's cost."""

import logging
import os
import subprocess
import sys
import threading
import time
from collections import Counter

import pytest
import redis
from celery import Celery, current_app
from django.conf import settings
from django.db import transaction

from saleor_loyalty import workers
from saleor_loyalty.workers import Herald
from sandbox.waiting import look_until

# A process that ends as soon as it asked for a wake.
SHORT_LIVED = """
import django
django.setup()
import saleor_loyalty.server.celery
from saleor_loyalty.workers import _herald
_herald.tell("settle_orders")
"""


@pytest.fixture(autouse=True)
def _own_herald(monkeypatch):
    """What other tests asked for is on its way, or not sent."""
    monkeypatch.setattr(workers, "_herald", Herald())
    time.sleep(2 * workers.PAUSE)


@pytest.fixture
def sent(monkeypatch):
    """The names of the tasks that are sent, in their order."""
    names = []

    def send_task(name, **options):
        names.append(name.rpartition(".")[2])

    monkeypatch.setattr(current_app, "send_task", send_task)
    return names


def seen(look, good):
    return look_until(good, look, stop=threading.Event(), seconds=10)


def test_our_tasks_wait_in_a_queue_of_our_own(db, django_capture_on_commit_callbacks):
    with redis.Redis.from_url(settings.CELERY_BROKER_URL) as valkey:
        valkey.delete("saleor_loyalty")
        with django_capture_on_commit_callbacks(execute=True):
            workers.wake("settle_orders")

        assert seen(lambda: valkey.llen("saleor_loyalty"), bool) == 1


def test_nobody_is_woken_for_what_is_not_committed(transactional_db, sent):
    with transaction.atomic():
        workers.wake("settle_orders")
        transaction.set_rollback(True)
    time.sleep(3 * workers.PAUSE)

    assert sent == []


def test_many_wakes_at_once_are_one_of_each_task(sent):
    herald = Herald()
    for _ in range(100):
        herald.tell("settle_orders")
        herald.tell("mint_coupons")

    seen(lambda: len(sent), lambda count: count >= 2)
    time.sleep(3 * workers.PAUSE)
    assert Counter(sent) == {"settle_orders": 1, "mint_coupons": 1}


def test_a_wake_while_one_is_being_sent_is_sent_after_it(monkeypatch):
    """Whoever marks while the workers set out may be passed over by them."""
    herald, moments = Herald(), []

    def send_task(name, **options):
        moments.append(name)
        if len(moments) == 1:
            herald.tell("settle_orders")

    monkeypatch.setattr(current_app, "send_task", send_task)
    herald.tell("settle_orders")

    assert seen(lambda: len(moments), lambda count: count > 1) == 2


def test_t31_a_broker_that_is_down_is_logged_and_left_alone_for_a_while(monkeypatch, caplog):
    tries = []

    def no_broker(name, **options):
        tries.append(name)
        raise ConnectionRefusedError

    monkeypatch.setattr(current_app, "send_task", no_broker)
    monkeypatch.setattr(workers, "COOL_DOWN", 1)
    herald = Herald()
    with caplog.at_level(logging.WARNING):
        herald.tell("settle_orders")
        seen(lambda: len(tries), bool)
        herald.tell("settle_orders")
        time.sleep(3 * workers.PAUSE)

        assert len(tries) == 1
        assert "Could not wake settle_orders: ConnectionRefusedError" in caplog.text
        assert seen(lambda: len(tries), lambda count: count > 1) == 2


def test_t31_a_broker_that_is_away_costs_the_caller_nothing_whatever_celerys_settings_are(
    monkeypatch,
):
    monkeypatch.delenv("CELERY_BROKER_URL", raising=False)  # would be Celery's choice
    as_celery_comes = Celery("shop", broker="redis://127.0.0.1:1/0", set_as_current=False)
    monkeypatch.setattr(workers, "current_app", as_celery_comes)
    herald = Herald()
    started = time.monotonic()

    herald.tell("settle_orders")

    assert time.monotonic() - started < 1  # by Celery's own settings 6
    herald.leave()
    assert time.monotonic() - started < workers.LAST_MOMENT + 1


def test_a_process_that_ends_sends_what_is_left():
    with redis.Redis.from_url(settings.CELERY_BROKER_URL) as valkey:
        valkey.delete("saleor_loyalty")

        subprocess.run([sys.executable, "-c", SHORT_LIVED], check=True, timeout=60)

        assert valkey.llen("saleor_loyalty") == 1


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_forked_process_wakes_with_a_thread_of_its_own(sent):
    workers._herald.tell("settle_orders")
    seen(lambda: len(sent), bool)
    reading, writing = os.pipe()

    child = os.fork()
    if child == 0:
        try:
            workers._send = lambda task: os.write(writing, task.encode()) > 0
            workers._herald.tell("mint_coupons")
            workers._herald.leave()
        finally:
            os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)

    assert os.read(reading, 100) == b"mint_coupons"


def test_where_tasks_run_at_once_nobody_is_to_be_woken(monkeypatch):
    monkeypatch.setattr(workers, "current_app", Celery("shop", set_as_current=False))
    workers.current_app.conf.task_always_eager = True
    herald = Herald()

    herald.tell("settle_orders")

    assert herald._thread is None
