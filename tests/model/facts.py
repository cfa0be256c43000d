"""What the model knows of rules, orders, coupons and members. Plain Python, nothing of ours.

Money is in cents, points are whole, times are aware.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

NEVER, ROLLING, PER_LOT = "NEVER", "ROLLING", "PER_LOT"
DAYS_OF_GRACE = 7
COUPONS_AT_ONCE = 5
FOREVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What the owner promises. `rates` holds points per unit of the currency, by channel."""

    threshold: int
    rates: Mapping[str, Fraction]
    net: bool = False
    shipping: bool = False
    coupon_days: int | None = None
    policy: str = NEVER
    days: int | None = None
    zone: str = "Europe/Paris"

    def ends(self, moment: datetime, days: int) -> datetime:
        """The end of the local day that comes `days` after the one of `moment`."""
        return self.day_ends(moment.astimezone(ZoneInfo(self.zone)).date() + timedelta(days=days))

    def day_ends(self, day: date) -> datetime:
        midnight = datetime.combine(day + timedelta(days=1), time(0), ZoneInfo(self.zone))
        return midnight.astimezone(UTC)

    def last_day(self, end: datetime) -> date:
        """The local day that an end closes, or falls into."""
        return (end - timedelta(microseconds=1)).astimezone(ZoneInfo(self.zone)).date()


@dataclass
class Line:
    """`gross` and `net` are the price of all its pieces."""

    key: str
    gross: int
    net: int
    pieces: int = 1
    is_gift_card: bool = False
    product_is_gone: bool = False


@dataclass(frozen=True)
class Parcel:
    """Pieces of a line that went somewhere, and the money that went along."""

    status: str
    line: str
    pieces: int
    cents: int = 0


@dataclass(frozen=True)
class Grant:
    """A refund that staff granted: of pieces of a line, of shipping, or of nothing by name."""

    cents: int
    line: str | None
    pieces: int
    shipping: bool
    status: str
    at: datetime


@dataclass(kw_only=True)
class Order:
    """An order as the shop has it. `gift_card` is what a gift card paid of it."""

    number: int
    customer: str | None
    channel: str
    lines: list[Line]
    created: datetime
    shipping: int = 0
    gift_card: int = 0
    charged: int = 0
    paid_at: datetime | None = None
    is_import: bool = False
    is_void: bool = False
    is_unconfirmed: bool = False
    parcels: list[Parcel] = field(default_factory=list)
    grants: list[Grant] = field(default_factory=list)
    coupon: "Coupon | None" = None
    code: str | None = None

    @property
    def total(self) -> int:
        """What is to be paid in money."""
        return max(0, sum(line.gross for line in self.lines) + self.shipping - self.gift_card)

    @property
    def first_paid(self) -> datetime | None:
        """When it was first paid in full. An import has no history: it shows only how it stands."""
        if self.is_import:
            return self.created if self.charged >= self.total else None
        return self.paid_at


@dataclass(eq=False)
class Lot:
    """What one credit brought. `renewed` is the period before and after, if its order renewed it.

    `expired` holds what ended of it, piece by piece.
    """

    left: int
    ends: datetime | None
    came: datetime
    order: int | None = None
    had_grace: bool = False
    renewed: list[datetime | None] = field(default_factory=list)
    expired: list[int] = field(default_factory=list)


@dataclass(eq=False)
class Debit:
    """Points that were taken: from which lots how many, and how many are owed still."""

    points: int
    taken: list[tuple[Lot, int]] = field(default_factory=list)
    owed: int = 0


@dataclass(eq=False)
class Coupon:
    owner: str
    cost: int
    ends: datetime | None
    version: int
    bought_by: Debit
    state: str = "open"
    used_by: int | None = None
    used_at: datetime | None = None
    issue: int = 1
    is_minted: bool = False

    def is_open(self, now: datetime) -> bool:
        """One that is not minted yet has its days before it, whatever they were."""
        has_ended = self.is_minted and self.ends is not None and self.ends <= now
        return self.state == "open" and not has_ended


@dataclass
class Account:
    """One member. `period` is the end of a ROLLING period, which outlasts an empty balance.

    `had_points` was so before `moment`, the last one at which the member was touched.
    """

    status: str = "ACTIVE"
    has_more_to_come: bool = False
    movements: list[int] = field(default_factory=list)
    earned: int = 0
    lots: list[Lot] = field(default_factory=list)
    period: datetime | None = None
    moment: datetime | None = None
    had_points: bool = False
    debits: list[Debit] = field(default_factory=list)

    @property
    def balance(self) -> int:
        return sum(self.movements)


@dataclass
class Settled:
    """What the programme holds for an order."""

    rules: int | None = None
    points: int = 0
    left_behind: int = 0
    owner: str | None = None
    since: datetime | None = None
    was_credited: bool = False
    is_waived: bool = False
    gift_card_lines: set[str] = field(default_factory=set)
