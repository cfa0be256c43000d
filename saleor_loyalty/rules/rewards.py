"""When a balance becomes coupons, and what a coupon's code and last moment are."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from saleor_loyalty.rules.days import end_of_day

# Crockford's base 32: digits and capitals that nobody mistakes for each other (no I, L, O, U).
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
MISREAD = str.maketrans("OIL", "011")
GROUPS, GROUP_SIZE = 4, 4  # 16 characters of 5 bits: 80 random bits


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a balance is on its way to the next reward, in points."""

    threshold: int
    done: int  # of the threshold
    missing: int  # still to be earned: what makes up for a debt included

    @property
    def percent(self) -> int:
        """Of the way, in whole percents, 100 once the reward is due."""
        return 100 * self.done // self.threshold


def progress(*, balance: int, threshold: int) -> Progress:
    """Where a balance stands; below zero it is a debt, which is earned back first."""
    return Progress(
        threshold=threshold,
        done=min(max(0, balance), threshold),
        missing=max(0, threshold - balance),
    )


def rewards_due(*, balance: int, threshold: int) -> int:
    """How many rewards a balance pays for. A debt or a balance below the threshold: none."""
    return max(0, balance // threshold)


def new_code() -> str:
    """A coupon code nobody can guess: 80 random bits, in four groups for human eyes."""
    groups = ("".join(secrets.choice(ALPHABET) for _ in range(GROUP_SIZE)) for _ in range(GROUPS))
    return "-".join(groups)


def code_as_typed(text: str) -> str:
    """A code, or how one begins, as people type and read it out, in the form that codes have.

    Letter case, dashes and spaces do not matter, nor does O for 0, or I and L for 1.
    """
    letters = "".join(text.upper().replace("-", "").split()).translate(MISREAD)
    return "-".join(letters[at : at + GROUP_SIZE] for at in range(0, len(letters), GROUP_SIZE))


def valid_until(*, issued_at: datetime, days: int | None, time_zone: str) -> datetime | None:
    """The moment a coupon ends. None when `days` is None: the coupon has no end."""
    return None if days is None else end_of_day(issued_at, days=days, time_zone=time_zone)
