"""Waking the workers before their next beat. Best effort: the beat finds what was missed."""

import logging
import time
from collections.abc import Iterable

from celery import current_app
from django.db import transaction

from saleor_loyalty.workers.batcher import Batcher

logger = logging.getLogger(__name__)

COOL_DOWN = 30  # seconds in which this process does not try a broker again that failed

_not_before = 0.0  # by time.monotonic


def wake(task: str) -> None:
    """Have the task `saleor_loyalty.tasks.<task>` run soon, once this transaction is committed.

    Returns at once and never raises: a broker in trouble must not reach whoever called.
    """
    transaction.on_commit(lambda: _ask_for(task), robust=True)


def _ask_for(task: str) -> None:
    if not current_app.conf.task_always_eager:  # no broker, so no workers either
        _wakes.add([task])


def _send(tasks: Iterable[str]) -> None:
    global _not_before
    if time.monotonic() < _not_before:
        return
    try:
        for task in sorted(tasks):
            current_app.send_task(f"saleor_loyalty.tasks.{task}", retry=False, ignore_result=True)
    except Exception as error:  # noqa: BLE001 - whatever the broker's client raises
        _not_before = time.monotonic() + COOL_DOWN
        logger.warning("Could not wake the workers: %s", type(error).__name__)


_wakes = Batcher(_send)
