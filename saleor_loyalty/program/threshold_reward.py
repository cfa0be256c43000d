"""The reward of the threshold: the versions that a program's rules make of it."""

from collections.abc import Mapping
from datetime import datetime

from saleor_loyalty.models import Program, Reward, RewardTerms, RewardVersion
from saleor_loyalty.program.ruleset import Rules, rules_of
from saleor_loyalty.saleor_api.facts import Channel


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
        name=rules.reward_name,
        discount_type=rules.discount_type,
        valid_days=rules.coupon_valid_days,
        limited_to=list(rules.limited_to),
        limited_names={id: items[id] for id in rules.limited_to if id in items},
        created_at=now,
        created_by=actor,
    )
    RewardTerms.objects.bulk_create(
        RewardTerms(
            version=version,
            channel_id=terms.channel_id,
            channel_name=known[terms.channel_id].name,
            currency=known[terms.channel_id].currency,
            discount_value=terms.discount_value,
            min_spent=terms.min_spent,
        )
        for terms in rules.channels
    )
    return version


def _part(rules: Rules) -> tuple[object, ...]:
    """What of rules is the reward's."""
    channels = [(each.channel_id, each.discount_value, each.min_spent) for each in rules.channels]
    own = (rules.reward_name, rules.discount_type, rules.coupon_valid_days, rules.limited_to)
    return *own, channels
