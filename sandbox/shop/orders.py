"""What happens to an order, and which events Saleor fires for it, in which order."""

from collections.abc import Sequence
from decimal import Decimal

from django.db import connection, transaction
from django.db.models import Max, Sum

from sandbox.shop.events import emit
from sandbox.shop.models import (
    Channel,
    Order,
    OrderLine,
    Product,
    Transaction,
    TransactionEvent,
    User,
)
from sandbox.shop.problems import ShopError


def lock(order: Order) -> Order:
    """The order as it is now, which nobody else changes before this transaction ends."""
    return (
        Order.objects.select_for_update(of=("self",))
        .select_related("channel", "user")
        .get(pk=order.pk)
    )


def next_number() -> int:
    """The number of the next order; concurrent transactions wait for each other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('shop: number of an order'))")
    return (Order.objects.aggregate(last=Max("number"))["last"] or 0) + 1


@transaction.atomic
def draft(
    *,
    channel: Channel,
    user: User | None,
    email: str,
    lines: Sequence[tuple[Product, int, Decimal]],
) -> Order:
    """An order that staff prepares, of (product, quantity, price of one); delivery is free."""
    totals = [quantity * price for _, quantity, price in lines]
    order = Order.objects.create(
        number=next_number(),
        status=Order.Status.DRAFT,
        origin=Order.Origin.DRAFT,
        channel=channel,
        user=customer(user, email),
        user_email=email,
        shipping_price=Decimal(0),
        total=sum(totals, Decimal(0)),
    )
    OrderLine.objects.bulk_create(
        OrderLine(
            order=order,
            position=position,
            product=product,
            product_name=product.name,
            quantity=quantity,
            undiscounted_total=total,
            total=total,
        )
        for position, ((product, quantity, _), total) in enumerate(zip(lines, totals, strict=True))
    )
    _note(order, "ADDED_PRODUCTS", "DRAFT_CREATED")
    return order


@transaction.atomic
def complete_draft(order: Order) -> Order:
    """The draft becomes an order. Raises ShopError when it is one already."""
    order = lock(order)
    if order.status != Order.Status.DRAFT:
        raise ShopError("The order is not draft.", code="INVALID", field="id")
    order.status = Order.Status.UNFULFILLED
    order.save()
    _note(order, "PLACED_FROM_DRAFT")
    emit(order, "ORDER_CREATED")
    _confirmed(order)
    return order


def placed(order: Order) -> None:
    """What Saleor tells when a checkout has become an order, paid or not yet."""
    _note(order, "PLACED")
    _take_amounts(order)
    emit(order, "ORDER_CREATED")
    if order.is_fully_charged:
        _charged(order)
    _confirmed(order)


@transaction.atomic
def mark_as_paid(order: Order) -> Order:
    """Staff says that the order was paid elsewhere.

    Raises ShopError when there is a payment already.
    """
    order = lock(order)
    if order.transactions.exists():
        message = "Orders with transactions can not be manually marked as paid."
        raise ShopError(message, code="TRANSACTION_ERROR", field="transaction")
    payment = Transaction.objects.create(
        order=order,
        name="Manual payment",
        currency=order.channel.currency_code,
        charged=order.total,
    )
    TransactionEvent.objects.create(transaction=payment, type="CHARGE_SUCCESS", amount=order.total)
    _take_amounts(order)
    _note(order, "ORDER_MARKED_AS_PAID")
    emit(order, "ORDER_FULLY_PAID", "ORDER_UPDATED")
    return order


@transaction.atomic
def cancel(order: Order) -> Order:
    """Cancel an order; what was paid for it stays paid.

    Raises ShopError when it cannot be cancelled.
    """
    order = lock(order)
    if order.status != Order.Status.UNFULFILLED:
        raise ShopError("This order can't be canceled.", code="CANNOT_CANCEL_ORDER", field="order")
    _note(order, "CANCELED")
    order.status = Order.Status.CANCELED
    order.save()
    emit(order, "ORDER_CANCELLED", "ORDER_UPDATED")
    return order


def settle_payment(order: Order, *, charged: Decimal, refunded: Decimal) -> None:
    """Take over what a payment now stands at, `charged` and `refunded` being the change."""
    _take_amounts(order)
    if charged > 0 and order.status != Order.Status.DRAFT:
        _charged(order)
    if refunded > 0:
        emit(order, "ORDER_REFUNDED", "ORDER_UPDATED")
        if order.total_refunded >= order.total:
            emit(order, "ORDER_FULLY_REFUNDED")
    elif charged < 0:
        emit(order, "ORDER_UPDATED")


def _charged(order: Order) -> None:
    """More was charged: told each time, as the whole too each time it is the whole, or more."""
    emit(order, "ORDER_PAID")
    if order.is_fully_charged:
        _note(order, "ORDER_FULLY_PAID")
        if order.status == Order.Status.CANCELED:  # "cancelled" is not final in Saleor
            order.status = Order.Status.UNFULFILLED
            order.save()
        emit(order, "ORDER_FULLY_PAID")
    emit(order, "ORDER_UPDATED")


def _confirmed(order: Order) -> None:
    _note(order, "CONFIRMED")
    emit(order, "ORDER_CONFIRMED")


def _take_amounts(order: Order) -> None:
    sums = order.transactions.aggregate(charged=Sum("charged"), refunded=Sum("refunded"))
    order.total_charged = sums["charged"] or Decimal(0)
    order.total_refunded = sums["refunded"] or Decimal(0)
    order.charge_status = _charge_status(order)
    order.save()


def _charge_status(order: Order) -> Order.Charge:
    if order.total_charged == order.total:
        return Order.Charge.FULL
    if order.total_charged <= 0:
        return Order.Charge.NONE
    return Order.Charge.PARTIAL if order.total_charged < order.total else Order.Charge.OVERCHARGED


def customer(user: User | None, email: str) -> User | None:
    """Whose order it is: also of a registered customer whose email somebody else typed in."""
    return user or User.objects.filter(email=email, is_staff=False).first()


def _note(order: Order, *event_types: str) -> None:
    for event_type in event_types:
        order.events.create(type=event_type)
