"""What the rules of a programme may be: every field checked, every problem named."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any
from zoneinfo import available_timezones

from babel.numbers import get_currency_precision

from saleor_loyalty.models import DiscountType, ExpiryPolicy, SpendBasis
from saleor_loyalty.problems import ErrorCode, Problem, Refused
from saleor_loyalty.rules.reminders import Reminder
from saleor_loyalty.saleor_api.facts import Channel
from saleor_loyalty.saleor_api.items import NAMED_AT_ONCE, kind_of

Rules = dict[str, Any]

# What a new programme starts from; None has to be given.
DEFAULTS: Rules = {
    "name": "Loyalty program",
    "threshold": None,
    "reward_name": "",
    "discount_type": DiscountType.PERCENTAGE,
    "coupon_valid_days": None,
    "channels": None,
    "limited_to": [],
    "basis": SpendBasis.GROSS,
    "include_shipping": False,
    "expiry_policy": ExpiryPolicy.NEVER,
    "expiry_days": None,
    "time_zone": "UTC",
    "reminders": list(Reminder),
}
NULLABLE = frozenset({"coupon_valid_days", "expiry_days"})
MAX_POINTS = 1_000_000_000
MAX_RATE = Decimal(10_000)  # points per unit; a balance has to fit GraphQL's Int
MAX_AMOUNT = Decimal(10**9)
PERCENT_DECIMALS = MOST_DECIMALS = 3  # that Saleor keeps
MAX_DAYS = 3650
LONGEST_NAME = 120


def checked(
    rules: Rules,
    *,
    known: Mapping[str, Channel],
    items: Mapping[str, str] | None = None,
) -> Rules:
    """The rules, with each channel's currency in its terms. Raises Refused with every problem.

    `known` holds the shop's channels by id. `items` has the names of what the coupon is
    limited to, by id, as far as the shop still has it; None when that is not looked at.
    """
    problems = list(_missing(rules))
    if not problems:
        problems = [
            *_problems(rules),
            *_channel_problems(rules, known),
            *_scope_problems(rules["limited_to"], items),
        ]
    if problems:
        raise Refused(*problems)
    channels = [
        {"min_spent": None, **terms, "currency": known[terms["channel_id"]].currency}
        for terms in rules["channels"]
    ]
    reminders = [reminder.value for reminder in Reminder if reminder in rules["reminders"]]
    channels.sort(key=lambda terms: terms["channel_id"])
    limited_to = sorted(set(rules["limited_to"]))
    return {**rules, "channels": channels, "reminders": reminders, "limited_to": limited_to}


def _missing(rules: Rules) -> Iterator[Problem]:
    for name, value in rules.items():
        if value is None and name not in NULLABLE:
            yield Problem(name, f"Give a value for {_words(name)}.", ErrorCode.REQUIRED)


def _problems(rules: Rules) -> Iterator[Problem]:
    if not rules["name"].strip():
        yield Problem("name", "Give a name.", ErrorCode.REQUIRED)
    for name in ("name", "reward_name"):
        if len(rules[name]) > LONGEST_NAME:
            message = f"The {_words(name)} may have {LONGEST_NAME} characters at most."
            yield Problem(name, message, ErrorCode.OUT_OF_RANGE)
    if not 1 <= rules["threshold"] <= MAX_POINTS:
        message = f"The threshold must be from 1 to {MAX_POINTS:,} points."
        yield Problem("threshold", message, ErrorCode.OUT_OF_RANGE)
    days = rules["coupon_valid_days"]
    if days is not None and not 1 <= days <= MAX_DAYS:
        message = f"Coupons are valid for 1 to {MAX_DAYS:,} days; leave it empty for no end."
        yield Problem("coupon_valid_days", message, ErrorCode.OUT_OF_RANGE)
    if rules["time_zone"] not in available_timezones():
        message = f"There is no time zone “{rules['time_zone']}”; use a name like Europe/Paris."
        yield Problem("time_zone", message, ErrorCode.INVALID)
    unknown = sorted(set(rules["reminders"]).difference(Reminder))
    if unknown:
        message = f"Reminders are {', '.join(Reminder)}; not {', '.join(unknown)}."
        yield Problem("reminders", message, ErrorCode.INVALID)
    yield from _expiry_problems(rules)


def _expiry_problems(rules: Rules) -> Iterator[Problem]:
    days = rules["expiry_days"]
    if rules["expiry_policy"] == ExpiryPolicy.NEVER:
        if days is not None:
            message = "Points that never expire have no number of days; leave it empty."
            yield Problem("expiry_days", message, ErrorCode.INVALID)
    elif days is None:
        message = "Say after how many days points expire."
        yield Problem("expiry_days", message, ErrorCode.REQUIRED)
    elif not 1 <= days <= MAX_DAYS:
        message = f"Points last from 1 to {MAX_DAYS:,} days."
        yield Problem("expiry_days", message, ErrorCode.OUT_OF_RANGE)


def _channel_problems(rules: Rules, known: Mapping[str, Channel]) -> Iterator[Problem]:
    ids = [terms["channel_id"] for terms in rules["channels"]]
    if not ids:
        yield Problem("channels", "Name at least one channel.", ErrorCode.REQUIRED)
    for id in sorted({id for id in ids if ids.count(id) > 1}):
        name = known[id].known_as if id in known else id
        message = f"Channel “{name}” is named twice; keep one."
        yield Problem("channels", message, ErrorCode.DUPLICATE)
    for terms in rules["channels"]:
        if channel := known.get(terms["channel_id"]):
            yield from _terms_problems(terms, channel, rules)
            continue
        has = ", ".join(sorted(channel.known_as for channel in known.values()))
        message = f"The shop has no channel “{terms['channel_id']}”; it has: {has}."
        yield Problem("channels", message, ErrorCode.NOT_FOUND)


def _terms_problems(terms: Mapping[str, Any], channel: Channel, rules: Rules) -> Iterator[Problem]:
    name, percentage = channel.known_as, rules["discount_type"] == DiscountType.PERCENTAGE
    if not _fits(terms["points_per_unit"], decimals=4, most=MAX_RATE):
        message = f"Channel “{name}”: give 0 to {MAX_RATE:,} points per unit, 4 decimals at most."
        yield Problem("channels", message, ErrorCode.OUT_OF_RANGE)
    elif terms["points_per_unit"] > rules["threshold"] > 0:
        message = f"Channel “{name}”: one unit of its currency would bring more than one coupon."
        yield Problem("threshold", message, ErrorCode.OUT_OF_RANGE)
    value, least = terms["discount_value"], terms.get("min_spent")
    most, decimals = MAX_AMOUNT, decimals_of(channel.currency)
    if percentage:
        most, decimals = Decimal(100), PERCENT_DECIMALS
    if not _fits(value, decimals=decimals, most=most) or value == 0:
        allowed = "more than 0 and 100 at most" if percentage else "an amount above 0"
        message = f"Channel “{name}”: the discount must be {allowed}, {_at_most(decimals)}."
        yield Problem("channels", message, ErrorCode.OUT_OF_RANGE)
    decimals = decimals_of(channel.currency)
    if least is not None and not _fits(least, decimals=decimals, most=MAX_AMOUNT):
        message = f"Channel “{name}”: the minimum order amount must be 0 or more"
        yield Problem("channels", f"{message}, {_at_most(decimals)}.", ErrorCode.OUT_OF_RANGE)


def decimals_of(currency: str) -> int:
    """How many decimals an amount may have; Saleor refuses vouchers with finer ones.

    It counts as Babel does, and we do. Its columns keep no more than three.
    """
    return min(get_currency_precision(currency), MOST_DECIMALS)


def _at_most(decimals: int) -> str:
    return f"with {decimals} decimals at most" if decimals else "without decimals"


def _scope_problems(ids: Sequence[str], items: Mapping[str, str] | None) -> Iterator[Problem]:
    if len(ids) > NAMED_AT_ONCE:
        message = (
            f"A coupon may be limited to {NAMED_AT_ONCE} things; collect them in a collection."
        )
        yield Problem("limited_to", message, ErrorCode.OUT_OF_RANGE)
        return
    for id in sorted(set(ids)):
        kind = kind_of(id)
        if kind is None:
            message = f"“{id}” is the id of no product, collection or category."
            yield Problem("limited_to", message, ErrorCode.INVALID)
        elif items is not None and id not in items:
            message = f"The shop has no {kind.lower()} “{id}”; take it out, or choose another."
            yield Problem("limited_to", message, ErrorCode.NOT_FOUND)


def _fits(value: Decimal, *, decimals: int, most: Decimal) -> bool:
    """True for a finite number from 0 to `most` that needs no more decimals."""
    if not value.is_finite() or not 0 <= value <= most:
        return False
    return value == value.quantize(Decimal(1).scaleb(-decimals))


def _words(name: str) -> str:
    return name.replace("_", " ")
