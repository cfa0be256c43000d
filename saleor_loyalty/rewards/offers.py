"""What a coupon is called, gives and asks for, as its holder reads it."""

from collections.abc import Sequence
from decimal import Decimal
from operator import attrgetter
from typing import NamedTuple

from babel import Locale
from django.utils.translation import override, pgettext

from saleor_loyalty.models import ChannelTerms, DiscountType, ProgramVersion
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
    version: ProgramVersion, locale: Locale, channels: Sequence[ChannelTerms] | None = None
) -> str:
    """In the shop's own words, or else by what it takes off, in the language in force: 10% off.

    Reads the version's channels, unless they are given: have them prefetched.
    """
    if own := harmless(version.reward_name):
        return own
    given = offers(version, locale) if channels is None else offers_in(channels, version, locale)
    if version.limited_to:
        name = pgettext("a reward", "{discount} off selected products")
    else:
        name = pgettext("a reward", "{discount} off")
    return name.format(discount=discount(given))


def on_products(version: ProgramVersion) -> str | None:
    """That the coupon is not for the whole order, in the language in force; None when it is."""
    return pgettext("a coupon", "on selected products") if version.limited_to else None


def reward_in(version: ProgramVersion, language_code: str | None) -> str:
    """What a version calls its reward, in a language, or else in English. Reads its channels."""
    with override(language := language_of(language_code)):
        return reward_name(version, Locale.parse(language))


def discount(offers: Sequence[Offer]) -> str:
    """What they take off: each discount once."""
    return " / ".join(dict.fromkeys(offer.discount for offer in offers))


def offers(version: ProgramVersion, locale: Locale) -> list[Offer]:
    """The offers of a version's coupon. Reads its channels: have them prefetched."""
    return offers_in(sorted(version.channels.all(), key=attrgetter("pk")), version, locale)


def offers_in(
    channels: Sequence[ChannelTerms], version: ProgramVersion, locale: Locale
) -> list[Offer]:
    """The offers of a version's coupon in these channels, in their order."""
    by_money: dict[tuple[str, str | None], list[ChannelTerms]] = {}
    for channel in channels:
        shown = (_discount(version, channel, locale), _min_order(channel, locale))
        by_money.setdefault(shown, []).append(channel)
    return [
        Offer(discount, min_order, _orders_in(same, channels) if len(by_money) > 1 else None)
        for (discount, min_order), same in by_money.items()
    ]


def _discount(version: ProgramVersion, channel: ChannelTerms, locale: Locale) -> str:
    if version.discount_type == DiscountType.PERCENTAGE:
        return percentage(channel.discount_value, locale)
    return money(channel.discount_value, channel.currency, locale)


def _min_order(channel: ChannelTerms, locale: Locale) -> str | None:
    amount = channel.min_spent or Decimal(0)
    return money(amount, channel.currency, locale) if amount else None


def _orders_in(some: Sequence[ChannelTerms], everywhere: Sequence[ChannelTerms]) -> str:
    """Channels by their currency; by their name as well, where the currency is not enough."""
    elsewhere = {channel.currency for channel in everywhere if channel not in some}
    names = (
        f"{channel.currency} ({channel.known_as})"
        if channel.currency in elsewhere
        else channel.currency
        for channel in some
    )
    return ", ".join(dict.fromkeys(names))
