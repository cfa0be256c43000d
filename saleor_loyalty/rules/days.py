"""Days as people count them: whole, in the programme's time zone."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def end_of_day(moment: datetime, *, days: int, time_zone: str) -> datetime:
    """Midnight after the day that comes `days` after the day of `moment`, there; in UTC.

    The day of `moment` is not counted, so something that lasts 1 day lasts to the end of tomorrow,
    also where the clocks change meanwhile.
    """
    day = moment.astimezone(ZoneInfo(time_zone)).date()
    return _midnight_after(day + timedelta(days=days), time_zone)


def end_of_same_day(end: datetime, *, shown_in: str, time_zone: str) -> datetime:
    """The end of the day that `end` closed where it was shown, as another zone has it; in UTC.

    Never before `end`: where that falls within a day of the other zone, it is the end of this day.
    """
    instant_before = end - timedelta(microseconds=1)
    zones = (ZoneInfo(shown_in), ZoneInfo(time_zone))
    return _midnight_after(max(instant_before.astimezone(z).date() for z in zones), time_zone)


def _midnight_after(day: date, time_zone: str) -> datetime:
    zone = ZoneInfo(time_zone)
    return datetime.combine(day + timedelta(days=1), time.min, tzinfo=zone).astimezone(UTC)
