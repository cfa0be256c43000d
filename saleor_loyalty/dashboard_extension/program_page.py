"""The program: its rules and its switch, with what they come to before they are saved."""

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor
from typing import Any

from django.http import HttpResponse, QueryDict
from django.utils.translation import gettext as _

from saleor_loyalty.dashboard_extension import coupon_scope, time_zones
from saleor_loyalty.dashboard_extension.consequences import consequences
from saleor_loyalty.dashboard_extension.pages import CONFLICT, REFUSED, Visit, go, page, show
from saleor_loyalty.dashboard_extension.program_form import ProgramForms
from saleor_loyalty.dashboard_extension.tags import money, percent
from saleor_loyalty.models import DiscountType
from saleor_loyalty.permissions import Permission
from saleor_loyalty.problems import EditConflict, Refused
from saleor_loyalty.program import programs
from saleor_loyalty.program.ruleset import Changes, Rules, Terms
from saleor_loyalty.saleor_api.facts import Channel
from saleor_loyalty.saleor_api.transport import SaleorRefused, SaleorUnavailable
from saleor_loyalty.shop import catalogue

AN_ORDER = Decimal("120.00")
NUMBER = re.compile(r"[0-9]+(?:[.,][0-9]+)?")


@page(Permission.MANAGE_SETTINGS, methods=("GET", "POST"))
def program_view(visit: Visit) -> HttpResponse:
    """The rules as a form. A change of rules in force is shown with whom it affects, then saved."""
    channels, items, is_asked = _known(visit)
    forms = _forms(visit, channels, items)
    context: dict[str, Any] = {"forms": forms, "is_asked": is_asked}
    if not visit.is_post:
        return show(visit, "program.html", context)
    if not is_asked:
        forms.rules.add_error(None, _("The shop does not answer just now. Nothing was saved."))
    elif forms.is_valid():
        try:
            draft = programs.draft(
                shop=visit.shop,
                changes=forms.changes(),
                known=channels,
                items=items,
                opened_at=forms.rules.was_opened_at,
            )
            if draft.before and "confirmed" not in visit.request.POST:
                context["consequences"] = consequences(visit.shop, draft)
                return show(visit, "program.html", context)
            return _save(visit, forms, channels)
        except EditConflict as conflict:
            return _show_conflict(visit, channels, items, conflict)
        except Refused as refused:
            forms.refuse(refused)
    return show(visit, "program.html", context, status=REFUSED)


def _show_conflict(
    visit: Visit,
    channels: Mapping[str, Channel],
    items: Mapping[str, str],
    conflict: EditConflict,
) -> HttpResponse:
    """What was typed, beside what somebody else saved since the form was opened."""
    visit = replace(visit, program=programs.current(visit.shop))
    forms = _forms(visit, channels, items)
    forms.is_valid()
    said = _("{who} saved version {number} meanwhile.").format(
        who=conflict.actor, number=conflict.number
    )
    context = {
        "forms": forms,
        "is_asked": True,
        "conflict": said,
        "differences": list(forms.differences()),
    }
    forms.rules.reopen(conflict)
    return show(visit, "program.html", context, status=CONFLICT)


@page(Permission.MANAGE_SETTINGS, methods=("POST",))
def preview_view(visit: Visit) -> HttpResponse:
    """What the form as it stands would come to, while it is being filled in."""
    channels = _channels_sent(visit.request.POST)
    forms = _forms(visit, channels, {})
    context: dict[str, object] = {"forms": forms, "is_by_itself": True}
    if forms.is_valid():
        with suppress(Refused):  # what is wrong is said when it is saved
            draft = programs.draft(shop=visit.shop, changes=forms.changes(), known=channels)
            context |= _promises(draft.after, channels, forms.names)
    return show(visit, "program/promises.html", context)


@page(Permission.MANAGE_SETTINGS, methods=("POST",))
def switch_view(visit: Visit) -> HttpResponse:
    """On or off: `on` is 1 or 0."""
    on = visit.request.POST.get("on") == "1"
    try:
        programs.update(shop=visit.shop, changes=Changes(is_active=on), actor=visit.viewer.actor)
    except Refused:  # there are no rules yet
        return go(visit, "program")
    return go(visit, "program", told=_("The program is on") if on else _("The program is off"))


def _forms(visit: Visit, channels: Mapping[str, Channel], items: Mapping[str, str]) -> ProgramForms:
    """As they were sent, or as the rules are."""
    posted = visit.request.POST if visit.is_post else None
    version = visit.program.current if visit.program else None
    zone = time_zones.listed(visit.request.headers.get("Time-Zone", "")) or ""
    return ProgramForms(
        version=version, channels=channels, items=items, data=posted, time_zone=zone
    )


def _known(visit: Visit) -> tuple[dict[str, Channel], dict[str, str], bool]:
    """The shop's channels, the names of what the coupon is limited to, and True.

    False when it does not answer: they are then as they were last known.
    """
    version = visit.program.current if visit.program else None
    ids = version.reward.limited_to if version else []
    if visit.is_post:
        ids = visit.request.POST.getlist("limited_to")
    try:
        return catalogue.channels(visit.shop), catalogue.names(visit.shop, ids), True
    except (SaleorUnavailable, SaleorRefused):
        rows = version.channels.all() if version else ()
        names = {
            **(version.reward.limited_names if version else {}),
            **coupon_scope.names_sent(visit.request.POST),
        }
        return programs.channels_of(rows), names, False


def _channels_sent(posted: QueryDict) -> dict[str, Channel]:
    """The channels that a form was drawn for, as it says itself: the shop is not asked again."""
    currency = "currency-"
    keys = [name.removeprefix(currency) for name in posted if name.startswith(currency)]
    return {
        key: Channel(
            id=key,
            slug="",
            name=str(posted.get(f"name-{key}", "")),
            currency=str(posted[f"{currency}{key}"])[:3],
        )
        for key in keys
    }


def _save(visit: Visit, forms: ProgramForms, channels: Mapping[str, Channel]) -> HttpResponse:
    programs.update(
        shop=visit.shop,
        changes=forms.changes(),
        actor=visit.viewer.actor,
        known=channels,
        opened_at=forms.rules.was_opened_at,
    )
    return go(visit, "program", told=_("The program is saved"))


def _promises(
    rules: Rules, channels: Mapping[str, Channel], names: Mapping[str, str]
) -> dict[str, object]:
    """For each channel that earns: what an order brings, and what a coupon takes and gives."""
    ids = rules.limited_to
    promises = [_promise(terms, channels[terms.channel_id], rules) for terms in rules.channels]
    return {
        "limited_to": coupon_scope.in_words(ids, names) if ids else "",
        "is_amount": rules.discount_type == DiscountType.FIXED,
        "promises": sorted(promises, key=lambda promise: str(promise["channel"]).casefold()),
        "misleading": _misleading_name(rules),
    }


def _misleading_name(rules: Rules) -> str:
    """What the coupon is called, if it names numbers and not all that the coupon takes off."""
    named = {Decimal(number.replace(",", ".")) for number in NUMBER.findall(rules.reward_name)}
    taken_off = {terms.discount_value for terms in rules.channels}
    return rules.reward_name if named and not taken_off <= named else ""


def _promise(terms: Terms, channel: Channel, rules: Rules) -> dict[str, object]:
    rate, value = terms.points_per_unit, terms.discount_value
    is_percentage = rules.discount_type == DiscountType.PERCENTAGE
    brings = floor(Fraction(AN_ORDER) * Fraction(rate))
    return {
        "channel": channel.name or channel.known_as,
        "currency": channel.currency,
        "order": AN_ORDER,
        "points": brings,
        "orders": ceil(rules.threshold / brings) if brings else None,
        "spend": Decimal(rules.threshold) / rate if rate else None,
        "discount": percent(value) if is_percentage else money(value, channel.currency),
        "min_spent": terms.min_spent,
    }
