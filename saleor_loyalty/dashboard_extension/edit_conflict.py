"""Two people at one form: who saves last sees what the other saved before it is written over."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from difflib import SequenceMatcher
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _

from saleor_loyalty.dashboard_extension.forms import StaffForm, WholeNumberField
from saleor_loyalty.dashboard_extension.tags import number
from saleor_loyalty.problems import EditConflict

NOTHING = "\N{EN DASH}"


class OpenedForm(StaffForm):
    """A form that remembers what it was opened at: a number that grows with each saving.

    `was_opened_at` is there once it is cleaned; a form that does not say is older than anything.
    """

    opened_at = WholeNumberField(widget=forms.HiddenInput, required=False, min_value=0)
    was_opened_at = 0

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        self.was_opened_at = given.pop("opened_at", None) or 0
        return given

    def reopen(self, conflict: EditConflict) -> None:
        """Have the form, with what was typed in it, take the place of what was saved meanwhile."""
        sent = QueryDict(mutable=True)
        sent.update(self.data)
        sent["opened_at"] = str(conflict.number)
        self.data = sent


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that says something else than what is saved."""

    label: str
    saved: str
    typed: str


def differences(form: forms.Form, *, of: str = "") -> Iterator[Difference]:
    """Where a form that was sent differs from its initial values, which are what is saved now.

    `of` goes before each label, where several forms have the same ones.
    """
    form.is_valid()  # clean it
    for name in form.changed_data:
        field = form[name]
        if field.is_hidden:
            continue
        typed = form.cleaned_data.get(name, field.data)
        saved, typed = _differing(shown(field.field, field.initial), shown(field.field, typed))
        if saved != typed:  # but for the ends of lines, as browsers send them
            yield Difference(f"{of}: {field.label}" if of else str(field.label), saved, typed)


def shown(field: forms.Field, value: object) -> str:
    """A field's value as the form shows it."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if value is None or value in ("", [], ()):
        return NOTHING
    if isinstance(field, forms.ChoiceField):
        words = {str(key): str(label) for key, label in field.widget.choices}
        chosen = value if isinstance(value, list | tuple) else [value]
        return ", ".join(words.get(str(each), str(each)) for each in chosen)
    return number(value) if isinstance(value, int | Decimal) else str(value)


def _differing(saved: str, typed: str) -> tuple[str, str]:
    """Of texts with many lines those that are not in both."""
    olds, news = saved.splitlines(), typed.splitlines()
    changes = [
        (olds[start:end], news[begin:stop])
        for tag, start, end, begin, stop in SequenceMatcher(None, olds, news, False).get_opcodes()
        if tag != "equal"
    ]
    return _lines(old for old, _new in changes), _lines(new for _old, new in changes)


def _lines(pieces: Iterable[list[str]]) -> str:
    return "\n".join(line for piece in pieces for line in piece) or NOTHING
