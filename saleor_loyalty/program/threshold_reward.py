"""The reward of the threshold: its part of a program's rules, and the versions it makes of them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from saleor_loyalty.models import (
    Program,
    ProgramVersion,
    Reward,
    RewardTerms,
    RewardVersion,
)
from saleor_loyalty.program.validation import DEFAULTS, Rules
from saleor_loyalty.saleor_api.facts import Channel

# What rules call it, and what the reward does.
FIELDS = {
    "reward_name": "name",
    "discount_type": "discount_type",
    "coupon_valid_days": "valid_days",
    "limited_to": "limited_to",
}
IN_CHANNEL = ("channel_id", "currency", "discount_value", "min_spent")


def rules_of(version: ProgramVersion) -> Rules:
    """A version, with its reward, as the checked input that would make it again.

    Reads both, and what they say of channels: have them prefetched.
    """
    reward = version.reward
    given = {terms.channel_id: terms for terms in reward.terms.all()}
    own = {
        name: getattr(reward, FIELDS[name]) if name in FIELDS else getattr(version, name)
        for name in DEFAULTS
        if name != "channels"
    }
    rows = sorted(version.channels.all(), key=lambda row: row.channel_id)
    channels = [
        {
            "channel_id": row.channel_id,
            "currency": row.currency,
            "points_per_unit": row.points_per_unit,
            "discount_value": given[row.channel_id].discount_value,
            "min_spent": given[row.channel_id].min_spent,
        }
        for row in rows
    ]
    return {name: channels if name == "channels" else own[name] for name in DEFAULTS}


def in_force(
    program: Program,
    rules: Rules,
    known: Mapping[str, Channel],
    items: Mapping[str, str],
    *,
    actor: str,
    now: datetime,
) -> RewardVersion:
    """The reward as checked rules have it: the version before where that says the same.

    Names of channels and things come along as they are now; another name alone makes no version.
    """
    before = program.current
    if before and _part(rules_of(before)) == _part(rules):
        return before.reward
    reward = before.reward.reward if before else Reward.objects.create(shop=program.shop)
    version = RewardVersion.objects.create(
        reward=reward,
        number=reward.versions.count() + 1,
        created_at=now,
        created_by=actor,
        limited_names={id: items[id] for id in rules["limited_to"] if id in items},
        **{column: rules[name] for name, column in FIELDS.items()},
    )
    RewardTerms.objects.bulk_create(
        RewardTerms(
            version=version,
            channel_name=known[terms["channel_id"]].name,
            **{name: terms.get(name) for name in IN_CHANNEL},
        )
        for terms in rules["channels"]
    )
    return version


def _part(rules: Rules) -> tuple[Any, ...]:
    """What of rules is the reward's."""
    channels = [[terms.get(name) for name in IN_CHANNEL] for terms in rules["channels"]]
    return *(rules[name] for name in FIELDS), channels
