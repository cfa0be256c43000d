"""What a coupon is limited to: searched in the shop's catalogue, shown by name, chosen by staff."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from django import forms
from django.http import HttpResponse, QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from saleor_loyalty.dashboard_extension.pages import Visit, page, show
from saleor_loyalty.permissions import Permission
from saleor_loyalty.saleor_api.items import Kind, kind_of
from saleor_loyalty.saleor_api.transport import SaleorRefused, SaleorUnavailable
from saleor_loyalty.shop import catalogue

LONGEST_TEXT = 100
CALLED = "called-"  # before a thing's id: the field in which a form sends its name along

KINDS = {
    Kind.PRODUCT: _("Product"),
    Kind.COLLECTION: _("Collection"),
    Kind.CATEGORY: _("Category"),
}
WITHIN = {
    Kind.COLLECTION: _("{name} (collection)"),
    Kind.CATEGORY: _("{name} (category)"),
}


class ThingsField(forms.MultipleChoiceField):
    """Ids of items of the catalogue. Whether the shop has them is for the domain to say."""

    def valid_value(self, value: object) -> bool:
        return True


class Choice(NamedTuple):
    """A thing that the coupon is limited to, or may be. `is_gone`: the shop has it no more."""

    id: str
    name: str
    kind: str
    is_gone: bool = False


def choice(id: str, name: str, *, is_gone: bool = False) -> Choice:
    kind = kind_of(id)
    return Choice(id, name, str(KINDS[kind]) if kind else "", is_gone)


def names_sent(posted: QueryDict) -> dict[str, str]:
    """What the items of a form are called, as it says itself: the shop is not asked again."""
    return {id: str(posted.get(f"{CALLED}{id}", "")) or id for id in posted.getlist("limited_to")}


@page(Permission.MANAGE_SETTINGS)
def items_view(visit: Visit) -> HttpResponse:
    """What the shop finds by `text`, without what is chosen already."""
    query = visit.request.GET
    text = query.get("text", "").strip()[:LONGEST_TEXT]
    chosen = set(query.getlist("limited_to"))
    try:
        found = catalogue.find(visit.shop, text)
    except (SaleorUnavailable, SaleorRefused):
        return show(visit, "program/items.html", {"is_asked": False})
    items = [choice(*item) for item in found if item.id not in chosen]
    context = {"is_asked": True, "text": text, "items": items}
    return show(visit, "program/items.html", context)


def in_words(ids: Iterable[str], names: Mapping[str, str]) -> str:
    """“Juice, Drinks (category)”; for none of them, that it is the whole order."""
    said = [_called(id, names.get(id, id)) for id in ids]
    return ", ".join(sorted(said, key=str.casefold)) or gettext("the whole order")


def _called(id: str, name: str) -> str:
    kind = kind_of(id)
    return str(WITHIN[kind]).format(name=name) if kind in WITHIN else name
