"""When a balance becomes coupons, and what a coupon's code and last moment are."""

import secrets
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

# Crockford's base 32: digits and capitals that nobody mistakes for each other (no I, L, O, U).
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
GROUPS, GROUP_SIZE = 4, 4  # 16 characters of 5 bits: 80 random bits


def rewards_due(*, balance: int, threshold: int) -> int:
    """How many rewards a balance pays for. A debt or a balance below the threshold: none."""
    return max(0, balance // threshold)


def new_code() -> str:
    """A coupon code nobody can guess: 80 random bits, in four groups for human eyes."""
    groups = ("".join(secrets.choice(ALPHABET) for _ in range(GROUP_SIZE)) for _ in range(GROUPS))
    return "-".join(groups)


def valid_until(*, issued_at: datetime, days: int | None, time_zone: str) -> datetime | None:
    """The moment a coupon ends: midnight after the last of its days, in the programme's zone.

    The day of issue is not counted. None when `days` is None: the coupon has no end.
    """
    if days is None:
        return None
    zone = ZoneInfo(time_zone)
    day_after = issued_at.astimezone(zone).date() + timedelta(days=days + 1)
    return datetime.combine(day_after, time.min, tzinfo=zone).astimezone(UTC)
