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
from saleor_loyalty.program.threshold_reward import rules_of
from saleor_loyalty.program.validation import Rules


def rule_changes(before: ProgramVersion, after: ProgramVersion) -> Iterator[str]:
    """A sentence for each rule: “Points for one coupon: 2,000 → 1,500”, in the form's order.

    Every field of the form is compared. Reads both versions, their rewards and what both say of
    channels: have them prefetched.
    """
    was, now = values_of(before), values_of(after)
    for name, field in ProgramForm.base_fields.items():
        if name == "limited_to":
            yield from _change(str(field.label), _good_for(before), _good_for(after))
        elif name in was:
            yield from _change(str(field.label), shown(field, was[name]), shown(field, now[name]))
    yield from _changes_of_channels(before, after)
    if after.protected_until and after.protected_until != before.protected_until:
        day = last_day(after.protected_until)
        yield _("Points that members have end on {day} at the earliest").format(day=day)


def _changes_of_channels(before: ProgramVersion, after: ProgramVersion) -> Iterator[str]:
    was, now = ({row.channel_id: row for row in each.channels.all()} for each in (before, after))
    said, says = (_by_channel(each) for each in (before, after))
    for id in sorted({**was, **now}, key=lambda id: ({**was, **now}[id].known_as, id)):
        old, new = was.get(id), now.get(id)
        channel = (new or was[id]).known_as
        if not (old and new):
            label = _("Orders in {channel} earn points").format(channel=channel)
            yield from _change(label, *((_("no"), _("yes")) if new else (_("yes"), _("no"))))
        for name in TERMS if new else ():
            label = f"{_label(name, new)} ({channel})"
            yield from _change(
                label, _term(name, before, said.get(id)), _term(name, after, says.get(id))
            )


def _by_channel(version: ProgramVersion) -> dict[str, Rules]:
    return {terms["channel_id"]: terms for terms in rules_of(version)["channels"]}


def _good_for(version: ProgramVersion) -> str:
    return in_words(version.reward.limited_to, version.reward.limited_names)


def _label(name: str, terms: ChannelTerms | None) -> str:
    """As the form writes it over the field."""
    if terms and name == "points_per_unit":
        return _("Points for 1 %(currency)s") % {"currency": terms.currency}
    return str(TermsForm.base_fields[name].label)


def _term(name: str, version: ProgramVersion, terms: Rules | None) -> str:
    """A channel's value as staff read it: a discount by its kind, money in the currency."""
    value = terms[name] if terms else None
    if terms is None or value is None:
        return NOTHING
    if name == "points_per_unit":
        return shown(TermsForm.base_fields[name], value)
    if name == "discount_value" and version.reward.discount_type == DiscountType.PERCENTAGE:
        return percent(value)
    return money(value, terms["currency"])


def _change(label: str, before: str, after: str) -> Iterator[str]:
    if before != after:
        yield _("{rule}: {before} → {after}").format(rule=label, before=before, after=after)
