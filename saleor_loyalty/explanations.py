"""Why a member got or lost points, in a sentence, from what the entry kept."""

from decimal import Decimal

from babel.numbers import format_currency, format_decimal
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from saleor_loyalty.models import Entry, EntryKind, ProgramVersion, SpendBasis
from saleor_loyalty.rules.entitlement import Entitlement


def explain(entry: Entry) -> str:
    """The entry's points in words, in the language that is active now.

    Reads `entry.version`: select it along.
    """
    if entry.basis:
        return _order(entry.basis, entry.points, entry.version)
    if entry.kind == EntryKind.REWARD:
        return _("{points} points became the reward “{reward}”").format(
            points=_number(-entry.points), reward=entry.version.reward_name
        )
    return _("{points} points: {reason}").format(points=_signed(entry.points), reason=entry.reason)


def _order(basis: Entitlement, points: int, version: ProgramVersion) -> str:
    """The order's computation, and what was credited before when that is not all."""
    before = basis.points - points
    if basis.points == 0:
        return _("The order earns nothing any more: {points} points taken back").format(
            points=_number(before)
        )
    computation = _computation(basis, version)
    if before == 0:
        return computation
    return _("{computation}; {before} were credited before").format(
        computation=computation, before=_number(before)
    )


def _computation(basis: Entitlement, version: ProgramVersion) -> str:
    sentence = (
        _("{amount} of {goods} x {rate} points{part} = {points} points")
        if basis.exact_points == basis.points
        else _("{amount} of {goods} x {rate} points{part}, rounded down = {points} points")
    )
    return sentence.format(
        amount=_money(basis.eligible, basis.currency),
        goods=_goods(version),
        rate=_number(basis.rate),
        part=_part_kept(basis),
        points=_number(basis.points),
    )


def _goods(version: ProgramVersion) -> str:
    goods = _("goods and shipping") if version.include_shipping else _("goods")
    if version.basis == SpendBasis.NET:
        return _("{goods} before tax").format(goods=goods)
    return goods


def _part_kept(basis: Entitlement) -> str:
    """Empty unless part of the order's total was given back."""
    if basis.kept == 1:
        return ""
    return _(" x {charged} kept of {total}").format(
        charged=_money(basis.charged, basis.currency), total=_money(basis.total, basis.currency)
    )


def _locale() -> str:
    return (get_language() or "en").replace("-", "_")


def _money(amount: Decimal, currency: str) -> str:
    return format_currency(amount, currency, format="¤¤ #,##0.00", locale=_locale())


def _number(value: Decimal | int) -> str:
    return format_decimal(value, locale=_locale())


def _signed(value: int) -> str:
    return f"{'+' if value > 0 else '-'}{_number(abs(value))}"
