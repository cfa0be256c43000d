"""The rules of a programme as one value, and what somebody wants changed of them."""

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any

from saleor_loyalty.models import DiscountType, ExpiryPolicy, ProgramVersion, SpendBasis
from saleor_loyalty.rules.reminders import Reminder


@dataclass(frozen=True, slots=True)
class Terms:
    """What the rules say of a channel: what its orders earn, and what a coupon is worth there."""

    channel_id: str
    points_per_unit: Decimal
    discount_value: Decimal  # percent, or an amount in the channel's currency
    min_spent: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """All that a shop promises, its threshold's reward included. What has a default is not asked.

    One way to say one thing: channels and limits in the order of ids, reminders the longest first.
    """

    name: str = "Loyalty program"
    threshold: int
    reward_name: str = ""
    discount_type: str = DiscountType.PERCENTAGE
    coupon_valid_days: int | None = None
    channels: tuple[Terms, ...]
    limited_to: tuple[str, ...] = ()
    basis: str = SpendBasis.GROSS
    include_shipping: bool = False
    expiry_policy: str = ExpiryPolicy.NEVER
    expiry_days: int | None = None
    time_zone: str = "UTC"
    reminders: tuple[str, ...] = tuple(Reminder)

    @property
    def by_channel(self) -> Mapping[str, Terms]:
        return {terms.channel_id: terms for terms in self.channels}


class Keep(enum.Enum):
    """What is not given: it stays as it is."""

    KEEP = enum.auto()


KEEP = Keep.KEEP


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What is wanted, unchecked, by the names of Rules and LoyaltyProgramInput.

    None is no number of days, or it is refused. Order, and what is named twice in lists of ids and
    reminders, say nothing.
    """

    is_active: bool | Keep | None = KEEP
    name: str | Keep | None = KEEP
    threshold: int | Keep | None = KEEP
    reward_name: str | Keep | None = KEEP
    discount_type: str | Keep | None = KEEP
    coupon_valid_days: int | Keep | None = KEEP
    channels: Sequence[Terms] | Keep | None = KEEP
    limited_to: Sequence[str] | Keep | None = KEEP
    basis: str | Keep | None = KEEP
    include_shipping: bool | Keep | None = KEEP
    expiry_policy: str | Keep | None = KEEP
    expiry_days: int | Keep | None = KEEP
    time_zone: str | Keep | None = KEEP
    reminders: Sequence[str] | Keep | None = KEEP

    def given(self) -> dict[str, Any]:
        """By name, without what stays."""
        values = ((field.name, getattr(self, field.name)) for field in fields(self))
        return {name: value for name, value in values if value is not KEEP}


def rules_of(version: ProgramVersion) -> Rules:
    """A version, with its reward, as the rules that it was made of.

    Reads both, and what they say of channels: have them prefetched.
    """
    reward = version.reward
    gives = {row.channel_id: row for row in reward.terms.all()}
    earns = sorted(version.channels.all(), key=lambda row: row.channel_id)
    return Rules(
        name=version.name,
        threshold=version.threshold,
        reward_name=reward.name,
        discount_type=reward.discount_type,
        coupon_valid_days=reward.valid_days,
        channels=tuple(
            Terms(
                row.channel_id,
                row.points_per_unit,
                gives[row.channel_id].discount_value,
                gives[row.channel_id].min_spent,
            )
            for row in earns
        ),
        limited_to=tuple(reward.limited_to),
        basis=version.basis,
        include_shipping=version.include_shipping,
        expiry_policy=version.expiry_policy,
        expiry_days=version.expiry_days,
        time_zone=version.time_zone,
        reminders=tuple(version.reminders),
    )
