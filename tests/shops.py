"""Shops and their programmes as rows: what tests, and benchmarks, begin with."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from saleor_loyalty.models import (
    Activation,
    ChannelTerms,
    Program,
    ProgramVersion,
    Reward,
    RewardTerms,
    RewardVersion,
    Shop,
)
from saleor_loyalty.shop import vault
from tests.saleor_over_http import APP_ID, APP_TOKEN, Saleor

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def new_shop(api_url: str = "https://shop.example.com/graphql/", **fields: Any) -> Shop:
    """A shop that has the app installed; its keys are not known."""
    values = {
        "domain": "shop.example.com",
        "app_id": APP_ID,
        "sealed_token": vault.seal(APP_TOKEN),
        "installed_at": LONG_AGO,
    }
    return Shop.objects.create(api_url=api_url, **{**values, **fields})


def installed(saleor: Saleor) -> Shop:
    """The shop of this Saleor; its keys are known since long ago."""
    yesterday = timezone.now() - timedelta(days=1)
    return new_shop(
        saleor.api_url,
        domain=saleor.domain,
        jwks={"keys": [key.jwk for key in saleor.keys]},
        jwks_asked_at=yesterday,
        jwks_fetched_at=yesterday,
        installed_at=timezone.now(),
    )


def new_program(shop: Shop, *, since: datetime = LONG_AGO, **rules: Any) -> Program:
    """A programme by the rules of `new_version`, switched on since then."""
    program = Program.objects.create(shop=shop, is_active=True)
    Activation.objects.create(program=program, started_at=since)
    program.current = new_version(program, **rules)
    program.save()
    return program


def new_version(
    program: Program,
    *,
    channel: str = "channel-1",
    currency: str = "EUR",
    rate: str = "10",
    min_spent: str | None = "100",
    **rules: Any,
) -> ProgramVersion:
    """The next version of the rules, not yet the current one.

    Unless other rules are given: 10 points per euro that never end; 5,000 for a coupon of 10 % off
    from 100 euro on. What is said of the reward makes its next version.
    """
    values = {
        "number": program.versions.count() + 1,
        "name": "Points",
        "threshold": 5000,
        "basis": "GROSS",
        "include_shipping": False,
        "expiry_policy": "NEVER",
        "time_zone": "Europe/Paris",
        "created_at": LONG_AGO,
        "created_by": "owner",
        **rules,
    }
    own = {name: value for name, value in values.items() if name not in REWARD_RULES}
    terms = {"channel_id": channel, "channel_name": "Main", "currency": currency}
    reward = new_reward(
        program.shop,
        [{**terms, "min_spent": min_spent and Decimal(min_spent)}],
        **{name: value for name, value in values.items() if name in REWARD_RULES},
    )
    version = ProgramVersion.objects.create(program=program, reward=reward, **own)
    ChannelTerms.objects.create(version=version, points_per_unit=Decimal(rate), **terms)
    return version


# As the rules of a programme call what is its reward's, and as that does.
REWARD_RULES = {
    "reward_name": "name",
    "discount_type": "discount_type",
    "coupon_valid_days": "valid_days",
    "limited_to": "limited_to",
    "limited_names": "limited_names",
}


def new_reward(shop: Shop, terms: Sequence[Mapping[str, Any]], **rules: Any) -> RewardVersion:
    """The next version of the shop's reward, by the names that rules have for it."""
    reward, _ = Reward.objects.get_or_create(shop=shop)
    values = {"reward_name": "10 % off", "discount_type": "PERCENTAGE", "coupon_valid_days": 60}
    version = RewardVersion.objects.create(
        reward=reward,
        number=reward.versions.count() + 1,
        created_at=LONG_AGO,
        created_by="owner",
        **{REWARD_RULES[name]: value for name, value in {**values, **rules}.items()},
    )
    for each in terms:
        RewardTerms.objects.create(**{"version": version, "discount_value": Decimal(10), **each})
    return version
