"""The rows of the pocket Saleor: one file per noun, each with only the columns we need."""

from sandbox.shop.models.app import App, Delivery, Installation, SigningKey, Webhook
from sandbox.shop.models.catalogue import Category, Channel, Collection, Price, Product
from sandbox.shop.models.checkout import Checkout, CheckoutLine
from sandbox.shop.models.order import Order, OrderEvent, OrderLine
from sandbox.shop.models.returns import (
    Fulfillment,
    FulfillmentLine,
    GrantedRefund,
    GrantedRefundLine,
)
from sandbox.shop.models.transaction import Transaction, TransactionEvent
from sandbox.shop.models.user import User
from sandbox.shop.models.voucher import Voucher, VoucherCode, VoucherListing

__all__ = [
    "App",
    "Category",
    "Channel",
    "Checkout",
    "CheckoutLine",
    "Collection",
    "Delivery",
    "Fulfillment",
    "FulfillmentLine",
    "GrantedRefund",
    "GrantedRefundLine",
    "Installation",
    "Order",
    "OrderEvent",
    "OrderLine",
    "Price",
    "Product",
    "SigningKey",
    "Transaction",
    "TransactionEvent",
    "User",
    "Voucher",
    "VoucherCode",
    "VoucherListing",
    "Webhook",
]
