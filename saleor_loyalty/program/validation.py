"""What the rules of a programme may be: every field checked, every problem named."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import MISSING, fields, replace
from decimal import Decimal
from zoneinfo import available_timezones

from babel.numbers import get_currency_precision
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy as ngettext  # as Babel finds it

from saleor_loyalty.models import DiscountType, ExpiryPolicy
from saleor_loyalty.problems import ErrorCode, Item, Problem, Refused
from saleor_loyalty.program.ruleset import Changes, Rules, Terms
from saleor_loyalty.rules.reminders import Reminder
from saleor_loyalty.saleor_api.facts import Channel
from saleor_loyalty.saleor_api.items import NAMED_AT_ONCE, kind_of
from saleor_loyalty.sentences import sentence

NULLABLE = frozenset({"coupon_valid_days", "expiry_days"})
NEEDED = [rule.name for rule in fields(Rules) if rule.default is MISSING]
MAX_POINTS = 1_000_000_000
MAX_RATE = Decimal(10_000)  # points per unit; a balance has to fit GraphQL's Int
RATE_DECIMALS = 4
MAX_AMOUNT = Decimal(10**9)
PERCENT_DECIMALS = MOST_DECIMALS = 3  # that Saleor keeps
MAX_DAYS = 3650
LONGEST_NAME = 120


def checked(
    changes: Changes,
    before: Rules | None,
    *,
    known: Mapping[str, Channel],
    items: Mapping[str, str] | None = None,
) -> Rules:
    """The rules as they will be; `before` is None for the first. Raises Refused with every problem.

    `known` holds the shop's channels by id. `items` has the names of what the coupon is
    limited to, by id, as far as the shop still has it; None when that is not looked at.
    """
    given = changes.given()
    asked = given if before else {**dict.fromkeys(NEEDED), **given}
    if missing := [name for name in asked if asked[name] is None and name not in NULLABLE]:
        raise Refused(*map(_missing, missing))
    given.pop("is_active", None)
    rules = replace(before, **given) if before else Rules(**given)
    problems = [
        *_problems(rules),
        *_channel_problems(rules, known),
        *_scope_problems(rules.limited_to, items),
    ]
    if problems:
        raise Refused(*problems)
    return replace(
        rules,
        channels=tuple(sorted(rules.channels, key=lambda terms: terms.channel_id)),
        limited_to=tuple(sorted(set(rules.limited_to))),
        reminders=tuple(reminder for reminder in Reminder if reminder in rules.reminders),
    )


def _missing(name: str) -> Problem:
    message = sentence(_("Give a value for {name}."), name=name.replace("_", " "))
    return Problem(name, message, ErrorCode.REQUIRED)


def _problems(rules: Rules) -> Iterator[Problem]:
    if not rules.name.strip():
        yield Problem("name", _("Give a name."), ErrorCode.REQUIRED)
    for field, name in (("name", rules.name), ("reward_name", rules.reward_name)):
        if len(name) > LONGEST_NAME:
            message = sentence(_("A name may have {most} characters at most."), most=LONGEST_NAME)
            yield Problem(field, message, ErrorCode.OUT_OF_RANGE)
    if not 1 <= rules.threshold <= MAX_POINTS:
        message = sentence(_("The threshold must be from 1 to {most} points."), most=MAX_POINTS)
        yield Problem("threshold", message, ErrorCode.OUT_OF_RANGE)
    days = rules.coupon_valid_days
    if days is not None and not 1 <= days <= MAX_DAYS:
        words = _("Coupons are valid for 1 to {most} days; leave it empty for no end.")
        message = sentence(words, most=MAX_DAYS)
        yield Problem("coupon_valid_days", message, ErrorCode.OUT_OF_RANGE)
    if rules.time_zone not in available_timezones():
        words = _("There is no time zone “{name}”; use a name like Europe/Paris.")
        yield Problem("time_zone", sentence(words, name=rules.time_zone), ErrorCode.INVALID)
    if unknown := sorted(set(rules.reminders).difference(Reminder)):
        words = _("Reminders are {known}; not {unknown}.")
        message = sentence(words, known=", ".join(Reminder), unknown=", ".join(unknown))
        yield Problem("reminders", message, ErrorCode.INVALID)
    yield from _expiry_problems(rules)


def _expiry_problems(rules: Rules) -> Iterator[Problem]:
    days = rules.expiry_days
    if rules.expiry_policy == ExpiryPolicy.NEVER:
        if days is not None:
            message = _("Points that never expire have no number of days; leave it empty.")
            yield Problem("expiry_days", message, ErrorCode.INVALID)
    elif days is None:
        message = _("Say after how many days points expire.")
        yield Problem("expiry_days", message, ErrorCode.REQUIRED)
    elif not 1 <= days <= MAX_DAYS:
        message = sentence(_("Points last from 1 to {most} days."), most=MAX_DAYS)
        yield Problem("expiry_days", message, ErrorCode.OUT_OF_RANGE)


def _channel_problems(rules: Rules, known: Mapping[str, Channel]) -> Iterator[Problem]:
    ids = [terms.channel_id for terms in rules.channels]
    if not ids:
        message = _("Let at least one channel earn points.")
        yield Problem("channels", message, ErrorCode.REQUIRED)
    for id in sorted({id for id in ids if ids.count(id) > 1}):
        name = known[id].known_as if id in known else id
        message = sentence(_("Channel “{name}” is named twice; keep one."), name=name)
        yield Problem("channels", message, ErrorCode.DUPLICATE)
    for terms in rules.channels:
        if channel := known.get(terms.channel_id):
            yield from _terms_problems(terms, channel, rules)
            continue
        has = ", ".join(sorted(channel.known_as for channel in known.values()))
        words = _("The shop has no channel “{id}”; it has: {names}.")
        message = sentence(words, id=terms.channel_id, names=has)
        yield Problem("channels", message, ErrorCode.NOT_FOUND)


def _terms_problems(terms: Terms, channel: Channel, rules: Rules) -> Iterator[Problem]:
    begins = f"Channel “{channel.known_as}”"
    is_percentage = rules.discount_type == DiscountType.PERCENTAGE
    wrong = {
        "points_per_unit": _wrong_rate(terms.points_per_unit),
        "discount_value": _wrong_discount(terms.discount_value, channel.currency, is_percentage),
        "min_spent": _wrong_minimum(terms.min_spent, channel.currency),
    }
    for name, message in wrong.items():
        if message:
            item = Item(channel.id, begins, name)
            yield Problem("channels", message, ErrorCode.OUT_OF_RANGE, item)
    if not wrong["points_per_unit"] and terms.points_per_unit > rules.threshold > 0:
        message = _("One unit of the currency would bring more than one coupon.")
        item = Item(channel.id, begins, "points_per_unit")
        yield Problem("threshold", message, ErrorCode.OUT_OF_RANGE, item)


def _wrong_rate(rate: Decimal) -> Promise | None:
    if not _is_within(rate, MAX_RATE):
        words = _("The points for one unit must be from 0 to {most}.")
        return sentence(words, most=MAX_RATE)
    if _is_finer(rate, RATE_DECIMALS):
        words = _("Points for one unit have {number} decimals at most.")
        return sentence(words, number=RATE_DECIMALS)
    return None


def _wrong_discount(value: Decimal, currency: str, is_percentage: bool) -> Promise | None:
    most = Decimal(100) if is_percentage else MAX_AMOUNT
    if not _is_within(value, most) or value == 0:
        return sentence(_("The discount must be more than 0 and {most} at most."), most=most)
    if not is_percentage:
        return _too_fine(value, currency)
    if _is_finer(value, PERCENT_DECIMALS):
        words = _("A percentage has {number} decimals at most.")
        return sentence(words, number=PERCENT_DECIMALS)
    return None


def _wrong_minimum(least: Decimal | None, currency: str) -> Promise | None:
    if least is None:
        return None
    if not _is_within(least, MAX_AMOUNT):
        words = _("The minimum order amount must be from 0 to {most}.")
        return sentence(words, most=MAX_AMOUNT)
    return _too_fine(least, currency)


def _too_fine(amount: Decimal, currency: str) -> Promise | None:
    """Saleor refuses vouchers with amounts finer than their currency.

    It counts as Babel does, and we do. Its columns keep no more than three.
    """
    most = min(get_currency_precision(currency), MOST_DECIMALS)
    if not _is_finer(amount, most):
        return None
    words = ngettext(
        "{currency} has {number} decimal at most.",
        "{currency} has {number} decimals at most.",
        most,
    )
    words = words if most else _("{currency} has no decimals.")
    return sentence(words, currency=currency, number=most)


def _is_within(value: Decimal, most: Decimal) -> bool:
    """True for a finite number from 0 to `most`."""
    return value.is_finite() and 0 <= value <= most


def _is_finer(value: Decimal, decimals: int) -> bool:
    return value != round(value, decimals)


def _scope_problems(ids: Sequence[str], items: Mapping[str, str] | None) -> Iterator[Problem]:
    if len(ids) > NAMED_AT_ONCE:
        words = _("A coupon may be limited to {most} things; collect them in a collection.")
        message = sentence(words, most=NAMED_AT_ONCE)
        yield Problem("limited_to", message, ErrorCode.OUT_OF_RANGE)
        return
    for id in sorted(set(ids)):
        if kind_of(id) is None:
            message = sentence(_("“{id}” is the id of no product, collection or category."), id=id)
            yield Problem("limited_to", message, ErrorCode.INVALID)
        elif items is not None and id not in items:
            message = _("The shop has no such item. Take it out, or choose another.")
            yield Problem("limited_to", message, ErrorCode.NOT_FOUND, Item(id, f"“{id}”"))
