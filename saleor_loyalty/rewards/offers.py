"""What a coupon is called, gives and asks for, as its holder reads it."""

from collections.abc import Sequence
from decimal import Decimal
from operator import attrgetter
from typing import NamedTuple

from babel import Locale
from django.utils.translation import npgettext, override, pgettext

from saleor_loyalty import sentences
from saleor_loyalty.models import DiscountType, RewardTerms, RewardVersion, in_channel
from saleor_loyalty.rules.languages import (
    harmless,
    language_of,
    listed,
    money,
    percentage,
)

MOST_NAMED = 3  # of what a coupon is for; of longer lists one less, and how many more there are
LONGEST_NAMED = 40  # letters of each


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
        name = pgettext("a reward", "{discount} off {goods}")
    else:
        name = pgettext("a reward", "{discount} off")
    return name.format(discount=discount(given), goods=goods(reward))


def on_products(reward: RewardVersion) -> str | None:
    """What the coupon is for, in the language in force: "on Juice"; None: for the whole order."""
    if not reward.limited_to:
        return None
    return pgettext("a coupon", "on {goods}").format(goods=goods(reward))


def goods(reward: RewardVersion) -> str:
    """What a limited coupon is for, as the shop called it then: "Juice, Mug and 3 more".

    Without any of the names: "selected products".
    """
    known = {reward.limited_names[id] for id in reward.limited_to if id in reward.limited_names}
    names = sorted(filter(None, map(harmless, known)), key=str.casefold)
    if not names:
        return pgettext("what a coupon is for", "selected products")
    number = len(reward.limited_to)
    shown = [sentences.isolated(_shortened(name)) for name in names[:MOST_NAMED]]
    if number > len(shown):
        shown = shown[: MOST_NAMED - 1]
        more = number - len(shown)
        words = npgettext("what a coupon is for", "{number} more", "{number} more", more)
        shown.append(words.format(number=more))
    return listed(shown, sentences.locale())


def _shortened(name: str) -> str:
    return name if len(name) <= LONGEST_NAMED else f"{name[: LONGEST_NAMED - 1].rstrip()}…"


def reward_in(reward: RewardVersion, language_code: str | None) -> str:
    """What a reward is called in a language, or else in English. Reads its terms."""
    with override(language := language_of(language_code)):
        return reward_name(reward, Locale.parse(language))


def discount(offers: Sequence[Offer]) -> str:
    """What they take off: each discount once."""
    return " / ".join(dict.fromkeys(offer.discount for offer in offers))


def offers(reward: RewardVersion, locale: Locale, channel_id: str = "") -> list[Offer]:
    """What a reward offers, to who shops in a channel. Reads its terms: have them prefetched."""
    return offers_in(terms_for(reward, channel_id), reward, locale)


def terms_for(reward: RewardVersion, channel_id: str) -> Sequence[RewardTerms]:
    """The terms that matter to who shops in a channel: all, where that is empty. Reads them."""
    return in_channel(sorted(reward.terms.all(), key=attrgetter("pk")), channel_id)


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
    return sentences.isolated(", ".join(dict.fromkeys(names)))
