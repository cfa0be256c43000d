"""The program's rules as a form: the rules themselves, and what each channel says of them."""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from zoneinfo import available_timezones

from django import forms
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from saleor_loyalty.dashboard_extension.coupon_scope import (
    Choice,
    ThingsField,
    choice,
    in_words,
    names_sent,
)
from saleor_loyalty.dashboard_extension.edit_conflict import Difference, OpenedForm, differences
from saleor_loyalty.dashboard_extension.forms import DecimalField, Form, WholeNumberField
from saleor_loyalty.models import (
    DiscountType,
    ExpiryPolicy,
    ProgramVersion,
    SpendBasis,
)
from saleor_loyalty.program.threshold_reward import rules_of
from saleor_loyalty.program.validation import (
    LONGEST_NAME,
    MAX_AMOUNT,
    MAX_DAYS,
    MAX_POINTS,
    MAX_RATE,
    decimals_of,
)
from saleor_loyalty.rules.reminders import Reminder
from saleor_loyalty.saleor_api.facts import Channel

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise as Words  # text, translated when shown

# What the empty form proposes: the example that most shops start from.
FIRST_RULES = {
    "name": _("Loyalty program"),
    "threshold": 5000,
    "reward_name": "",
    "discount_type": DiscountType.PERCENTAGE,
    "coupon_valid_days": 60,
    "basis": SpendBasis.GROSS,
    "expiry_policy": ExpiryPolicy.NEVER,
    "time_zone": "UTC",
    "reminders": [reminder.value for reminder in Reminder],
    "is_active": True,
}
# What a channel's form says of it, beside whether its orders earn.
TERMS = ("points_per_unit", "discount_value", "min_spent")
FIRST_TERMS = {"earns": True, "points_per_unit": Decimal(10), "discount_value": Decimal(10)}


def _decimal(
    label: "Words", *, places: int, most: Decimal, help_text: "Words" = ""
) -> DecimalField:
    return DecimalField(
        label=label,
        help_text=help_text,
        required=False,
        min_value=0,
        max_value=most,
        decimal_places=places,
        localize=True,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )


class ProgramForm(OpenedForm):
    """The rules that hold in all channels."""

    name = "program"

    title = forms.CharField(label=_("Name of the program"), max_length=LONGEST_NAME)
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
        min_value=1,
        max_value=MAX_POINTS,
        help_text=_("Each time a balance reaches it, the points turn into a coupon by themselves."),
    )
    reward_name = forms.CharField(
        label=_("What the coupon is called"),
        required=False,
        max_length=LONGEST_NAME,
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
        min_value=1,
        max_value=MAX_DAYS,
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
        label=_("When points end"),
        widget=forms.RadioSelect,
        choices=[
            (ExpiryPolicy.NEVER, _("Never")),
            (ExpiryPolicy.ROLLING, _("The whole balance, some time after the last paid order")),
            (ExpiryPolicy.PER_LOT, _("Each on its own, some time after it came")),
        ],
    )
    expiry_days = WholeNumberField(
        label=_("After how many days"), required=False, min_value=1, max_value=MAX_DAYS
    )
    reminders = forms.MultipleChoiceField(
        label=_("Email members before points end"),
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
        choices=[(zone, zone.replace("_", " ")) for zone in sorted(available_timezones())],
        help_text=_("Days end at midnight there."),
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if given.get("expiry_policy") == ExpiryPolicy.NEVER:
            given["expiry_days"] = None
            self.errors.pop("expiry_days", None)
        elif not given.get("expiry_days") and "expiry_days" not in self.errors:
            self.add_error("expiry_days", gettext("Say after how many days points expire."))
        return given


class TermsForm(Form):
    """What one channel earns, and what the coupon is worth there."""

    earns = forms.BooleanField(required=False)
    points_per_unit = _decimal(_("Points for one unit of the currency"), places=4, most=MAX_RATE)
    discount_value = _decimal(_("Discount"), places=3, most=MAX_AMOUNT)
    min_spent = _decimal(
        _("Only for orders from"), places=3, most=MAX_AMOUNT, help_text=_("Empty: any order.")
    )

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

    def check(self, discount_type: str) -> None:
        """What a channel that earns has to say."""
        given = self.cleaned_data
        if not given.get("earns"):
            self.errors.clear()
            return
        for name in ("points_per_unit", "discount_value"):
            if given.get(name) is None and name not in self.errors:
                self.add_error(name, gettext("Give a number."))
        value = given.get("discount_value")
        if value is not None and value <= 0:
            self.add_error("discount_value", gettext("The discount has to be more than nothing."))
        if value is not None and discount_type == DiscountType.PERCENTAGE and value > 100:
            self.add_error("discount_value", gettext("A discount has 100 percent at most."))
        is_amount = discount_type == DiscountType.FIXED
        self._check_decimals(["discount_value", "min_spent"] if is_amount else ["min_spent"])

    def _check_decimals(self, amounts: Iterable[str]) -> None:
        """No amount may be finer than the currency: the shop takes no such vouchers."""
        most = decimals_of(self.currency)
        words = ngettext(
            "{currency} has {number} decimal at most.",
            "{currency} has {number} decimals at most.",
            most,
        )
        words = words if most else gettext("{currency} has no decimals.")
        for name in amounts:
            value = self.cleaned_data.get(name)
            if value is not None and value != round(value, most):
                self.add_error(name, words.format(currency=self.currency, number=most))

    def terms(self) -> dict[str, Any]:
        return {"channel_id": self.channel_id, **{name: self.cleaned_data[name] for name in TERMS}}


class ProgramForms:
    """The form and those of the channels, filled in by staff, or by the rules as they are."""

    def __init__(
        self,
        *,
        version: ProgramVersion | None,
        channels: Mapping[str, Channel],
        items: Mapping[str, str],
        data: Any = None,
    ) -> None:
        self.rules = ProgramForm(data, initial=_initial(version))
        last_known = version.reward.limited_names if version else {}
        self.names = {**last_known, **(names_sent(data) if data else {}), **items}
        self._items = items
        known = [(id, in_words([id], self.names)) for id in self.names]
        self.rules.fields["limited_to"].choices = known  # type: ignore[attr-defined]  # stubs: Field
        terms = (
            {each["channel_id"]: each for each in rules_of(version)["channels"]} if version else {}
        )
        self.channels = [
            TermsForm(channel, data, _initial_terms(terms.get(id), is_first=not version))
            for id, channel in channels.items()
        ]
        self.channels.sort(key=lambda form: form.name.casefold())

    def is_valid(self) -> bool:
        """Also fills in what is wrong, beside each field."""
        is_valid = self.rules.is_valid()
        for form in self.channels:
            form.full_clean()
            form.check(self.rules.cleaned_data.get("discount_type", ""))
            is_valid = is_valid and not form.errors
        if is_valid and not list(self.earning()):
            self.rules.add_error(None, gettext("Let at least one channel earn points."))
            return False
        return is_valid

    def scope(self) -> list[Choice]:
        """What the coupon is limited to, by name. What `items` lacks is marked as gone."""
        ids = dict.fromkeys(self.rules["limited_to"].value() or ())
        chosen = [choice(id, self.names.get(id, id), is_gone=id not in self._items) for id in ids]
        return sorted(chosen, key=lambda each: each.name.casefold())

    def earning(self) -> Iterable[TermsForm]:
        return (form for form in self.channels if form.cleaned_data.get("earns"))

    def changes(self) -> dict[str, Any]:
        """As `programs.update` takes them. Only of valid forms."""
        given = dict(self.rules.cleaned_data)
        given["name"] = given.pop("title")
        del given["is_active"]
        return {**given, "channels": [form.terms() for form in self.earning()]}

    def differences(self) -> Iterator[Difference]:
        """Where what was typed differs from the rules in force. Only of valid forms."""
        yield from differences(self.rules)
        for form in self.channels:
            if form.cleaned_data.get("earns") or "earns" in form.changed_data:
                yield from differences(form, of=form.name)


def _initial(version: ProgramVersion | None) -> dict[str, Any]:
    if version is None:
        return {**FIRST_RULES, "title": FIRST_RULES["name"], "opened_at": 0}
    return {**values_of(version), "opened_at": version.number}


def values_of(version: ProgramVersion) -> dict[str, Any]:
    """What a version says, by the names of the form's fields."""
    known = {"title": version.name}
    names = set(ProgramForm.base_fields).difference(known, ["is_active", "opened_at"])
    rules = rules_of(version)
    return {**known, **{name: rules[name] for name in names}}


def _initial_terms(terms: Mapping[str, Any] | None, *, is_first: bool) -> dict[str, Any]:
    if terms is None:
        return {**FIRST_TERMS, "earns": is_first}
    return {"earns": True, **{name: _plain(terms[name]) for name in TERMS}}


def _plain(value: Decimal | None) -> Decimal | None:
    """10.0000 as 10: the column's decimals say nothing."""
    if value is None:
        return None
    return value.quantize(Decimal(1)) if value == value.to_integral() else value.normalize()
