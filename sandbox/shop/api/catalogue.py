"""Products with their prices, as far as a storefront needs them to fill a cart."""

from typing import Any

from ariadne import ObjectType, QueryType
from graphql import GraphQLResolveInfo

from sandbox.shop.api.access import require
from sandbox.shop.api.connections import connection
from sandbox.shop.api.money import taxed
from sandbox.shop.models import Product

query = QueryType()
product_type = ObjectType("Product")
variant_type = ObjectType("ProductVariant")


@query.field("products")
def products(
    _root: object,
    info: GraphQLResolveInfo,
    channel: str | None = None,
    first: int | None = None,
    after: str | None = None,
) -> Any:
    """Products priced in a channel. Without one, staff sees all of them."""
    rows = Product.objects.prefetch_related("prices__channel")
    if channel:
        rows = rows.filter(prices__channel__slug=channel)
    else:
        require(info, "AUTHENTICATED_APP", "AUTHENTICATED_STAFF_USER")
    page = connection(info, rows, first=first, after=after)
    for edge in page["edges"]:  # type: ignore[attr-defined]  # made a few lines above
        edge["node"].asked_channel = channel
    return page


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
