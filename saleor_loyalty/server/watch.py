"""What may hang when it is asked: asked in a thread of its own, so that no request waits for it."""

import threading
import time
from collections.abc import Callable

EVERY = 5.0  # seconds: whoever asks, however often, costs the other side no more
GIVEN_UP = 30.0  # seconds after which a thread that still waits for an answer is left to itself


class Watch:
    """What `ask` says, up to EVERY seconds old.

    One thread asks at a time. The request that has it ask waits for it, as all do before the first
    answer; all others are told at once what is known: `late` while an answer is overdue. What `ask`
    raises is `late` too.
    """

    def __init__(self, ask: Callable[[], str], *, late: str) -> None:
        self._ask = ask
        self._late = late
        self._lock = threading.Lock()
        self.forget()

    def forget(self) -> None:
        """Know nothing any more: the next request has it asked."""
        self._known = ""
        self._next = 0.0  # by time.monotonic
        self._asking: threading.Thread | None = None

    def answer(self, until: float) -> str:
        """What is known, or found out by then (by time.monotonic)."""
        is_mine = self._begin()
        asking = self._asking
        if asking and (is_mine or not self._known):
            asking.join(max(0.0, until - time.monotonic()))
            with self._lock:
                if self._asking is asking:
                    self._known = self._late
        return self._known

    def _begin(self) -> bool:
        """Whether it is this caller who has it asked now."""
        with self._lock:
            if time.monotonic() < self._next:
                return False
            self._next = time.monotonic() + GIVEN_UP
            self._asking = threading.Thread(target=self._find_out, daemon=True)
            self._asking.start()
            return True

    def _find_out(self) -> None:
        try:
            known = self._ask()
        except Exception:  # noqa: BLE001 - whatever the other side's client raises
            known = self._late
        with self._lock:
            if self._asking is threading.current_thread():
                self._known, self._asking = known, None
                self._next = time.monotonic() + EVERY
