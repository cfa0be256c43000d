"""Why a member got or lost points, in a sentence, from what the entry kept."""

from decimal import Decimal
from fractions import Fraction

from babel import Locale
from babel.lists import format_list
from babel.numbers import format_currency
from django.db.models import QuerySet
from django.utils.translation import (
    get_language,
    ngettext,
    npgettext,
    override,
    pgettext,
)
from django.utils.translation import gettext as _

from saleor_loyalty.models import Entry, EntryKind, ExpiryPolicy, ProgramVersion, SpendBasis
from saleor_loyalty.rewards.offers import reward_name
from saleor_loyalty.rules import languages
from saleor_loyalty.rules.entitlement import Entitlement
from saleor_loyalty.rules.languages import FALLBACK, language_of
from saleor_loyalty.rules.parts import Part
from saleor_loyalty.sentences import isolated

MOST_NAMED = 5  # of what came back of an order

# The languages that shoppers are spoken to in, and how each writes an amount with the code of its
# currency: a symbol would not tell one dollar from the next.
AMOUNT_FIRST = "#,##0.00\N{NO-BREAK SPACE}¤¤"
MONEY = {
    "en": "¤¤ #,##0.00",
    "fr": AMOUNT_FIRST,
    "de": AMOUNT_FIRST,
    "es": AMOUNT_FIRST,
    "pl": AMOUNT_FIRST,
    "ar": AMOUNT_FIRST,
}


def explain(entry: Entry, language_code: str | None) -> str:
    """The entry's points in words, in a language ("fr", "fr-ca", "FR_CA") or else in English.

    Reads what `explainable` reads along.
    """
    with override(language_of(language_code)):
        return _sentence(entry)


def explainable(entries: QuerySet[Entry]) -> QuerySet[Entry]:
    """Entries with all that `explain` needs of each, in two statements more at most."""
    entries = entries.select_related("version__reward", "order", "note")
    return entries.prefetch_related("version__reward__terms", "parts")


def taken_back(reason: str, language_code: str | None) -> str:
    """The reason that taking points back starts from, for the member who will read it."""
    with override(language_of(language_code)):
        return pgettext("reason of a correction", "Taken back: {reason}").format(reason=reason)


def _sentence(entry: Entry) -> str:
    match entry.kind:
        case EntryKind.ORDER | EntryKind.REVERSAL if entry.order:
            return _order(entry, entry.order.number)
        case EntryKind.REVERSAL if entry.ended_at:
            sentence = _(
                "{points} had expired and were given back, as what had earned them was taken back"
            )
        case EntryKind.REWARD | EntryKind.REVERSAL:
            return _reward(entry)
        case EntryKind.GIFT:
            sentence = _("A gift of {points}: {reason}")
        case EntryKind.ADJUSTMENT:
            sentence = _("Correction by the shop, {signed}: {reason}")
        case EntryKind.EXPIRY:
            return _expiry(entry)
        case _:
            sentence = _("Balance brought over: {points}")
    return sentence.format(
        points=points(entry.points),
        signed=points(entry.points, signed=True),
        reason=isolated(languages.harmless(entry.reason)),
    )


def _order(entry: Entry, number: str) -> str:
    """The order's computation, and what was credited before when that is not all."""
    basis = entry.basis
    if basis is None:
        moved = _("Order {number} now belongs to another customer: {points} went with it")
        return moved.format(number=number, points=points(-entry.points, signed=entry.points > 0))
    before = basis.points - entry.points
    if basis.points == 0 and (sentence := _nothing_left(basis)):
        came_back = _came_back(basis)
        return sentence.format(number=number, came_back=came_back, points=points(before))
    computation = _computation(basis, entry.version)
    if before == 0:
        return computation
    return _("{computation}; credited before: {points}").format(
        computation=computation, points=points(before)
    )


def _nothing_left(basis: Entitlement) -> str | None:
    """Why the member has no points of the order any more; None when they were rounded away."""
    if not basis.parts:
        return _("Order {number} was cancelled: {points} taken back")
    if basis.came_back and basis.goods == 0:
        return _("Order {number}, {came_back}: {points} taken back")
    if basis.kept == 0:
        return _("Order {number} was paid back in full: {points} taken back")
    return None


def _computation(basis: Entitlement, version: ProgramVersion) -> str:
    sentence = (
        _("{amount} of {goods} × {rate}{part} = {points}")
        if basis.exact_points == basis.points
        else _("{amount} of {goods} × {rate}{part}, rounded down = {points}")
    )
    computation = sentence.format(
        amount=_money(basis.goods, basis.currency),
        goods=_goods(version),
        rate=points(basis.parts[0].rate),
        part=_part_kept(basis),
        points=points(basis.points),
    )
    if not basis.came_back:
        return computation
    return pgettext("1 × coffee returned: 36.00 of goods", "{came_back}: {computation}").format(
        came_back=_came_back(basis), computation=computation
    )


def _goods(version: ProgramVersion) -> str:
    if version.basis == SpendBasis.NET:
        if version.include_shipping:
            return pgettext("120.00 of", "goods and shipping before tax")
        return pgettext("120.00 of", "goods before tax")
    if version.include_shipping:
        return pgettext("120.00 of", "goods and shipping")
    return pgettext("120.00 of", "goods")


def _part_kept(basis: Entitlement) -> str:
    """Empty unless money was given back that nothing which came back accounts for."""
    if basis.kept == 1:
        return ""
    return _(" × {charged} kept of {total}").format(
        charged=_money(basis.kept * basis.price, basis.currency),
        total=_money(basis.price, basis.currency),
    )


def _came_back(basis: Entitlement) -> str:
    """ "1 × coffee returned, 2 × filter refunded", the first few by name."""
    came_back = basis.came_back
    named = [_piece(part, basis.currency) for part in came_back[:MOST_NAMED]]
    if (more := len(came_back) - MOST_NAMED) > 0:
        named.append(ngettext("{number} more", "{number} more", more).format(number=more))
    return format_list(named, style="unit", locale=_language())


def _piece(part: Part, currency: str) -> str:
    if part.is_shipping:
        sentence = pgettext("of an order", "{amount} of shipping refunded")
    elif part.returned:
        sentence = pgettext("pieces of an order", "{pieces} × {name} returned")
    else:
        sentence = pgettext("pieces of an order", "{pieces} × {name} refunded")
    return sentence.format(
        pieces=languages.number(part.back, Locale.parse(_language())),
        name=isolated(part.name),
        amount=_money(part.value, currency),
    )


def _reward(entry: Entry) -> str:
    """What points became, came back from, or were taken for once more."""
    if entry.kind == EntryKind.REVERSAL and entry.is_by_staff and not entry.reason:
        sentence = _("The shop withdrew the reward “{reward}”, {points} returned")
    elif entry.kind == EntryKind.REVERSAL and entry.is_by_staff:
        sentence = _("The shop withdrew the reward “{reward}”, {points} returned: {reason}")
    elif entry.kind == EntryKind.REVERSAL:
        sentence = _(
            "The unused reward “{reward}” was withdrawn to cover points taken back: "
            "{points} returned"
        )
    elif entry.reverses_id:
        sentence = _(
            "The withdrawn reward “{reward}” was used all the same: it costs {points} again"
        )
    else:
        sentence = _("{points} became the reward “{reward}”")
    return sentence.format(
        points=points(abs(entry.points)),
        reward=isolated(reward_name(entry.version.reward, Locale.parse(_language()))),
        reason=isolated(languages.harmless(entry.reason)),
    )


def _expiry(entry: Entry) -> str:
    """How many points ended, when, and by which rule."""
    version = entry.version
    last_day = languages.last_day(
        entry.ended_at or entry.created_at,
        time_zone=version.time_zone,
        locale=Locale.parse(_language()),
    )
    sentence = (
        _(
            "{points} expired at the end of {day}: "
            "points are valid for {days} after the last paid order"
        )
        if version.expiry_policy == ExpiryPolicy.ROLLING
        else _("{points} expired at the end of {day}: points are valid for {days}")
    )
    return sentence.format(
        points=points(-entry.points),
        day=last_day,
        days=languages.days(version.expiry_days or 0, Locale.parse(_language())),
    )


def _language() -> str:
    return get_language() or FALLBACK


def _money(amount: Fraction, currency: str) -> str:
    exact = Decimal(amount.numerator) / amount.denominator
    return format_currency(exact, currency, format=MONEY[_language()], locale=_language())


def points(number: Decimal | int, *, signed: bool = False) -> str:
    """ "1 point", "2.5 points", "−200 points", as the language in force counts and writes them."""
    locale = Locale(_language())
    exact: Decimal | int = number if number % 1 else int(number)
    if isinstance(exact, int):
        counted = ngettext("{number} point", "{number} points", abs(exact))
    else:  # gettext counts whole things only; the language's own rule for the rest is Babel's
        form = 1 if locale.plural_form(exact) == "one" else 2
        counted = npgettext("such as 2.5", "{number} point", "{number} points", form)
    return counted.format(number=languages.number(exact, locale, signed=signed))
