"""Returns and granted refunds over the API."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from ariadne import MutationType, ObjectType
from graphql import GraphQLResolveInfo

from sandbox.shop import returns
from sandbox.shop.api.access import require
from sandbox.shop.api.money import money
from sandbox.shop.api.mutations import find, payload
from sandbox.shop.api.orders import rows
from sandbox.shop.models import Fulfillment, GrantedRefund, Order, OrderLine
from sandbox.shop.problems import ShopError

mutation = MutationType()
order_type = ObjectType("Order")
fulfillment_type = ObjectType("Fulfillment")
refund_type = ObjectType("OrderGrantedRefund")


@order_type.field("fulfillments")
def fulfillments(order: Order, _info: GraphQLResolveInfo) -> list[Fulfillment]:
    return list(order.fulfillments.all())


@order_type.field("grantedRefunds")
def granted_refunds(order: Order, info: GraphQLResolveInfo) -> list[GrantedRefund]:
    require(info, "MANAGE_ORDERS")
    return list(order.granted_refunds.all())


@order_type.field("totalGrantedRefund")
def total_granted_refund(order: Order, _info: GraphQLResolveInfo) -> dict[str, object]:
    granted = sum((refund.amount for refund in order.granted_refunds.all()), Decimal(0))
    return money(granted, order.channel.currency_code)


@fulfillment_type.field("lines")
@refund_type.field("lines")
def lines(row: Fulfillment | GrantedRefund, _info: GraphQLResolveInfo) -> list[Any]:
    return list(row.lines.all())


@refund_type.field("amount")
def amount(refund: GrantedRefund, _info: GraphQLResolveInfo) -> dict[str, object]:
    return money(refund.amount, refund.order.channel.currency_code)


@refund_type.field("status")
def status(_refund: GrantedRefund, _info: GraphQLResolveInfo) -> str:
    """It has one only where a payment app is asked to pay it."""
    return "NONE"


@mutation.field("orderFulfillmentReturnProducts")
@payload("MANAGE_ORDERS")
def return_products(
    _info: GraphQLResolveInfo, *, order: str, input: dict[str, Any]
) -> dict[str, Any]:
    found = find(Order.objects.all(), "Order", order, field="order")
    if input.get("refund"):  # Saleor pays back payments of its older kind alone
        raise ShopError("Order cannot be refunded.", code="CANNOT_REFUND", field="order")
    pieces = _pieces(found, input.get("order_lines") or (), "order_line_id")
    made = returns.take_back(found, pieces)
    return {"return_fulfillment": made, "order": rows().get(pk=found.pk)}


@mutation.field("orderGrantRefundCreate")
@payload("MANAGE_ORDERS")
def grant_refund(_info: GraphQLResolveInfo, *, id: str, input: dict[str, Any]) -> dict[str, Any]:
    found = find(Order.objects.select_related("channel"), "Order", id)
    shipping = bool(input.get("grant_refund_for_shipping"))
    if input.get("amount") is None and not input.get("lines") and not shipping:
        message = "You must provide at least one of `amount`, `lines`, `grantRefundForShipping`."
        raise ShopError(message, code="REQUIRED", field="amount")
    made = returns.grant(
        found,
        find(
            found.transactions.all(),
            "TransactionItem",
            input["transaction_id"],
            field="transactionId",
        ),
        amount=input.get("amount"),
        pieces=_pieces(found, input.get("lines") or (), "id"),
        shipping=shipping,
    )
    return {"granted_refund": made, "order": rows().get(pk=found.pk)}


def _pieces(order: Order, given: Iterable[Mapping[str, Any]], field: str) -> dict[OrderLine, int]:
    lines = OrderLine.objects.filter(order=order)
    return {
        find(lines, "OrderLine", each[field], field="lines"): each["quantity"] for each in given
    }


bindables = [mutation, order_type, fulfillment_type, refund_type]
