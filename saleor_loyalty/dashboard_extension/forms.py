"""The forms of the staff's actions, and how the domain's refusals come back beside their fields.

A form says itself only what it cannot read; what may not be, the domain says.
"""

import re
import uuid
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, ClassVar, Self

from django import forms
from django.core.exceptions import ValidationError
from django.forms.renderers import DjangoTemplates
from django.http import HttpRequest
from django.utils import formats, timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from saleor_loyalty.activities import staff_points
from saleor_loyalty.dashboard_extension.pages import Visit
from saleor_loyalty.dashboard_extension.tags import number
from saleor_loyalty.members import reasons
from saleor_loyalty.messages import failed
from saleor_loyalty.models import Entry
from saleor_loyalty.problems import Refused
from saleor_loyalty.saleor_api.transport import SaleorUnavailable
from saleor_loyalty.sentences import Words

A_DAY = {"type": "date"}

# As people write numbers; Python reads more: other alphabets, 1_000, 1e3.
PLAIN = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)", re.ASCII)


class _Plain(forms.IntegerField):
    """A number in plain figures, as Django has put them: with a point."""

    def to_python(self, value: Any) -> Any:
        if self.localize:
            value = formats.sanitize_separators(value)
        if value not in self.empty_values and not PLAIN.fullmatch(str(value).strip()):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(value)


class WholeNumberField(_Plain):
    """A whole number."""


class DecimalField(_Plain, forms.DecimalField):
    """A number that may have decimals."""


def midnight(day: date) -> datetime:
    """When a day begins in the program's time zone."""
    return datetime.combine(day, time.min, timezone.get_current_timezone())


class Form(forms.Form):
    """Drawn by Django's own templates: a shop may have its forms drawn by others."""

    default_renderer = DjangoTemplates

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, forms.IntegerField):  # decimals are of this kind too
                example = Decimal("12.5") if isinstance(field, forms.DecimalField) else 500
                words = gettext("Write a plain number, such as {example}.")
                field.error_messages["invalid"] = words.format(example=number(example))


class Filters(Form):
    """What a list is narrowed to. All of it is optional; what makes no sense narrows nothing."""

    @classmethod
    def asked(cls, request: HttpRequest) -> tuple[Self, dict[str, str]]:
        """The filters that an address names, read; and what it says of them."""
        filters = cls(request.GET)
        filters.is_valid()
        return filters, {
            name: request.GET[name] for name in filters.fields if request.GET.get(name)
        }


class StaffForm(Form):
    """A form whose ids begin with its own name: several stand on one page."""

    name = ""

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, initial: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(
            data, initial=dict(initial or {}), auto_id=f"{self.name}_%s", label_suffix=""
        )

    def refuse(self, refused: Refused) -> None:
        """Put each problem beside the field it names; above all fields if it names none of ours."""
        said = {(problem.field, str(problem.message)): None for problem in refused.problems}
        for field, words in said:  # each once
            self.add_error(field if field in self.fields else None, words)


def _lines(label: Words, help_text: Words, **attributes: object) -> forms.CharField:
    """A text of a few lines. Whether there has to be one, the domain says."""
    attributes = {"rows": 2, "maxlength": reasons.LONGEST, **attributes}
    widget = forms.Textarea(attrs=attributes)
    return forms.CharField(label=label, help_text=help_text, required=False, widget=widget)


class ReasonForm(StaffForm):
    """Why a member gets something, or why it is taken from them."""

    reason = _lines(_("Reason"), _("The customer reads it in their history."), required=True)
    internal_note = _lines(_("Internal note"), _("Only staff read it."))


def points_field(label: Words, help_text: Words = "") -> WholeNumberField:
    words = {"required": _("Say how many points.")}
    return WholeNumberField(label=label, help_text=help_text, error_messages=words)


class PointsForm(ReasonForm):
    """Points for a customer. Answered once, however often it is sent: `key` is its own."""

    verb: ClassVar[Callable[..., Entry]]

    key = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, initial: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(data, initial={"key": uuid.uuid4().hex, **(initial or {})})

    def post(self, visit: Visit, customer_id: str) -> Entry | None:
        """The entry it brings; None when something is wrong, and then the form says what."""
        if not self.is_valid():
            return None
        given = self.cleaned_data
        try:
            return type(self).verb(
                shop=visit.shop,
                customer_id=customer_id,
                points=given["points"],
                reason=given["reason"],
                internal_note=given["internal_note"],
                actor=visit.viewer.actor,
                idempotency_key=given["key"],
            )
        except Refused as refused:
            self.refuse(refused)
        except SaleorUnavailable:
            self.add_error(None, _("The shop does not answer just now. Nothing was given."))
        return None


class GiftForm(PointsForm):
    name = "gift"
    verb = staff_points.give
    points = points_field(_("Points"))


class CorrectForm(PointsForm):
    name = "correct"
    verb = staff_points.adjust
    points = points_field(
        _("Points, with a minus to take some away"),
        _("Takes no more than the member has."),
    )


class WithdrawForm(ReasonForm):
    """Of one coupon: a member's page has one for each."""

    RETURN, KEEP = "return", "keep"
    points = forms.ChoiceField(
        label=_("Its points"),
        required=False,
        initial=RETURN,
        widget=forms.RadioSelect,
        choices=[
            (RETURN, _("Give them back. They become a coupon again as soon as more points come.")),
            (KEEP, _("Do not give them back. They stay spent.")),
        ],
    )

    def __init__(self, coupon_id: int, data: Mapping[str, Any] | None = None) -> None:
        self.name = f"withdraw-{coupon_id}"
        super().__init__(data)
        self.fields["reason"].help_text = _("The customer reads it beside the coupon.")

    @property
    def returns_points(self) -> bool:
        """What is to become of them; they come back where nothing is said."""
        return bool(self.cleaned_data.get("points") != self.KEEP)


class BlockForm(StaffForm):
    """Why a member is to take part no more: not said to them, nor is that they are blocked."""

    name = "block"
    reason = _lines(_("Reason"), _("Only staff read it."), required=True)

    def clean_reason(self) -> str:
        """The domain asks for none: another system that blocks a member may have none to give."""
        if not (reason := str(self.cleaned_data["reason"])):
            raise ValidationError(_("Say why; the other staff will read it."))
        return reason


class TakeBackForm(ReasonForm):
    name = "take-back"


class ResendForm(StaffForm):
    """Why a message that was sent goes out again: for the other staff, not for the member."""

    name = "resend"
    why = forms.CharField(
        label=_("Reason"),
        help_text=_("It stands in the changes by staff; the customer does not read it."),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "maxlength": failed.LONGEST_REASON}),
    )
