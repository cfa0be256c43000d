"""Waking the workers: on a queue of our own, and never at the caller's cost."""

import logging

import redis
from django.conf import settings

from saleor_loyalty import workers


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
