"""The sentences of the page that hold numbers, money or dates, in the language in force."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from operator import attrgetter
from typing import NamedTuple
from zoneinfo import ZoneInfo

from babel import Locale
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from saleor_loyalty.ledger.endings import Ending
from saleor_loyalty.messages.explanations import points
from saleor_loyalty.models import (
    Coupon,
    CouponStatus,
    Entry,
    EntryKind,
    ExpiryPolicy,
    ProgramVersion,
    in_channel,
)
from saleor_loyalty.rewards.coupon_terms import asks_for_more, terms_now
from saleor_loyalty.rewards.offers import Offer, goods, offers
from saleor_loyalty.rules import languages
from saleor_loyalty.rules.languages import last_day, round_money, written
from saleor_loyalty.sentences import isolated


class ReaderLocale(NamedTuple):
    """How numbers and dates are written, the programme's zone, in which days end, and the channel
    that they shop in, by its id; empty: not known.
    """

    locale: Locale
    time_zone: str
    channel_id: str = ""

    def number(self, value: int, *, signed: bool = False) -> str:
        return languages.number(value, self.locale, signed=signed)

    def last_day(self, end: datetime, *, time_zone: str | None = None) -> str:
        """The day that an end closes, in the programme's zone or another one."""
        return last_day(end, time_zone=time_zone or self.time_zone, locale=self.locale)

    def day(self, moment: datetime) -> str:
        """The day a moment falls on."""
        return written(self.local(moment), self.locale)

    def local(self, moment: datetime) -> datetime:
        return moment.astimezone(ZoneInfo(self.time_zone))


def goal(missing: int, reward: str) -> str:
    """How far the next reward is."""
    if missing <= 0:
        return _("Your next reward comes with your next points: {reward}").format(
            reward=isolated(reward)
        )
    return _("{points} to go until your next reward: {reward}").format(
        points=points(missing), reward=isolated(reward)
    )


def ending(end: Ending, *, balance: int, policy: str, reader: ReaderLocale) -> str:
    """How many points of how many end, and when."""
    if end.points < balance:
        sentence = ngettext(
            "{some} of {points} expires at the end of {day}.",
            "{some} of {points} expire at the end of {day}.",
            end.points,
        )
    elif policy == ExpiryPolicy.ROLLING:
        sentence = ngettext(
            "Your {points} expires at the end of {day}. A paid order renews it.",
            "All of your {points} expire at the end of {day}. A paid order renews them.",
            balance,
        )
    else:
        sentence = ngettext(
            "Your {points} expires at the end of {day}.",
            "All of your {points} expire at the end of {day}.",
            balance,
        )
    return sentence.format(
        some=reader.number(end.points), points=points(balance), day=reader.last_day(end.at)
    )


def rules(version: ProgramVersion, reader: ReaderLocale) -> Iterator[str]:
    """How the programme works, a sentence each. Reads what it says of channels: prefetch it."""
    yield from dict.fromkeys(
        _earning(terms.points_per_unit, terms.currency, reader)
        for terms in in_channel(
            sorted(version.channels.all(), key=attrgetter("pk")), reader.channel_id
        )
        if terms.points_per_unit
    )
    for offer in offers(version.reward, reader.locale, reader.channel_id):
        yield _("Each time you reach {points}, you get a coupon: {coupon}.").format(
            points=points(version.threshold), coupon=_gives(offer)
        )
    if version.reward.limited_to:
        yield _("Coupons are for {goods} only.").format(goods=goods(version.reward))
    if version.reward.valid_days:
        yield _("A coupon is valid for {days}.").format(
            days=languages.days(version.reward.valid_days, reader.locale)
        )
    yield _validity(version, reader.locale)


def conditions(coupon: Coupon, status: str, reader: ReaderLocale) -> Iterator[str]:
    """What a coupon gives, asks for, and what has become of it, a sentence each."""
    terms = terms_now(coupon)
    for offer in offers(terms, reader.locale, reader.channel_id):
        yield _gives(offer)
    if terms.limited_to:
        yield _("Only on {goods}.").format(goods=goods(terms))
    if asks_for_more(coupon):
        yield _("The shop has set further conditions.")
    yield _state(coupon, status, reader)


def _state(coupon: Coupon, status: str, reader: ReaderLocale) -> str:
    """What has become of a coupon, and until when it can be used."""
    zone = coupon.entry.version.time_zone  # in which its last day ends
    match status:
        case CouponStatus.PENDING:
            return _pending(coupon)
        case CouponStatus.USED:
            return _used(coupon, reader)
        case CouponStatus.WITHDRAWN:
            return _withdrawn(coupon)
        case CouponStatus.EXPIRED if coupon.expires_at:
            return _("It was valid until the end of {day}.").format(
                day=reader.last_day(coupon.expires_at, time_zone=zone)
            )
        case CouponStatus.ACTIVE if coupon.refused_at:
            return _("The shop does not take its code at the moment.")
        case _ if coupon.expires_at:
            day = reader.last_day(coupon.expires_at, time_zone=zone)
            return _("Valid until the end of {day}.").format(day=day)
        case _:
            return _("Valid without an end.")


def _pending(coupon: Coupon) -> str:
    if coupon.why_not_made:
        return _("Its code could not be made yet. It is tried again by itself; nothing is lost.")
    return _("Its code is being made and will be here in a moment.")


def _withdrawn(coupon: Coupon) -> str:
    """Who withdrew it and why, and what became of its points."""
    cost = points(coupon.cost)
    if not coupon.withdrawn_by:
        return _(
            "Withdrawn unused: its {points} came back to cover points that had been taken back, "
            "as after a return."
        ).format(points=cost)
    if coupon.forfeited:
        sentence = _("Withdrawn by the shop, and its {points} do not come back: {reason}")
    elif coupon.withdrawal_reason:
        sentence = _("Withdrawn by the shop, and its {points} are back: {reason}")
    else:  # in Saleor, where nobody is asked why
        sentence = _("Withdrawn by the shop, and its {points} are back.")
    reason = isolated(languages.harmless(coupon.withdrawal_reason))
    return sentence.format(points=cost, reason=reason)


def title(entry: Entry) -> str:
    """What happened, in a word or two; why is in its explanation. Reads `entry.order`."""
    if entry.order:
        return pgettext("in the history", "Order {number}").format(number=entry.order.number)
    match entry.kind:
        case EntryKind.GIFT:
            return pgettext("in the history", "A gift")
        case EntryKind.ADJUSTMENT:
            return pgettext("in the history", "A correction")
        case EntryKind.REWARD:
            return pgettext("in the history", "A reward")
        case EntryKind.EXPIRY:
            return pgettext("in the history", "Points expired")
        case EntryKind.REVERSAL if entry.ended_at:
            return pgettext("in the history", "Expiry undone")
        case EntryKind.REVERSAL:
            return pgettext("in the history", "A reward withdrawn")
        case _:
            return pgettext("in the history", "Brought over")


def _earning(rate: Decimal, currency: str, reader: ReaderLocale) -> str:
    """In points for one unit of the currency; where that is less than one, in units for a point."""
    for_one_point = 1 / rate
    if rate < 1 and for_one_point % 1 == 0:
        units, credited = int(for_one_point), Decimal(1)
    else:
        units, credited = 1, rate
    return _("You collect {points} for every {amount} you spend.").format(
        points=points(credited), amount=round_money(units, currency, reader.locale)
    )


def _gives(offer: Offer) -> str:
    if offer.min_order:
        gives = _("{discount} off one order of {amount} or more").format(
            discount=offer.discount, amount=offer.min_order
        )
    else:
        gives = _("{discount} off one order").format(discount=offer.discount)
    if offer.orders_in:
        return _("{gives} (in {currencies})").format(gives=gives, currencies=offer.orders_in)
    return gives


def _validity(version: ProgramVersion, locale: Locale) -> str:
    if version.expiry_days is None:
        return _("Your points do not expire.")
    days = languages.days(version.expiry_days, locale)
    if version.expiry_policy == ExpiryPolicy.ROLLING:
        return _("Your points are valid for {days} after each paid order.").format(days=days)
    return _("Points are valid for {days} from the day you get them.").format(days=days)


def _used(coupon: Coupon, reader: ReaderLocale) -> str:
    if coupon.used_at is None:
        return _("Already used.")
    day = reader.day(coupon.used_at)
    if not coupon.used_order_number:
        return _("Used on {day}.").format(day=day)
    return _("Used on {day} for order {number}.").format(day=day, number=coupon.used_order_number)
