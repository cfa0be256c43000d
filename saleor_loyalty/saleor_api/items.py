"""What of a shop's catalogue a voucher can be limited to, told apart by Saleor's ids."""

import enum
from base64 import b64decode, b64encode
from collections.abc import Iterable
from typing import NamedTuple

LARGEST_KEY = 2**31 - 1  # beyond it Saleor's database has no such number
NAMED_AT_ONCE = 100  # the longest page in which Saleor names them


class Kind(enum.StrEnum):
    """As Saleor's ids name them."""

    PRODUCT = "Product"
    COLLECTION = "Collection"
    CATEGORY = "Category"


# By the names of Saleor's fields and inputs.
KINDS = {"products": Kind.PRODUCT, "collections": Kind.COLLECTION, "categories": Kind.CATEGORY}


class CatalogueItem(NamedTuple):
    """A product, a collection or a category, by Saleor's global id."""

    id: str
    name: str


def kind_of(id: str) -> Kind | None:
    """What an id names; None when it is no such id, or not written as Saleor writes it."""
    try:
        kind, _colon, key = b64decode(id, validate=True).decode("ascii").partition(":")
    except ValueError:
        return None
    if kind not in KINDS.values() or not key.isdecimal() or int(key) > LARGEST_KEY:
        return None
    is_as_written = b64encode(f"{kind}:{int(key)}".encode()).decode() == id
    return Kind(kind) if is_as_written else None


def by_kind(ids: Iterable[str]) -> dict[str, list[str]]:
    """The ids as Saleor's inputs and answers have them: in a list for each kind."""
    kinds = [(id, kind_of(id)) for id in ids]
    return {name: [id for id, of in kinds if of == kind] for name, kind in KINDS.items()}
