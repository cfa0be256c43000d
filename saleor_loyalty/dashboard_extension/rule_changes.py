"""What a version of the rules changed, in the words of the form that made it."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from saleor_loyalty.dashboard_extension.coupon_scope import in_words
from saleor_loyalty.dashboard_extension.edit_conflict import NOTHING, shown
from saleor_loyalty.dashboard_extension.program_form import (
    TERMS,
    ProgramForm,
    TermsForm,
    values_of,
)
from saleor_loyalty.dashboard_extension.tags import last_day, money, percent
from saleor_loyalty.models import ChannelTerms, DiscountType, ProgramVersion
from saleor_loyalty.program.ruleset import Terms, rules_of


def rule_changes(before: ProgramVersion, after: ProgramVersion) -> Iterator[str]:
    """A sentence for each rule: “Points for one coupon: 2,000 → 1,500”, in the form's order.

    Every field of the form is compared. Reads both versions, their rewards and what both say of
    channels: have them prefetched.
    """
    was, now = values_of(rules_of(before)), values_of(rules_of(after))
    for name, field in ProgramForm.base_fields.items():
        if name == "limited_to":
            yield from _change(str(field.label), _good_for(before), _good_for(after))
        elif name in was:
            yield from _change(str(field.label), shown(field, was[name]), shown(field, now[name]))
    yield from _changes_of_channels(before, after)
    if after.protected_until and after.protected_until != before.protected_until:
        day = last_day(after.protected_until)
        yield _("Points that members have expire on {day} at the earliest").format(day=day)


def _changes_of_channels(before: ProgramVersion, after: ProgramVersion) -> Iterator[str]:
    was, now = ({row.channel_id: row for row in each.channels.all()} for each in (before, after))
    said, says = (rules_of(each).by_channel for each in (before, after))
    for id in sorted({**was, **now}, key=lambda id: ({**was, **now}[id].known_as, id)):
        old, new = was.get(id), now.get(id)
        row = new or was[id]
        channel = row.known_as
        if not (old and new):
            label = _("Orders in {channel} earn points").format(channel=channel)
            yield from _change(label, *((_("no"), _("yes")) if new else (_("yes"), _("no"))))
        for name in TERMS if new else ():
            old_term = _term(name, before, said.get(id), row.currency)
            new_term = _term(name, after, says.get(id), row.currency)
            yield from _change(f"{_label(name, row)} ({channel})", old_term, new_term)


def _good_for(version: ProgramVersion) -> str:
    return in_words(version.reward.limited_to, version.reward.limited_names)


def _label(name: str, terms: ChannelTerms) -> str:
    """As the form writes it over the field."""
    if name == "points_per_unit":
        return _("Points for 1 %(currency)s") % {"currency": terms.currency}
    return str(TermsForm.base_fields[name].label)


def _term(name: str, version: ProgramVersion, terms: Terms | None, currency: str) -> str:
    """A channel's value as staff read it: a discount by its kind, money in the currency."""
    value = getattr(terms, name, None)
    if value is None:
        return NOTHING
    if name == "points_per_unit":
        return shown(TermsForm.base_fields[name], value)
    if name == "discount_value" and version.reward.discount_type == DiscountType.PERCENTAGE:
        return percent(value)
    return money(value, currency)


def _change(label: str, before: str, after: str) -> Iterator[str]:
    if before != after:
        yield _("{rule}: {before} → {after}").format(rule=label, before=before, after=after)
