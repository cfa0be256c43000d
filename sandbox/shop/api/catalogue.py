"""Products with their prices, for a storefront to fill carts; and how they are grouped."""

import re
from typing import Any

from ariadne import ObjectType, QueryType
from django.db.models import QuerySet
from graphql import GraphQLResolveInfo

from sandbox.shop.api.access import require
from sandbox.shop.api.connections import connection
from sandbox.shop.api.money import taxed
from sandbox.shop.ids import keys_of
from sandbox.shop.models import Category, Collection, Product

query = QueryType()
product_type = ObjectType("Product")
variant_type = ObjectType("ProductVariant")


@query.field("products")
def products(
    _root: object,
    info: GraphQLResolveInfo,
    channel: str | None = None,
    where: dict[str, Any] | None = None,
    search: str = "",
    first: int | None = None,
    after: str | None = None,
) -> Any:
    """Products priced in a channel. Without one, staff sees all of them.

    A search finds words of names, whatever their case.
    """
    rows = _narrowed(Product.objects.all(), where=where)
    for word in search.split():
        rows = rows.filter(name__iregex=rf"\m{re.escape(word)}\M")
    rows = rows.prefetch_related("prices__channel")
    if channel:
        rows = rows.filter(prices__channel__slug=channel)
    else:
        require(info, "AUTHENTICATED_APP", "AUTHENTICATED_STAFF_USER")
    page = connection(info, rows, first=first, after=after)
    for edge in page["edges"]:  # type: ignore[attr-defined]  # made a few lines above
        edge["node"].asked_channel = channel
    return page


@query.field("collections")
def collections(_root: object, info: GraphQLResolveInfo, **given: Any) -> Any:
    return _groups(Collection.objects.all(), info, **given)


@query.field("categories")
def categories(_root: object, info: GraphQLResolveInfo, **given: Any) -> Any:
    return _groups(Category.objects.all(), info, **given)


def _groups(
    rows: "QuerySet[Any]",
    info: GraphQLResolveInfo,
    *,
    where: dict[str, Any] | None = None,
    filter: dict[str, Any] | None = None,
    first: int | None = None,
    after: str | None = None,
) -> Any:
    """Groups of products; a search finds parts of names, whatever their case."""
    search = (filter or {}).get("search") or ""
    rows = _narrowed(rows, where=where).filter(name__icontains=search)
    return connection(info, rows, first=first, after=after)


def _narrowed(rows: "QuerySet[Any]", *, where: dict[str, Any] | None) -> "QuerySet[Any]":
    """Those with the ids that are asked for; all when none are spoken of."""
    if where is None or "ids" not in where:
        return rows
    return rows.filter(pk__in=keys_of(rows.model.__name__, where["ids"]))


@product_type.field("productType")
def product_type_of(product: Product, _info: GraphQLResolveInfo) -> dict[str, object]:
    name = {"NORMAL": "Goods", "GIFT_CARD": "Gift cards"}[product.kind]
    return {
        "pk": product.kind,
        "name": name,
        "kind": product.kind,
        "is_shipping_required": product.is_shipping_required,
    }


@product_type.field("variants")
def variants(product: Product, _info: GraphQLResolveInfo) -> list[Product]:
    return [product]


@variant_type.field("product")
def product_of(variant: Product, _info: GraphQLResolveInfo) -> Product:
    return variant


@variant_type.field("pricing")
def pricing(variant: Product, _info: GraphQLResolveInfo) -> dict[str, object] | None:
    """The price in the channel that the products were asked for."""
    slug = getattr(variant, "asked_channel", None)
    for price in variant.prices.all():
        if price.channel.slug == slug:
            return {"price": taxed(price.amount, price.channel)}
    return None


bindables = [query, product_type, variant_type]
