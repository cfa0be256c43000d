"""The member and rules that previews and test sends tell of; nobody's real ones."""

from collections.abc import Iterator
from copy import copy
from dataclasses import replace
from decimal import Decimal
from operator import attrgetter
from typing import Any

from babel import Locale

from saleor_loyalty.messages.kinds import KINDS
from saleor_loyalty.messages.kinds.kind import MessageContext, Samples, Values
from saleor_loyalty.messages.variables import values
from saleor_loyalty.models import (
    Branding,
    ChannelTerms,
    DiscountType,
    ExpiryPolicy,
    ProgramVersion,
    RewardTerms,
    RewardVersion,
    Shop,
)
from saleor_loyalty.program import programs
from saleor_loyalty.shop import branding

UNSUBSCRIBE_URL = "https://example.com/unsubscribe"
DISCOUNTS_URL = "https://example.com/account/discounts"


def sample(shop: Shop, brand: Branding, kind: str, language: str) -> Values:
    """What a text of the kind is previewed with: the shop's own rules, an invented member."""
    context = _context(shop, brand, kind, language)
    return _filled(context, _told(context, kind, language).shown, kind, language)


def examples(shop: Shop, brand: Branding, kind: str, language: str) -> Values:
    """What each name may stand for: as the preview has it, or by rules that give it a value."""
    context = _context(shop, brand, kind, language)
    told = _told(context, kind, language).shown
    limited = replace(context, reward=_limited(context.reward, _LIMITED))
    others = _filled(limited, told, kind, language)
    shown = _filled(context, told, kind, language)
    return {name: others[name] if value is None else value for name, value in shown.items()}


def samples(shop: Shop, brand: Branding, kind: str, language: str) -> Iterator[Values]:
    """What a text has to bear: everything there, everything left out that may be, the other rules.

    All that a template can ask about comes in both ways.
    """
    full = _context(shop, brand, kind, language)
    told = _told(full, kind, language)
    yield _filled(full, told.full, kind, language)
    bare = replace(full, first_name="", discounts_url="", unsubscribe_url="")
    bare = replace(bare, channels=_CHANNELS[1:], terms=_TERMS[1:])
    for policy, limited_to in ((ExpiryPolicy.ROLLING, []), (ExpiryPolicy.PER_LOT, _LIMITED)):
        version = copy(full.version)
        version.expiry_policy = policy
        reward = _limited(full.reward, limited_to)
        for each, its in ((full, told.full), (bare, told.bare)):
            yield _filled(replace(each, version=version, reward=reward), its, kind, language)
    yield _filled(
        replace(full, channels=_CHANNELS, terms=_TERMS, balance=-300), told.full, kind, language
    )
    due = replace(full, balance=full.version.threshold)  # the next points bring the reward
    yield _filled(due, told.full, kind, language)
    for more in told.more:
        yield _filled(full, more, kind, language)


def _context(shop: Shop, brand: Branding, kind: str, language: str) -> MessageContext:
    """An invented member's, by the shop's own rules; by invented ones while it has none."""
    program = programs.current(shop)
    version = program.current if program else None
    rules = version or _VERSION
    return MessageContext(
        shop_name=brand.name,
        first_name="Ada",
        balance=max(2, min(rules.threshold * 2 // 5, 10**6)),
        version=rules,
        channels=_in_order(version.channels) if version else _CHANNELS[:1],
        reward=rules.reward,
        terms=_in_order(version.reward.terms) if version else _TERMS[:1],
        discounts_url=branding.discounts_link(brand, language=language, kind=kind) or DISCOUNTS_URL,
        unsubscribe_url=UNSUBSCRIBE_URL,
    )


def _limited(reward: RewardVersion, ids: list[str]) -> RewardVersion:
    reward = copy(reward)
    reward.limited_to = ids
    return reward


def _in_order(rows: Any) -> list[Any]:
    return sorted(rows.all(), key=attrgetter("pk"))


def _told(context: MessageContext, kind: str, language: str) -> Samples[Any]:
    return KINDS[kind].samples(context, language)


def _filled(context: MessageContext, told: object, kind: str, language: str) -> Values:
    return values(kind, context, told, language=language, locale=Locale.parse(language))


_LIMITED = ["UHJvZHVjdDox"]  # some product
_VERSION = ProgramVersion(
    name="Loyalty program",
    threshold=5000,
    reward=RewardVersion(name="", discount_type=DiscountType.PERCENTAGE, valid_days=60),
    expiry_policy=ExpiryPolicy.ROLLING,
    expiry_days=365,
    time_zone="UTC",
)
_CHANNELS = [
    ChannelTerms(channel_id="eu", currency="EUR", points_per_unit=Decimal(10)),
    ChannelTerms(channel_id="us", currency="USD", points_per_unit=Decimal("2.5")),
]
_TERMS = [
    RewardTerms(channel_id="eu", currency="EUR", discount_value=Decimal(10), min_spent=Decimal(50)),
    RewardTerms(channel_id="us", currency="USD", discount_value=Decimal(15), min_spent=None),
]
