"""How a benchmark is measured: ours and its floor by turns, the medians, the ratio of the two."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from statistics import median
from typing import Any, NamedTuple

Work = Callable[[], object]


class NotHere(Exception):
    """What is to be measured is not on this machine; the message says what to set."""


class Run(NamedTuple):
    """How much is to be measured, and how often."""

    size: str  # a key of `amounts`
    rounds: int

    def of(self, full: int, quick: int, tiny: int) -> int:
        return {"full": full, "quick": quick, "tiny": tiny}[self.size]


@dataclass(frozen=True, slots=True)
class Row:
    """What was measured: seconds for `amount` times the `unit`, a run each.

    `floor` is empty where there is none. Goals: `at_least` is a ratio, `at_most` are seconds.
    """

    name: str
    ours: list[float]
    floor: list[float] = field(default_factory=list)
    amount: int = 1
    unit: str = ""
    at_least: float | None = None
    at_most: float | None = None
    notes: Mapping[str, Any] = field(default_factory=dict)

    @property
    def ratio(self) -> float | None:
        """How fast ours is compared with its floor: 1 is as fast, 0.5 takes twice as long.

        The median over pairs of runs that followed each other, so that a machine that is busy for a
        while is so for both.
        """
        pairs = zip(self.floor, self.ours, strict=True) if self.floor else ()
        ratios = [floor / ours for floor, ours in pairs]
        return median(ratios) if ratios else None

    @property
    def is_met(self) -> bool:
        ratio = self.ratio
        fast = self.at_least is None or (ratio is not None and ratio >= self.at_least)
        return fast and (self.at_most is None or median(self.ours) <= self.at_most)

    def as_json(self) -> dict[str, Any]:
        measured = {name: _figures(getattr(self, name)) for name in ("ours", "floor")}
        told = {"name": self.name, "amount": self.amount, "unit": self.unit, **measured}
        goals = {"ratio": self.ratio, "at_least": self.at_least, "at_most": self.at_most}
        return {**told, **goals, "is_met": self.is_met, "notes": dict(self.notes)}

    def __str__(self) -> str:
        said = [f"{self.name}: {_shown(self.ours, self.amount, self.unit)}"]
        if self.floor:
            said.append(f"floor {_shown(self.floor, self.amount, self.unit)}")
            said.append(f"ratio {self.ratio:.3f}")
        said += [f"{name} {value}" for name, value in self.notes.items()]
        if self.at_least is not None:
            said.append(f"goal at least {self.at_least:g}")
        if self.at_most is not None:
            said.append(f"goal at most {self.at_most * 1000:g} ms")
        return "; ".join(said) + ("" if self.is_met else " - MISSED")


def race(
    name: str,
    run: Run,
    *,
    ours: Callable[[], Work],
    floor: Callable[[], Work],
    check: Callable[[], object],
    **about: Any,
) -> Row:
    """Time both by turns. Each prepares its data and returns what is timed; `check` comes after."""
    seconds: dict[str, list[float]] = {"ours": [], "floor": []}
    turns = [("ours", ours), ("floor", floor)]
    for _ in range(run.rounds):
        for who, prepare in turns:
            seconds[who].append(timed(prepare()))
            check()
        turns.reverse()
    return Row(name, seconds["ours"], seconds["floor"], **about)


def timed(work: Work) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _figures(seconds: list[float]) -> dict[str, Any] | None:
    if not seconds:
        return None
    some = [round(each, 6) for each in seconds[:20]]
    return {"median": round(median(seconds), 6), "count": len(seconds), "runs": some}


def _shown(seconds: list[float], amount: int, unit: str) -> str:
    taken = median(seconds)
    each = f"{taken / amount * 1000:.2f} ms"
    return f"{each}, {amount / taken:,.0f} {unit} a second" if unit else each
