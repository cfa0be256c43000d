"""What the shop has now, asked of its Saleor: its channels, and the things that it sells."""

from collections.abc import Sequence

from saleor_loyalty.models import Shop
from saleor_loyalty.saleor_api.facts import Channel
from saleor_loyalty.saleor_api.items import NAMED_AT_ONCE, CatalogueItem, kind_of
from saleor_loyalty.shop.connection import connect


def channels(shop: Shop) -> dict[str, Channel]:
    """The shop's channels by id. Raises SaleorUnavailable."""
    with connect(shop) as saleor:
        return saleor.channels()


def names(shop: Shop, ids: Sequence[str]) -> dict[str, str]:
    """What products, collections and categories are called, by their ids.

    What the shop does not have, or what is no such id, is not in it. Raises SaleorUnavailable.
    """
    known = [id for id in ids if kind_of(id)][:NAMED_AT_ONCE]
    if not known:
        return {}
    with connect(shop) as saleor:
        return saleor.names(known)


def find(shop: Shop, text: str) -> list[CatalogueItem]:
    """What the shop finds by a word: a few products, collections and categories.

    Products by whole words of their names, the others by parts of them, as Saleor searches; the
    first of each for no text. Raises SaleorUnavailable.
    """
    with connect(shop) as saleor:
        return saleor.find_items(text)
