"""Waiting, always bounded: for processes, for the shop, for what workers do in their own time."""

import time
from collections.abc import Callable
from threading import Event
from typing import TypeVar

T = TypeVar("T")

PAUSE = 0.1


class Broken(Exception):
    """Something the demo needs does not work; the message says what and where to look."""


class Stopped(Exception):
    """Somebody asked the demo to stop."""


def look_until(
    good: Callable[[T], bool], look: Callable[[], T], *, stop: Event, seconds: float = 60
) -> T:
    """The last look: the first good one, or what was seen when the time was up.

    Raises Stopped as soon as `stop` is set.
    """
    deadline = time.monotonic() + seconds
    while True:
        seen = look()
        if good(seen) or time.monotonic() > deadline:
            return seen
        if stop.wait(PAUSE):
            raise Stopped
