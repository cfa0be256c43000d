"""The program's rules as a form: the rules themselves, and what each channel says of them."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from saleor_loyalty.dashboard_extension import time_zones
from saleor_loyalty.dashboard_extension.coupon_scope import (
    Choice,
    ThingsField,
    choice,
    in_words,
    names_sent,
)
from saleor_loyalty.dashboard_extension.edit_conflict import Difference, OpenedForm, differences
from saleor_loyalty.dashboard_extension.forms import DecimalField, Form, WholeNumberField
from saleor_loyalty.models import DiscountType, ExpiryPolicy, ProgramVersion, SpendBasis
from saleor_loyalty.problems import Refused
from saleor_loyalty.program.ruleset import KEEP, Changes, Rules, Terms, rules_of
from saleor_loyalty.rules.reminders import Reminder, too_long
from saleor_loyalty.saleor_api.facts import Channel
from saleor_loyalty.sentences import Words

# What the empty form proposes: the example that most shops start from.
FIRST_RULES = Rules(threshold=5000, coupon_valid_days=60, channels=())
FIRST_TERMS = Terms("", points_per_unit=Decimal(10), discount_value=Decimal(10))
# What a channel's form says of it, beside whether its orders earn.
TERMS = ("points_per_unit", "discount_value", "min_spent")


def _decimal(label: Words, help_text: Words = "") -> DecimalField:
    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
    return DecimalField(
        label=label, help_text=help_text, required=False, localize=True, widget=widget
    )


class ProgramForm(OpenedForm):
    """The rules that hold in all channels."""

    name = "program"

    title = forms.CharField(label=_("Name of the program"), required=False)
    is_active = forms.BooleanField(
        label=_("Switch the program on as soon as it is saved"), required=False
    )
    basis = forms.ChoiceField(
        label=_("What counts"),
        choices=[
            (SpendBasis.GROSS, _("Prices with tax")),
            (SpendBasis.NET, _("Prices before tax")),
        ],
        help_text=_("Always after discounts, and without gift cards that are bought."),
    )
    include_shipping = forms.BooleanField(label=_("Shipping counts too"), required=False)
    threshold = WholeNumberField(
        label=_("Points for one coupon"),
        help_text=_("Each time a balance reaches it, the points turn into a coupon by themselves."),
    )
    reward_name = forms.CharField(
        label=_("What the coupon is called"),
        required=False,
        help_text=_("Empty: what it takes off, in each member’s language."),
    )
    discount_type = forms.ChoiceField(
        label=_("Discount"),
        choices=[
            (DiscountType.PERCENTAGE, _("Percent of the order")),
            (DiscountType.FIXED, _("A fixed amount")),
        ],
    )
    coupon_valid_days = WholeNumberField(
        label=_("Valid for, in days"),
        required=False,
        help_text=_("Empty: without end."),
    )
    limited_to = ThingsField(
        label=_("Good for"),
        required=False,
        help_text=_(
            "Of a category counts what is right in it, and nothing of the categories below it."
        ),
    )
    expiry_policy = forms.ChoiceField(
        label=_("When points expire"),
        widget=forms.RadioSelect,
        choices=[
            (ExpiryPolicy.NEVER, _("Never")),
            (ExpiryPolicy.ROLLING, _("The whole balance, some time after the last paid order")),
            (ExpiryPolicy.PER_LOT, _("Each on its own, some time after it came")),
        ],
    )
    expiry_days = WholeNumberField(label=_("After how many days"), required=False)
    reminders = forms.MultipleChoiceField(
        label=_("Email members before points expire"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[
            (Reminder.TWO_MONTHS, _("Two months before")),
            (Reminder.ONE_MONTH, _("A month before")),
            (Reminder.TWO_WEEKS, _("Two weeks before")),
            (Reminder.ONE_WEEK, _("A week before")),
        ],
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        choices=time_zones.choices,
        help_text=_("Days end at midnight there."),
    )

    def clean(self) -> dict[str, Any]:
        """Days of points that never end are not shown, so not looked at."""
        given = super().clean()
        if given.get("expiry_policy") == ExpiryPolicy.NEVER:
            given["expiry_days"] = None
            self.errors.pop("expiry_days", None)
        return given


class TermsForm(Form):
    """What one channel earns, and what the coupon is worth there."""

    earns = forms.BooleanField(required=False)
    points_per_unit = _decimal(_("Points for one unit of the currency"))
    discount_value = _decimal(_("Discount"))
    min_spent = _decimal(_("Only for orders from"), _("Empty: any order."))

    def __init__(self, channel: Channel, data: Any, initial: Mapping[str, Any]) -> None:
        self.key = channel.id.rstrip("=")  # base64's padding would end a name in `data-shown-with`
        prefix = f"channel-{self.key}"
        super().__init__(data, prefix=prefix, initial=dict(initial), label_suffix="")
        self.channel_id = channel.id
        self.name = channel.name or channel.known_as
        self.currency = channel.currency
        self.fields["earns"].label = gettext("Orders in {channel} earn points").format(
            channel=self.name
        )

    def clean(self) -> dict[str, Any]:
        """A channel that earns has to say how much; nobody looks at what another one says."""
        given = super().clean() or {}
        if not given["earns"]:
            self.errors.clear()
            return given
        for name in ("points_per_unit", "discount_value"):
            if given.get(name) is None and name not in self.errors:
                self.add_error(name, gettext("Give a number."))
        return given

    def terms(self) -> Iterator[Terms]:
        """What it says, if the channel earns. Only of a valid form."""
        if self.cleaned_data["earns"]:
            yield Terms(self.channel_id, **{name: self.cleaned_data[name] for name in TERMS})


class ProgramForms:
    """The form and those of the channels, filled in by staff, or by the rules as they are."""

    def __init__(
        self,
        *,
        version: ProgramVersion | None,
        channels: Mapping[str, Channel],
        items: Mapping[str, str],
        data: Any = None,
        time_zone: str = "",
    ) -> None:
        """`time_zone`: what an empty form proposes."""
        self._version = version
        initial = _initial(version, time_zone)
        self.rules = ProgramForm(data, initial=initial)
        zones = time_zones.choices(also=initial["time_zone"])
        self.rules.fields["time_zone"].choices = zones  # type: ignore[attr-defined]  # stubs: Field
        last_known = version.reward.limited_names if version else {}
        self.names = {**last_known, **(names_sent(data) if data else {}), **items}
        self._items = items
        known = [(id, in_words([id], self.names)) for id in self.names]
        self.rules.fields["limited_to"].choices = known  # type: ignore[attr-defined]  # stubs: Field
        terms = rules_of(version).by_channel if version else {}
        self.channels = [
            TermsForm(channel, data, _initial_terms(terms.get(id), is_first=not version))
            for id, channel in channels.items()
        ]
        self.channels.sort(key=lambda form: form.name.casefold())

    def is_valid(self) -> bool:
        """Whether all can be read; what cannot is said beside its field."""
        each = [form.is_valid() for form in (self.rules, *self.channels)]
        return all(each)

    def refuse(self, refused: Refused) -> None:
        """Put each problem beside its field: of the channel that it is of, or of the rules."""
        forms = {form.channel_id: form for form in self.channels}
        rest = []
        for problem in refused.problems:
            form = forms.get(problem.item.id) if problem.item else None
            if problem.item and form:
                form.add_error(problem.item.field, str(problem.message))
            elif problem.field == "channels" and self.channels:
                self.channels[0].add_error("earns", str(problem.message))
            else:
                rest.append(replace(problem, field="title") if problem.field == "name" else problem)
        self.rules.refuse(Refused(*rest))

    def scope(self) -> list[Choice]:
        """What the coupon is limited to, by name. What `items` lacks is marked as gone."""
        ids = dict.fromkeys(self.rules["limited_to"].value() or ())
        chosen = [choice(id, self.names.get(id, id), is_gone=id not in self._items) for id in ids]
        return sorted(chosen, key=lambda each: each.name.casefold())

    def never_sent(self) -> list[str]:
        """The reminders that are chosen, and longer than points last."""
        given = getattr(self.rules, "cleaned_data", self.rules.initial)
        long = too_long(given.get("reminders") or (), expiry_days=given.get("expiry_days"))
        words = dict(self.rules.fields["reminders"].choices)  # type: ignore[attr-defined]
        return [str(words[reminder]) for reminder in long]

    def changes(self) -> Changes:
        """As `programs.update` takes them. Only of valid forms."""
        given = dict(self.rules.cleaned_data)
        given["name"] = given.pop("title")
        if self._version:
            given["is_active"] = KEEP  # there is a switch for it
        return Changes(
            **given, channels=[terms for form in self.channels for terms in form.terms()]
        )

    def differences(self) -> Iterator[Difference]:
        """Where what was typed differs from the rules in force. Only of valid forms."""
        yield from differences(self.rules)
        for form in self.channels:
            if form.cleaned_data.get("earns") or "earns" in form.changed_data:
                yield from differences(form, of=form.name)


def _initial(version: ProgramVersion | None, time_zone: str) -> dict[str, Any]:
    if version:
        return {**values_of(rules_of(version)), "opened_at": version.number}
    first = {"title": gettext("Loyalty program"), "is_active": True, "opened_at": 0}
    if time_zone:
        first["time_zone"] = time_zone
    return {**values_of(FIRST_RULES), **first}


def values_of(rules: Rules) -> dict[str, Any]:
    """What rules say, by the names of the form's fields."""
    names = set(ProgramForm.base_fields)
    known = {rule.name: getattr(rules, rule.name) for rule in fields(rules) if rule.name in names}
    return {"title": rules.name, **known}


def _initial_terms(terms: Terms | None, *, is_first: bool) -> dict[str, Any]:
    shown = terms or FIRST_TERMS
    earns = bool(terms) or is_first
    return {"earns": earns, **{name: _plain(getattr(shown, name)) for name in TERMS}}


def _plain(value: Decimal | None) -> Decimal | None:
    """10.0000 as 10: the column's decimals say nothing."""
    if value is None:
        return None
    return value.quantize(Decimal(1)) if value == value.to_integral() else value.normalize()
