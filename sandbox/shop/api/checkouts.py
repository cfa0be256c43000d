"""Carts over the API, as a storefront uses them."""

from typing import Any

from ariadne import MutationType, ObjectType, QueryType
from graphql import GraphQLResolveInfo

from sandbox.shop import checkouts
from sandbox.shop.api import orders
from sandbox.shop.api.access import Requestor
from sandbox.shop.api.money import money, taxed
from sandbox.shop.api.mutations import find, payload
from sandbox.shop.models import Channel, Checkout, Product
from sandbox.shop.problems import ShopError

query = QueryType()
mutation = MutationType()
checkout_type = ObjectType("Checkout")


@query.field("checkout")
def checkout(_root: object, _info: GraphQLResolveInfo, id: str | None = None) -> Checkout | None:
    try:
        return _found(id)
    except ShopError:
        return None


@mutation.field("checkoutCreate")
@payload()
def checkout_create(info: GraphQLResolveInfo, *, input: dict[str, Any]) -> dict[str, Any]:
    requestor: Requestor = info.context
    channel = Channel.objects.filter(slug=input.get("channel")).first()
    if channel is None:
        message = f"Channel with '{input.get('channel')}' slug does not exist."
        raise ShopError(message, code="NOT_FOUND", field="channel")
    lines = [
        (
            find(Product.objects.all(), "ProductVariant", line["variant_id"], field="variantId"),
            line["quantity"],
        )
        for line in input["lines"]
    ]
    if any(quantity < 1 for _, quantity in lines):
        raise ShopError(
            "The quantity should be higher than zero.", code="ZERO_QUANTITY", field="quantity"
        )
    created = checkouts.create(
        channel=channel, user=requestor.user, email=input.get("email") or "", lines=lines
    )
    return {"checkout": created}


@mutation.field("checkoutDeliveryMethodUpdate")
@payload()
def checkout_delivery_method_update(
    _info: GraphQLResolveInfo, *, id: str | None = None, delivery_method_id: str | None = None
) -> dict[str, Any]:
    checkout = _found(id)
    if delivery_method_id:
        find(
            Channel.objects.filter(pk=checkout.channel_id),
            "ShippingMethod",
            delivery_method_id,
            field="deliveryMethodId",
        )
        checkouts.deliver(checkout)
    return {"checkout": checkout}


@mutation.field("checkoutAddPromoCode")
@payload()
def checkout_add_promo_code(
    _info: GraphQLResolveInfo, *, promo_code: str, id: str | None = None
) -> dict[str, Any]:
    checkout = _found(id)
    checkouts.add_code(checkout, promo_code)
    return {"checkout": checkout}


@mutation.field("checkoutComplete")
@payload()
def checkout_complete(_info: GraphQLResolveInfo, *, id: str | None = None) -> dict[str, Any]:
    order = checkouts.complete(_found(id))
    return {"order": orders.rows().get(pk=order.pk)}


@checkout_type.field("discount")
def discount(checkout: Checkout, _info: GraphQLResolveInfo) -> dict[str, object]:
    return money(checkouts.totals(checkout).discount, checkout.channel.currency_code)


@checkout_type.field("subtotalPrice")
def subtotal_price(checkout: Checkout, _info: GraphQLResolveInfo) -> dict[str, object]:
    return taxed(checkouts.totals(checkout).subtotal, checkout.channel)


@checkout_type.field("shippingPrice")
def shipping_price(checkout: Checkout, _info: GraphQLResolveInfo) -> dict[str, object]:
    return taxed(checkouts.totals(checkout).shipping, checkout.channel)


@checkout_type.field("totalPrice")
def total_price(checkout: Checkout, _info: GraphQLResolveInfo) -> dict[str, object]:
    return taxed(checkouts.totals(checkout).total, checkout.channel)


@checkout_type.field("lines")
def lines(checkout: Checkout, _info: GraphQLResolveInfo) -> list[dict[str, object]]:
    return [
        {
            "pk": line.pk,
            "quantity": line.quantity,
            "variant": line.product,
            "undiscounted_total_price": money(before, checkout.channel.currency_code),
            "total_price": taxed(after, checkout.channel),
        }
        for line, before, after in checkouts.totals(checkout).lines
    ]


@checkout_type.field("shippingMethods")
def shipping_methods(checkout: Checkout, _info: GraphQLResolveInfo) -> list[dict[str, object]]:
    """One way of delivery in each channel; it has the channel's key."""
    if not checkouts.needs_delivery(checkout):
        return []
    channel = checkout.channel
    price = money(channel.shipping_price, channel.currency_code)
    return [{"pk": channel.pk, "name": "Parcel", "price": price, "active": True}]


def _found(id: str | None) -> Checkout:
    return find(Checkout.objects.select_related("channel", "user"), "Checkout", id)


bindables = [query, mutation, checkout_type]
