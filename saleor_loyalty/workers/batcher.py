"""Work that nobody waits for: gathered for a moment, then done by a thread of the process's own."""

import atexit
import logging
import os
import threading
from collections.abc import Callable, Hashable, Iterable
from typing import Generic, TypeVar

logger = logging.getLogger(__name__)

T = TypeVar("T", bound=Hashable)

# Seconds.
PAUSE = 0.1  # in which things gather
LAST_MOMENT = 1  # that a process which ends waits for what is left


class Batcher(Generic[T]):
    """Has `work` done with all that was added within PAUSE, each thing once, and again with more.

    The thread starts with the first addition, in a forked process anew. A process that ends waits
    for what is left, one that is killed loses it. What `work` raises is logged.
    """

    _gathered: set[T]
    _thread: threading.Thread | None

    def __init__(self, work: Callable[[set[T]], None]) -> None:
        self._work = work
        self._begin()
        os.register_at_fork(after_in_child=self._begin)  # a fork has none of the other threads
        atexit.register(self.leave)

    def add(self, things: Iterable[T]) -> None:
        """Have these worked on soon. Returns at once."""
        with self._changed:
            self._gathered.update(things)
            self._changed.notify_all()
            if self._thread is None:
                thread = threading.Thread(target=self._run, name="loyalty-batcher", daemon=True)
                thread.start()
                self._thread = thread

    def leave(self) -> None:
        """Wait until all is done, LAST_MOMENT at most, and gather no longer."""
        self._leaving.set()
        with self._changed:
            self._changed.wait_for(
                lambda: not (self._gathered or self._is_working), timeout=LAST_MOMENT
            )

    def _begin(self) -> None:
        self._gathered = set()
        self._is_working = False
        self._changed = threading.Condition()
        self._leaving = threading.Event()
        self._thread = None

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._gathered)
            self._leaving.wait(PAUSE)
            with self._changed:
                things, self._gathered, self._is_working = self._gathered, set(), True
            try:
                self._work(things)
            except Exception:
                logger.exception("Not done, and nobody waits for it: %s", self._work.__qualname__)
            with self._changed:
                self._is_working = False
                self._changed.notify_all()
