"""By how much this process grows at work that should not hold more than a part of it at once."""

import resource
from typing import Any

from benchmarks.race import Work


class Memory:
    """`notes` tell of the growth, once there was some."""

    def __init__(self) -> None:
        self.notes: dict[str, Any] = {}

    def watched(self, work: Work) -> Work:
        def watched() -> None:
            before = _peak()
            work()
            if grown := _peak() - before:
                self.notes["grew by MiB"] = round(max(grown, self.notes.get("grew by MiB", 0)), 1)

        return watched


def _peak() -> float:
    """The most this process ever held, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
