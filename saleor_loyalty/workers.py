"""Waking the workers before their next beat. Best effort: the beat finds what was missed."""

import atexit
import logging
import os
import threading

from celery import current_app
from django.db import transaction

logger = logging.getLogger(__name__)

# Seconds.
PAUSE = 0.1  # in which wakes gather: of one task, one is sent
COOL_DOWN = 30  # after a broker failed, in which it is left alone
LAST_MOMENT = 1  # that a process which ends waits for what is not sent yet


def wake(task: str) -> None:
    """Have the task `saleor_loyalty.tasks.<task>` run soon, once this transaction is committed.

    Returns at once and never raises: a broker in trouble must not reach whoever called.
    """
    transaction.on_commit(lambda: _herald.tell(task))


class Herald:
    """Tells the workers from a thread of its own, so that nobody else waits for the broker."""

    def __init__(self) -> None:
        self._wanted: set[str] = set()
        self._is_sending = False
        self._changed = threading.Condition()
        self._leaving = threading.Event()
        self._thread: threading.Thread | None = None

    def tell(self, task: str) -> None:
        """Have it sent after PAUSE, with all that is asked for until then. Never raises."""
        if current_app.conf.task_always_eager:  # no broker, so no workers either
            return
        with self._changed:
            self._wanted.add(task)
            self._changed.notify_all()
            if self._thread is None:
                self._start()

    def leave(self) -> None:
        """Send what is left, if the broker takes it within LAST_MOMENT."""
        self._leaving.set()
        with self._changed:
            self._changed.wait_for(
                lambda: not (self._wanted or self._is_sending), timeout=LAST_MOMENT
            )

    def _start(self) -> None:
        thread = threading.Thread(target=self._work, name="loyalty-herald", daemon=True)
        try:
            thread.start()
        except RuntimeError as error:  # no thread to be had: the next wake tries again
            self._wanted.clear()
            logger.warning("Could not wake the workers: %s", error)
        else:
            self._thread = thread

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._wanted)
            self._leaving.wait(PAUSE)
            with self._changed:
                wanted, self._wanted, self._is_sending = self._wanted, set(), True
            all_sent = all(_send(task) for task in sorted(wanted))
            with self._changed:
                self._is_sending = False
                self._changed.notify_all()
            if not all_sent:
                self._leaving.wait(COOL_DOWN)


def _send(task: str) -> bool:
    """Whether the broker took it."""
    try:
        current_app.send_task(f"saleor_loyalty.tasks.{task}", retry=False, ignore_result=True)
    except Exception as error:  # noqa: BLE001 - whatever the broker's client raises
        logger.warning("Could not wake %s: %s", task, type(error).__name__)
        return False
    return True


_herald = Herald()


def _begin_anew() -> None:
    global _herald
    _herald = Herald()


os.register_at_fork(after_in_child=_begin_anew)  # a fork has no thread but the one that forked
atexit.register(lambda: _herald.leave())
