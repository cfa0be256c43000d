"""The fields of an order, its lines and its payments."""

from decimal import Decimal
from typing import Any

from ariadne import ObjectType
from graphql import GraphQLResolveInfo

from sandbox.shop.api.access import PermissionDenied, Requestor, require
from sandbox.shop.api.money import money, taxed
from sandbox.shop.ids import global_id
from sandbox.shop.models import Order, OrderEvent, OrderLine, Transaction, User

order_type = ObjectType("Order")
line_type = ObjectType("OrderLine")

SEES_CUSTOMERS = ("MANAGE_USERS", "MANAGE_ORDERS", "HANDLE_PAYMENTS", "HANDLE_TAXES")


@order_type.field("user")
def user(order: Order, info: GraphQLResolveInfo) -> User | None:
    requestor: Requestor = info.context
    if order.user and requestor.user != order.user and not requestor.may(*SEES_CUSTOMERS):
        raise PermissionDenied("OWNER", *SEES_CUSTOMERS)
    return order.user


@order_type.field("languageCodeEnum")
def language(order: Order, _info: GraphQLResolveInfo) -> str:
    return order.language_code


@order_type.field("isPaid")
def is_paid(order: Order, _info: GraphQLResolveInfo) -> bool:
    return order.total_charged >= order.total


@order_type.field("authorizeStatus")
def authorize_status(order: Order, _info: GraphQLResolveInfo) -> str:
    """How much of the total is covered, charged or not. A total of 0 follows the charge status."""
    if not order.total:
        return "FULL" if order.is_fully_charged else "NONE"
    covered = order.total_charged + sum(
        (payment.authorized for payment in order.transactions.all()), Decimal(0)
    )
    if covered <= 0:
        return "NONE"
    return "FULL" if covered >= order.total else "PARTIAL"


@order_type.field("paymentStatus")
def payment_status(order: Order, _info: GraphQLResolveInfo) -> str:
    if order.total_charged >= order.total:
        return "FULLY_CHARGED"
    return "PARTIALLY_CHARGED" if order.total_charged > 0 else "NOT_CHARGED"


@order_type.field("total")
def total(order: Order, _info: GraphQLResolveInfo) -> dict[str, object]:
    return taxed(order.total, order.channel)


@order_type.field("undiscountedTotal")
def undiscounted_total(order: Order, _info: GraphQLResolveInfo) -> dict[str, object]:
    return taxed(order.total + order.discount, order.channel)


@order_type.field("subtotal")
def subtotal(order: Order, _info: GraphQLResolveInfo) -> dict[str, object]:
    return taxed(order.total - order.shipping_price, order.channel)


@order_type.field("shippingPrice")
def shipping_price(order: Order, _info: GraphQLResolveInfo) -> dict[str, object]:
    return taxed(order.shipping_price, order.channel)


@order_type.field("totalCharged")
def total_charged(order: Order, _info: GraphQLResolveInfo) -> dict[str, object]:
    return money(order.total_charged, order.channel.currency_code)


@order_type.field("totalRefunded")
def total_refunded(order: Order, _info: GraphQLResolveInfo) -> dict[str, object]:
    return money(order.total_refunded, order.channel.currency_code)


@order_type.field("totalBalance")
def total_balance(order: Order, _info: GraphQLResolveInfo) -> dict[str, object]:
    return money(order.total_charged - order.total, order.channel.currency_code)


@order_type.field("discounts")
def discounts(order: Order, _info: GraphQLResolveInfo) -> list[dict[str, object]]:
    """The voucher's discount.

    Saleor keeps it as the fixed amount it came to, whatever its type was.
    """
    if not order.discount or order.is_discount_on_lines:
        return []
    amount = money(order.discount, order.channel.currency_code)
    return [
        {
            "pk": order.pk,
            "type": "VOUCHER",
            "value_type": "FIXED",
            "value": order.discount,
            "amount": amount,
        }
    ]


@line_type.field("discounts")
def line_discounts(line: OrderLine, _info: GraphQLResolveInfo) -> list[dict[str, object]]:
    """What a voucher on specific products takes off this line."""
    taken_off = line.undiscounted_total - line.total
    if not taken_off or not line.order.is_discount_on_lines:
        return []
    total = money(taken_off, line.order.channel.currency_code)
    return [{"pk": line.pk, "type": "VOUCHER", "total": total}]


@order_type.field("lines")
def lines(order: Order, _info: GraphQLResolveInfo) -> list[OrderLine]:
    return list(order.lines.all())


@order_type.field("events")
def events(order: Order, info: GraphQLResolveInfo) -> list[OrderEvent]:
    require(info, "MANAGE_ORDERS")
    return list(order.events.all())


@order_type.field("payments")
def payments(_order: Order, info: GraphQLResolveInfo) -> list[object]:
    """Saleor's older kind of payment, of which there is none here."""
    require(info, "MANAGE_ORDERS")
    return []


@order_type.field("transactions")
def transactions(order: Order, info: GraphQLResolveInfo) -> list[Transaction]:
    require(info, "MANAGE_ORDERS", "HANDLE_PAYMENTS")
    return list(order.transactions.all())


@line_type.field("isGift")
def is_gift(_line: OrderLine, _info: GraphQLResolveInfo) -> bool:
    return False


@line_type.field("productVariantId")
def product_variant_id(line: OrderLine, _info: GraphQLResolveInfo) -> str | None:
    return global_id("ProductVariant", line.product_id) if line.product_id else None


@line_type.field("variant")
def variant(line: OrderLine, _info: GraphQLResolveInfo) -> Any:
    return line.product


@line_type.field("unitPrice")
def unit_price(line: OrderLine, _info: GraphQLResolveInfo) -> dict[str, object]:
    return taxed(line.total / line.quantity, line.order.channel)


@line_type.field("totalPrice")
def total_price(line: OrderLine, _info: GraphQLResolveInfo) -> dict[str, object]:
    return taxed(line.total, line.order.channel)


@line_type.field("undiscountedTotalPrice")
def undiscounted_total_price(line: OrderLine, _info: GraphQLResolveInfo) -> dict[str, object]:
    return taxed(line.undiscounted_total, line.order.channel)


bindables = [order_type, line_type]
