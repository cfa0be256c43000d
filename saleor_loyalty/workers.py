"""Waking the workers before their next beat. Best effort: the beat finds what was missed."""

import logging
import time

from celery import current_app
from django.db import transaction
from kombu.pools import producers

logger = logging.getLogger(__name__)

# Whatever the settings of the Celery we run in: Celery's own have the caller wait for 6 s.
PATIENCE = 0.5  # seconds for a broker that is away
BRIEF = {
    "socket_connect_timeout": PATIENCE,
    "socket_timeout": PATIENCE,
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0,
}
COOL_DOWN = 30  # seconds in which this process does not try a broker again that failed

_not_before = 0.0  # by time.monotonic


def wake(task: str) -> None:
    """Have the task `saleor_loyalty.tasks.<task>` run soon, once this transaction is committed.

    Never raises: a broker in trouble must not reach whoever called.
    """
    transaction.on_commit(lambda: _send(task))


def _send(task: str) -> None:
    global _not_before
    if current_app.conf.task_always_eager:  # no broker, so no workers either
        return
    if time.monotonic() < _not_before:
        return
    try:
        broker = current_app.connection_for_write(connect_timeout=PATIENCE, transport_options=BRIEF)
        with producers[broker].acquire(block=True, timeout=PATIENCE) as producer:
            current_app.send_task(
                f"saleor_loyalty.tasks.{task}", producer=producer, retry=False, ignore_result=True
            )
    except Exception as error:  # noqa: BLE001 - whatever the broker's client raises
        _not_before = time.monotonic() + COOL_DOWN
        logger.warning("Could not wake %s: %s", task, type(error).__name__)
