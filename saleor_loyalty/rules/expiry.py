"""When points end, by each policy.

NEVER: they do not. ROLLING: the whole balance ends a number of days after the last newly paid
order. PER_LOT: what each entry brought ends a number of days after it came.

The days are those of a time zone. When that changes, what was going to end at the end of a day does
so by the new zone's clocks, and never sooner.

A change of policy protects the points that exist then: none of them ends before one full new period
has gone by since (`protected_until`, kept with the program version).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from saleor_loyalty.rules.days import end_of_day, end_of_same_day

DAYS_OF_GRACE = 7  # of points that come back after their end, once

NEVER, ROLLING, PER_LOT = "NEVER", "ROLLING", "PER_LOT"


@dataclass(frozen=True, slots=True)
class ExpiryRule:
    """What a program version says of expiry. `days` is None only for NEVER."""

    policy: str
    days: int | None
    time_zone: str
    protected_until: datetime | None

    def period_from(self, moment: datetime) -> datetime | None:
        """The end of a full period that starts at `moment`; None when points never end."""
        if self.days is None:
            return None
        return end_of_day(moment, days=self.days, time_zone=self.time_zone)

    def grace_from(self, moment: datetime) -> datetime:
        """The end of what comes back at `moment`, though its time is up."""
        return end_of_day(moment, days=DAYS_OF_GRACE, time_zone=self.time_zone)

    def balance_ends(self, stored: datetime | None) -> datetime | None:
        """When a whole balance ends, given the end its member's period has."""
        return self._protected(stored) if self.policy == ROLLING else None

    def lot_ends(self, stored: datetime | None) -> datetime | None:
        """When a lot ends, given the end it was made with."""
        return self._protected(stored) if self.policy == PER_LOT else None

    def _protected(self, stored: datetime | None) -> datetime | None:
        return latest(moment for moment in (stored, self.protected_until))


def protected_until(
    *, before: ExpiryRule | None, policy: str, days: int | None, time_zone: str, now: datetime
) -> datetime | None:
    """What a new version protects the existing points with. `before` is the version it follows.

    The same policy and days as before go on protecting what they did; a change never shortens it.
    """
    if before is None:
        return None
    kept = before.protected_until
    if kept and time_zone != before.time_zone:
        kept = end_of_same_day(kept, shown_in=before.time_zone, time_zone=time_zone)
    if (before.policy, before.days) == (policy, days):
        return kept
    return latest([kept, ExpiryRule(policy, days, time_zone, None).period_from(now)])


def latest(moments: Iterable[datetime | None]) -> datetime | None:
    """The latest of those that are known; None when none is."""
    return max((moment for moment in moments if moment), default=None)
