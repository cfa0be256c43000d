"""Waking the workers: on a queue of our own, and never at the caller's cost."""

import logging
import time

import pytest
import redis
from celery import Celery, current_app
from django.conf import settings

from saleor_loyalty import workers


@pytest.fixture(autouse=True)
def _no_trouble_yet(monkeypatch):
    monkeypatch.setattr(workers, "_not_before", 0.0)


def test_our_tasks_wait_in_a_queue_of_our_own(db, django_capture_on_commit_callbacks):
    with redis.Redis.from_url(settings.CELERY_BROKER_URL) as valkey:
        valkey.delete("saleor_loyalty")
        with django_capture_on_commit_callbacks(execute=True):
            workers.wake("settle_orders")

        assert valkey.llen("saleor_loyalty") == 1


def test_t31_a_broker_that_is_down_is_logged_and_no_more(monkeypatch, caplog):
    def no_broker(*args, **kwargs):
        raise ConnectionRefusedError

    monkeypatch.setattr("celery.current_app.send_task", no_broker)
    with caplog.at_level(logging.WARNING):
        workers._send("settle_orders")

    assert "Could not wake settle_orders: ConnectionRefusedError" in caplog.text


def test_t31_a_broker_that_is_away_costs_the_caller_a_moment_whatever_celerys_settings_are(
    monkeypatch, caplog
):
    monkeypatch.delenv("CELERY_BROKER_URL", raising=False)  # would be Celery's choice
    as_celery_comes = Celery("shop", broker="redis://127.0.0.1:1/0", set_as_current=False)
    monkeypatch.setattr(workers, "current_app", as_celery_comes)
    started = time.monotonic()

    workers._send("settle_orders")

    assert "Could not wake settle_orders: OperationalError" in caplog.text
    assert time.monotonic() - started < 4  # by Celery's own settings 6


def test_a_broker_that_failed_is_left_alone_for_a_while(monkeypatch):
    tries = []

    def no_broker(*args, **kwargs):
        tries.append(1)
        raise ConnectionRefusedError

    monkeypatch.setattr(current_app, "send_task", no_broker)
    for _ in range(3):
        workers._send("settle_orders")
    assert len(tries) == 1

    monkeypatch.setattr(workers, "_not_before", time.monotonic() - 1)
    workers._send("settle_orders")
    assert len(tries) == 2
