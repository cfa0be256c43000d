"""Days as people count them: whole, in the programme's time zone."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo


def end_of_day(moment: datetime, *, days: int, time_zone: str) -> datetime:
    """Midnight after the day that comes `days` after the day of `moment`, there; in UTC.

    The day of `moment` is not counted, so something that lasts 1 day lasts to the end of tomorrow,
    also where the clocks change meanwhile.
    """
    zone = ZoneInfo(time_zone)
    day_after = moment.astimezone(zone).date() + timedelta(days=days + 1)
    return datetime.combine(day_after, time.min, tzinfo=zone).astimezone(UTC)
