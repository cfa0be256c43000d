"""Waking the workers before their next beat. Best effort: the beat finds what was missed."""

import logging

from celery import current_app
from django.db import transaction

logger = logging.getLogger(__name__)


def wake(task: str) -> None:
    """Have the task `saleor_loyalty.tasks.<task>` run soon, once this transaction is committed.

    Never raises: a broker in trouble must not reach whoever called.
    """
    transaction.on_commit(lambda: _send(task))


def _send(task: str) -> None:
    if current_app.conf.task_always_eager:  # no broker, so no workers either
        return
    try:
        current_app.send_task(f"saleor_loyalty.tasks.{task}", retry=False, ignore_result=True)
    except Exception as error:  # noqa: BLE001 - whatever the broker's client raises
        logger.warning("Could not wake %s: %s", task, type(error).__name__)
