"""Goods that come back, and refunds that staff grant: neither moves any money."""

from collections.abc import Mapping
from decimal import Decimal

from django.db import transaction
from django.db.models import Sum

from sandbox.shop import orders
from sandbox.shop.events import emit
from sandbox.shop.models import (
    Fulfillment,
    FulfillmentLine,
    GrantedRefund,
    GrantedRefundLine,
    Order,
    OrderLine,
    Transaction,
)
from sandbox.shop.prices import to_cents
from sandbox.shop.problems import ShopError


@transaction.atomic
def take_back(order: Order, pieces: Mapping[OrderLine, int]) -> Fulfillment:
    """Pieces of an order's lines come back. Raises ShopError when there are not so many."""
    order = orders.lock(order)
    for line, quantity in pieces.items():
        if quantity > line.quantity - returned(line):
            message = "Provided quantity is bigger than unfulfilled quantity."
            raise ShopError(message, code="INVALID", field="orderLineId")
    fulfillment = order.fulfillments.create(status="RETURNED")
    FulfillmentLine.objects.bulk_create(
        FulfillmentLine(fulfillment=fulfillment, order_line=line, quantity=quantity)
        for line, quantity in pieces.items()
    )
    lines = list(order.lines.all())
    is_all = all(returned(line) == line.quantity for line in lines)
    order.status = Order.Status.RETURNED if is_all else Order.Status.PARTIALLY_RETURNED
    order.save()
    order.events.create(type="FULFILLMENT_RETURNED")
    emit(order, "ORDER_UPDATED")
    return fulfillment


def returned(line: OrderLine) -> int:
    """How many pieces of a line came back."""
    return line.fulfillment_lines.aggregate(pieces=Sum("quantity"))["pieces"] or 0


@transaction.atomic
def grant(
    order: Order,
    payment: Transaction,
    *,
    amount: Decimal | None,
    pieces: Mapping[OrderLine, int],
    shipping: bool,
) -> GrantedRefund:
    """A refund of an amount, or of what the pieces and shipping cost, up to what was charged.

    No event tells of it. Raises ShopError when the amount is more than was charged.
    """
    if amount is None:
        price = sum(to_cents(line.total / line.quantity) * n for line, n in pieces.items())
        amount = min(Decimal(price) + shipping * order.shipping_price, payment.charged)
    elif amount > payment.charged:
        message = "Amount cannot be greater than the charged amount of provided transaction."
        raise ShopError(message, code="AMOUNT_GREATER_THAN_AVAILABLE", field="amount")
    refund = order.granted_refunds.create(amount=amount, shipping_costs_included=shipping)
    GrantedRefundLine.objects.bulk_create(
        GrantedRefundLine(refund=refund, order_line=line, quantity=quantity)
        for line, quantity in pieces.items()
    )
    return refund
