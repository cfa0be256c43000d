"""What a coupon is limited to: searched in the shop's catalogue, shown by name, chosen by staff."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from saleor_loyalty.saleor_api.catalogue import Kind, kind_of

KINDS = {
    Kind.PRODUCT: gettext_lazy("Product"),
    Kind.COLLECTION: gettext_lazy("Collection"),
    Kind.CATEGORY: gettext_lazy("Category"),
}
WITHIN = {
    Kind.COLLECTION: pgettext_lazy("within a list", "{name} (collection)"),
    Kind.CATEGORY: pgettext_lazy("within a list", "{name} (category)"),
}


class ThingsField(forms.MultipleChoiceField):
    """Ids of things of the catalogue. Whether the shop has them is for the domain to say."""

    def valid_value(self, value: object) -> bool:
        return True


class Choice(NamedTuple):
    """A thing that the coupon is limited to, or may be. `is_gone`: the shop has it no more."""

    id: str
    name: str
    kind: str
    is_gone: bool = False


def choice(id: str, name: str | None) -> Choice:
    """`name` None: the shop has no such thing."""
    kind = kind_of(id)
    return Choice(id, name or id, str(KINDS[kind]) if kind else "", name is None)


def in_words(ids: Iterable[str], names: Mapping[str, str]) -> str:
    """“Juice, Drinks (category)”; for none of them, that it is the whole order."""
    said = [str(WITHIN.get(kind_of(id), "{name}")).format(name=names.get(id, id)) for id in ids]  # type: ignore[arg-type]  # what is no kind is in no words
    return ", ".join(sorted(said, key=str.casefold)) or _("the whole order")
