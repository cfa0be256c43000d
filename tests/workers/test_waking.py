"""Waking the workers: on a queue of our own, and never at the caller's cost."""

import logging
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

from saleor_loyalty.workers import waking
from saleor_loyalty.workers.batcher import PAUSE, Batcher
from sandbox.waiting import look_until

# A process that ends as soon as it asked for a wake.
SHORT_LIVED = """
import django
django.setup()
import saleor_loyalty.server.celery
from saleor_loyalty.workers import batcher
from saleor_loyalty.workers.waking import _ask_for
batcher.LAST_MOMENT = 30  # however busy the machine
_ask_for("settle_orders")
"""


@pytest.fixture(autouse=True)
def _wakes_of_our_own(monkeypatch):
    monkeypatch.setattr(waking, "_wakes", Batcher(waking._send))
    monkeypatch.setattr(waking, "_not_before", 0.0)


@pytest.fixture
def sent(monkeypatch):
    """The names of the tasks that this test has sent, in their order."""
    time.sleep(2 * PAUSE)  # what other tests asked for is on its way
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
            waking.wake("settle_orders")

        assert seen(lambda: valkey.llen("saleor_loyalty"), bool) == 1


def test_nobody_is_woken_for_what_is_not_committed(transactional_db, sent):
    with transaction.atomic():
        waking.wake("settle_orders")
        transaction.set_rollback(True)
    time.sleep(3 * PAUSE)

    assert sent == []


def test_many_wakes_at_once_are_one_of_each_task(transactional_db, sent):
    for _ in range(10):
        waking.wake("settle_orders")
        waking.wake("mint_coupons")

    seen(lambda: len(sent), lambda count: count >= 2)
    time.sleep(3 * PAUSE)
    assert Counter(sent) == {"settle_orders": 1, "mint_coupons": 1}


def test_t31_a_broker_that_is_down_is_logged_and_left_alone_for_a_while(monkeypatch, caplog):
    tries = []

    def no_broker(name, **options):
        tries.append(name)
        raise ConnectionRefusedError

    monkeypatch.setattr(current_app, "send_task", no_broker)
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            waking._send({"settle_orders", "mint_coupons"})

    assert len(tries) == 1
    assert "Could not wake the workers: ConnectionRefusedError" in caplog.text

    monkeypatch.setattr(waking, "_not_before", time.monotonic() - 1)
    waking._send({"settle_orders"})
    assert len(tries) == 2


def test_t31_a_broker_that_is_away_costs_the_caller_nothing_whatever_celerys_settings_are(
    transactional_db, monkeypatch
):
    monkeypatch.delenv("CELERY_BROKER_URL", raising=False)  # would be Celery's choice
    as_celery_comes = Celery("shop", broker="redis://127.0.0.1:1/0", set_as_current=False)
    monkeypatch.setattr(waking, "current_app", as_celery_comes)
    started = time.monotonic()

    waking.wake("settle_orders")

    assert time.monotonic() - started < 3  # by Celery's own settings 6


def test_a_process_that_ends_sends_what_is_left():
    with redis.Redis.from_url(settings.CELERY_BROKER_URL) as valkey:
        valkey.delete("saleor_loyalty")

        subprocess.run([sys.executable, "-c", SHORT_LIVED], check=True, timeout=60)

        assert valkey.llen("saleor_loyalty") == 1


def test_where_tasks_run_at_once_nobody_is_to_be_woken(transactional_db, monkeypatch, sent):
    monkeypatch.setattr(waking, "current_app", Celery("shop", set_as_current=False))
    waking.current_app.conf.task_always_eager = True

    waking.wake("settle_orders")

    assert waking._wakes._thread is None
