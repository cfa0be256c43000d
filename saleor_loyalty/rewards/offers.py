"""What a coupon is called, gives and asks for, as its holder reads it."""

from collections.abc import Sequence
from decimal import Decimal
from operator import attrgetter
from typing import NamedTuple

from babel import Locale
from django.utils.translation import override, pgettext

from saleor_loyalty.models import DiscountType, RewardTerms, RewardVersion
from saleor_loyalty.rules.languages import (
    harmless,
    language_of,
    money,
    percentage,
)


class Offer(NamedTuple):
    """The terms of one channel, or of several that have the same.

    `min_order` None: orders of any amount. `orders_in` says for which orders it is true, where not
    all channels agree.
    """

    discount: str
    min_order: str | None
    orders_in: str | None


def reward_name(
    reward: RewardVersion, locale: Locale, terms: Sequence[RewardTerms] | None = None
) -> str:
    """In the shop's own words, or else by what it takes off, in the language in force: 10% off.

    Reads its terms, unless they are given: have them prefetched.
    """
    if own := harmless(reward.name):
        return own
    given = offers(reward, locale) if terms is None else offers_in(terms, reward, locale)
    if reward.limited_to:
        name = pgettext("a reward", "{discount} off selected products")
    else:
        name = pgettext("a reward", "{discount} off")
    return name.format(discount=discount(given))


def on_products(reward: RewardVersion) -> str | None:
    """That the coupon is not for the whole order, in the language in force; None when it is."""
    return pgettext("a coupon", "on selected products") if reward.limited_to else None


def reward_in(reward: RewardVersion, language_code: str | None) -> str:
    """What a reward is called in a language, or else in English. Reads its terms."""
    with override(language := language_of(language_code)):
        return reward_name(reward, Locale.parse(language))


def discount(offers: Sequence[Offer]) -> str:
    """What they take off: each discount once."""
    return " / ".join(dict.fromkeys(offer.discount for offer in offers))


def offers(reward: RewardVersion, locale: Locale) -> list[Offer]:
    """What a reward offers. Reads its terms: have them prefetched."""
    return offers_in(sorted(reward.terms.all(), key=attrgetter("pk")), reward, locale)


def offers_in(terms: Sequence[RewardTerms], reward: RewardVersion, locale: Locale) -> list[Offer]:
    """What a reward offers by these terms, in their order."""
    by_money: dict[tuple[str, str | None], list[RewardTerms]] = {}
    for channel in terms:
        shown = (_discount(reward, channel, locale), _min_order(channel, locale))
        by_money.setdefault(shown, []).append(channel)
    return [
        Offer(discount, min_order, _orders_in(same, terms) if len(by_money) > 1 else None)
        for (discount, min_order), same in by_money.items()
    ]


def _discount(reward: RewardVersion, channel: RewardTerms, locale: Locale) -> str:
    if reward.discount_type == DiscountType.PERCENTAGE:
        return percentage(channel.discount_value, locale)
    return money(channel.discount_value, channel.currency, locale)


def _min_order(channel: RewardTerms, locale: Locale) -> str | None:
    amount = channel.min_spent or Decimal(0)
    return money(amount, channel.currency, locale) if amount else None


def _orders_in(some: Sequence[RewardTerms], everywhere: Sequence[RewardTerms]) -> str:
    """Channels by their currency; by their name as well, where the currency is not enough."""
    elsewhere = {channel.currency for channel in everywhere if channel not in some}
    names = (
        f"{channel.currency} ({channel.known_as})"
        if channel.currency in elsewhere
        else channel.currency
        for channel in some
    )
    return ", ".join(dict.fromkeys(names))
