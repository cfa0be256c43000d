"""What message templates may name: the catalogue that merchants read, and the values."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from babel import Locale
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from saleor_loyalty.models import (
    ChannelTerms,
    ExpiryPolicy,
    MessageKind,
    ProgramVersion,
)
from saleor_loyalty.rewards.offers import (
    discount,
    offers_in,
    on_products,
    reward_name,
)
from saleor_loyalty.rules.languages import (
    Count,
    harmless,
    language_of,
    last_day,
    round_money,
)
from saleor_loyalty.rules.rewards import progress

LISTED = 10  # coupons that one message names
Values = dict[str, object]
EMAILS = frozenset(kind for kind in MessageKind if kind.endswith("_EMAIL"))


@dataclass(frozen=True, slots=True)
class Variable:
    """A name that templates of some kinds may use, and what it stands for."""

    name: str
    meaning: str | Promise
    kinds: frozenset[str] = frozenset(MessageKind)


_REWARD = frozenset({MessageKind.REWARD_EMAIL, MessageKind.REWARD_PUSH})
_GIFT = frozenset({MessageKind.GIFT_EMAIL, MessageKind.GIFT_PUSH})
_EXPIRY = frozenset({MessageKind.EXPIRY_EMAIL})
_WELCOME = frozenset({MessageKind.WELCOME_EMAIL})

CATALOGUE = (
    Variable("first_name", _("The member's first name; empty when the shop does not know it.")),
    Variable("shop_name", _("The shop's name.")),
    Variable("program_name", _("The program's name.")),
    Variable("balance", _("The member's points now. A number.")),
    Variable("reward_name", _("The name of the reward.")),
    Variable("reward_points", _("Points that a reward takes. A number.")),
    Variable(
        "points_to_next_reward",
        _("Points still missing for the next reward, owed ones included. A number."),
    ),
    Variable("discount", _("What the reward's coupon takes off, in every currency.")),
    Variable(
        "terms",
        _(
            "What the coupon takes off and asks for, a list to loop over: term.discount, "
            "term.min_order (empty when any order will do), term.orders_in (the currency; empty "
            "when all have the same terms)."
        ),
    ),
    Variable(
        "on_products",
        _(
            "“on selected products”, in the text's language, where the coupon is limited to some; "
            "empty when it is for the whole order."
        ),
    ),
    Variable("discounts_url", _("The page with the member's discounts; empty when none is set.")),
    Variable("language", _("The language the text is written in.")),
    Variable(
        "unsubscribe_url",
        _("The page that ends these emails; every email has to link to it."),
        EMAILS,
    ),
    Variable("code", _("The coupon's code; of several, the first ten, with commas."), _REWARD),
    Variable("valid_until", _("The coupon's last day; empty when it has no end."), _REWARD),
    Variable(
        "coupons",
        _(
            "The coupons of one order or gift, the first ten of them, a list to loop over: "
            "coupon.code, coupon.valid_until (empty when it has no end)."
        ),
        _REWARD,
    ),
    Variable("coupon_count", _("How many coupons there are; usually 1. A number."), _REWARD),
    Variable(
        "more_coupons",
        _("How many coupons there are beyond the first ten; usually 0. A number."),
        _REWARD,
    ),
    Variable("points", _("How many points the gift brings. A number."), _GIFT),
    Variable(
        "owed",
        _("Points taken back after they were spent, less this gift; usually 0. A number."),
        _GIFT,
    ),
    Variable("reason", _("Why the points are given, as staff wrote it."), _GIFT),
    Variable("points", _("How many points end on that day. A number."), _EXPIRY),
    Variable("remaining", _("How many points are left after that day. A number."), _EXPIRY),
    Variable("last_day", _("The last day on which these points can be used."), _EXPIRY),
    Variable("order_keeps_points", _("Yes when an order by then keeps the points."), _EXPIRY),
    Variable(
        "earnings",
        _(
            "What shopping brings, a list to loop over: earning.points (a number) for every "
            "earning.amount."
        ),
        _WELCOME,
    ),
)


def names(kind: str) -> frozenset[str]:
    """Every name that the kind's templates may use."""
    return frozenset(variable.name for variable in CATALOGUE if kind in variable.kinds)


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageContext:
    """All that a message tells, whatever its kind; what its kind does not tell is left out.

    `version` is the coupon's, or else the programme's current one, `terms` its channels. `coupons`
    are codes and when they end; `deadline` is the moment at which `points` of the balance end.
    """

    shop_name: str
    first_name: str
    balance: int
    version: ProgramVersion
    terms: Sequence[ChannelTerms]
    discounts_url: str = ""
    unsubscribe_url: str = ""
    coupons: Sequence[tuple[str, datetime | None]] = ()
    points: int = 0
    reason: str = ""
    deadline: datetime | None = None


def values(kind: str, context: MessageContext, *, language: str, locale: Locale) -> Values:
    """What the kind's templates are filled with: text ready to be shown, Counts, lists of those.

    Nothing to show is None. `language` is the text's, `locale` what money and dates follow.
    """
    known = names(kind)
    with override(language_of(language)):
        told = {**_always(context, locale), **_of_kind(context, locale), "language": language}
    return {name: value for name, value in told.items() if name in known}


def _always(context: MessageContext, locale: Locale) -> Values:
    version, balance = context.version, max(0, context.balance)
    way = progress(balance=context.balance, threshold=version.threshold)
    offers = offers_in(context.terms, version, locale)
    return {
        "first_name": harmless(context.first_name) or None,
        "shop_name": harmless(context.shop_name),
        "program_name": harmless(version.name),
        "balance": Count(balance, locale),
        "reward_name": reward_name(version, locale, context.terms),
        "reward_points": Count(version.threshold, locale),
        "points_to_next_reward": Count(way.missing, locale),
        "discount": discount(offers),
        "on_products": on_products(version),
        "terms": [offer._asdict() for offer in offers],
        "discounts_url": context.discounts_url or None,
        "unsubscribe_url": context.unsubscribe_url or None,
    }


def _of_kind(context: MessageContext, locale: Locale) -> Values:
    version = context.version

    def day(end: datetime | None) -> str | None:
        return last_day(end, time_zone=version.time_zone, locale=locale) if end else None

    listed = [{"code": code, "valid_until": day(end)} for code, end in context.coupons[:LISTED]]
    return {
        "code": ", ".join(code for code, _end in context.coupons[:LISTED]),
        "valid_until": listed[0]["valid_until"] if listed else None,
        "coupons": listed,
        "coupon_count": Count(len(context.coupons), locale),
        "more_coupons": Count(len(context.coupons) - len(listed), locale),
        "points": Count(context.points, locale),
        "remaining": Count(max(0, context.balance - context.points), locale),
        "owed": Count(max(0, -context.balance), locale),
        "reason": harmless(context.reason) or None,
        "last_day": day(context.deadline),
        "order_keeps_points": version.expiry_policy == ExpiryPolicy.ROLLING,
        "earnings": _earnings(context.terms, locale),
    }


def _earnings(terms: Iterable[ChannelTerms], locale: Locale) -> list[Values]:
    """Whole points for a round amount, once per currency and rate: 5 points for every €10."""
    earnings: dict[tuple[int, int, str], Values] = {}
    for channel in terms:
        amount, points = 1, channel.points_per_unit
        while points != int(points):
            amount, points = amount * 10, points * 10
        if points:
            earnings[int(points), amount, channel.currency] = {
                "points": Count(int(points), locale),
                "amount": round_money(amount, channel.currency, locale),
            }
    return list(earnings.values())
