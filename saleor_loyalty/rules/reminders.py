"""When a member is reminded that points end: so long before their last day, at a local hour.

Months are those of the calendar: a month before 31 March is the last day of February. Moments are
in UTC; `ends` is a moment at which points end, which is after their last day.
"""

import calendar
import enum
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from saleor_loyalty.rules.days import end_of_day

MICROSECOND = timedelta(microseconds=1)
# Points are not spoken of as ending within a week of coming.
AFTER_POINTS = timedelta(days=7)


class Reminder(enum.StrEnum):
    """How long before points end their owner is told. In this order, the longest first."""

    TWO_MONTHS = "TWO_MONTHS"
    ONE_MONTH = "ONE_MONTH"
    TWO_WEEKS = "TWO_WEEKS"
    ONE_WEEK = "ONE_WEEK"

    @property
    def months(self) -> int:
        return {"TWO_MONTHS": 2, "ONE_MONTH": 1}.get(self.value, 0)

    @property
    def weeks(self) -> int:
        return {"TWO_WEEKS": 2, "ONE_WEEK": 1}.get(self.value, 0)

    @property
    def longest(self) -> timedelta:
        """The most days there can be between the reminder and the last day of the points."""
        return timedelta(days=31 * self.months + 7 * self.weeks)


def too_long(reminders: Collection[str], *, expiry_days: int | None) -> list[Reminder]:
    """Those that are never sent: they would come as soon as the points, or before them.

    None of points that do not end: nobody expects any.
    """
    if not expiry_days:
        return []
    lasting = timedelta(expiry_days) - AFTER_POINTS
    return [each for each in Reminder if each in reminders and each.longest > lasting]


@dataclass(frozen=True, slots=True)
class ReminderRule:
    """What a program says of reminders: which, in which zone, at which hour of the day there."""

    reminders: frozenset[Reminder]
    time_zone: str
    hour: int

    @classmethod
    def of(
        cls, reminders: Collection[str], *, expiry_days: int | None, time_zone: str, hour: int
    ) -> "ReminderRule":
        """Without those that would come as soon as the points: none if points do not end."""
        chosen = frozenset(map(Reminder, reminders)) if expiry_days else frozenset()
        return cls(chosen.difference(too_long(chosen, expiry_days=expiry_days)), time_zone, hour)

    def moment(self, reminder: Reminder, ends: datetime) -> datetime:
        """When to send a reminder of points that end then."""
        last_day = (ends - MICROSECOND).astimezone(ZoneInfo(self.time_zone)).date()
        return self._at(_before(reminder, last_day))

    def due(self, ends: datetime, *, now: datetime) -> Reminder | None:
        """The last reminder whose moment has come; None before the first, and once points ended."""
        if ends <= now:
            return None
        passed = [each for each in self._nearest_first() if self.moment(each, ends) <= now]
        return passed[0] if passed else None

    def stretches(self, *, since: datetime, until: datetime) -> Iterator["Stretch"]:
        """The points to remind of, where the moment came after `since`, `until` included.

        Of several reminders of the same points only the last: no two stretches overlap. Points
        that have ended by `until` are in none.
        """
        reached = until
        for reminder in self._nearest_first():
            after = max(self._reach(reminder, since), reached)
            by = self._reach(reminder, until)
            if after < by:
                yield Stretch(reminder, after, by)
            reached = max(reached, by)

    def _nearest_first(self) -> list[Reminder]:
        return [reminder for reminder in reversed(Reminder) if reminder in self.reminders]

    def _reach(self, reminder: Reminder, now: datetime) -> datetime:
        """The last end of points whose reminder's moment has come."""
        zone = ZoneInfo(self.time_zone)
        today = now.astimezone(zone).date()
        day = today if self._at(today) <= now else today - timedelta(days=1)
        noon = datetime.combine(_last_reminded(reminder, day), time(12), tzinfo=zone)
        return end_of_day(noon, days=0, time_zone=self.time_zone)

    def _at(self, day: date) -> datetime:
        local = datetime.combine(day, time(self.hour), tzinfo=ZoneInfo(self.time_zone))
        return local.astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Stretch:
    """All points that end after `after`, `by` included, are due the same reminder."""

    reminder: Reminder
    after: datetime
    by: datetime


def _before(reminder: Reminder, day: date) -> date:
    """The day so long before another; the last of its month where that month is too short."""
    day -= timedelta(weeks=reminder.weeks)
    year, month = _months_from(day, -reminder.months)
    return date(year, month, min(day.day, _last_of(year, month)))


def _last_reminded(reminder: Reminder, day: date) -> date:
    """The last of the days that `_before` takes to this day, or to an earlier one."""
    year, month = _months_from(day, reminder.months)
    last = _last_of(year, month)
    is_last = day.day == _last_of(day.year, day.month)
    number = last if is_last and reminder.months else min(day.day, last)
    return date(year, month, number) + timedelta(weeks=reminder.weeks)


def _months_from(day: date, months: int) -> tuple[int, int]:
    years, month = divmod(day.month - 1 + months, 12)
    return day.year + years, month + 1


def _last_of(year: int, month: int) -> int:
    return calendar.monthrange(year, month)[1]
