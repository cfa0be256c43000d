"""Carts: filled, tried with a code, and completed into orders.

Channels here allow orders that are not paid yet.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple

from django.db import transaction

from sandbox.shop import orders, vouchers
from sandbox.shop.models import (
    Channel,
    Checkout,
    CheckoutLine,
    Order,
    OrderLine,
    Product,
    User,
    Voucher,
)
from sandbox.shop.problems import ShopError
from sandbox.shop.vouchers import Piece


class Totals(NamedTuple):
    """What a cart comes to. `lines` has for each line its total before and after the discount."""

    lines: list[tuple[CheckoutLine, Decimal, Decimal]]
    undiscounted: Decimal
    discount: Decimal
    shipping: Decimal

    @property
    def subtotal(self) -> Decimal:
        return self.undiscounted - self.discount

    @property
    def total(self) -> Decimal:
        return self.subtotal + self.shipping


@transaction.atomic
def create(
    *,
    channel: Channel,
    user: User | None,
    email: str = "",
    lines: Iterable[tuple[Product, int]] = (),
) -> Checkout:
    checkout = Checkout.objects.create(
        channel=channel, user=user, email=email or (user.email if user else "")
    )
    for product, quantity in lines:
        set_quantity(checkout, product, quantity)
    return checkout


def set_quantity(checkout: Checkout, product: Product, quantity: int) -> None:
    """Have so many pieces of a product in the cart.

    A code that the cart no longer reaches is taken out.
    """
    if quantity > 0:
        checkout.lines.update_or_create(product=product, defaults={"quantity": quantity})
    else:
        checkout.lines.filter(product=product).delete()
    if checkout.voucher_code and not totals(checkout).discount:
        remove_code(checkout)


def add_code(checkout: Checkout, code: str) -> None:
    """Use a voucher's code for this cart.

    Raises ShopError, and leaves the cart alone, when it is not good for it.
    """
    voucher = vouchers.active_code(code, checkout.channel).voucher
    vouchers.discounts(voucher, checkout.channel, _pieces(checkout, _lines(checkout)))
    checkout.voucher_code = code
    checkout.save(update_fields=["voucher_code"])


def remove_code(checkout: Checkout) -> None:
    checkout.voucher_code = None
    checkout.save(update_fields=["voucher_code"])


def deliver(checkout: Checkout, has_delivery: bool = True) -> None:
    """Choose the only way of delivery there is, or none."""
    checkout.has_delivery = has_delivery
    checkout.save(update_fields=["has_delivery"])


def needs_delivery(checkout: Checkout) -> bool:
    return any(line.product.is_shipping_required for line in _lines(checkout))


def totals(checkout: Checkout) -> Totals:
    """What the cart comes to now.

    A code that has been used elsewhere meanwhile gives no discount.
    """
    lines = _lines(checkout)
    pieces = _pieces(checkout, lines)
    taken_off = _discounts(checkout, pieces)
    before = [piece.total for piece in pieces]
    after = [total - off for total, off in zip(before, taken_off, strict=True)]
    undiscounted, discount = sum(before, Decimal(0)), sum(taken_off, Decimal(0))
    shipping = checkout.channel.shipping_price if checkout.has_delivery else Decimal(0)
    return Totals(list(zip(lines, before, after, strict=True)), undiscounted, discount, shipping)


@transaction.atomic
def complete(checkout: Checkout) -> Order:
    """The cart becomes an order, with the payments made for it; the cart is gone.

    Raises ShopError.
    """
    checkout = (
        Checkout.objects.select_for_update(of=("self",))
        .select_related("channel", "user")
        .get(pk=checkout.pk)
    )
    _check_complete(checkout)
    if checkout.voucher_code:
        vouchers.lock(checkout.voucher_code)
    amounts = totals(checkout)
    if checkout.voucher_code:
        if not amounts.discount:
            raise ShopError(
                "Voucher not applicable", code="VOUCHER_NOT_APPLICABLE", field="voucherCode"
            )
        vouchers.use(checkout.voucher_code)
    order = _order(checkout, amounts)
    checkout.transactions.update(order=order)
    checkout.delete()
    orders.placed(order)
    return order


def _check_complete(checkout: Checkout) -> None:
    if not checkout.lines.exists():
        raise ShopError("Cannot complete checkout without lines", code="NO_LINES", field="lines")
    if not checkout.email:
        raise ShopError("Checkout email must be set.", code="EMAIL_NOT_SET", field="email")
    if needs_delivery(checkout) and not checkout.has_delivery:
        raise ShopError(
            "Shipping method is not set", code="SHIPPING_METHOD_NOT_SET", field="shippingMethod"
        )


def _order(checkout: Checkout, amounts: Totals) -> Order:
    order = Order.objects.create(
        number=orders.next_number(),
        channel=checkout.channel,
        user=orders.customer(checkout.user, checkout.email),
        user_email=checkout.email,
        voucher_code=checkout.voucher_code,
        discount=amounts.discount,
        is_discount_on_lines=_is_on_lines(checkout),
        shipping_price=amounts.shipping,
        total=amounts.total,
    )
    OrderLine.objects.bulk_create(
        OrderLine(
            order=order,
            position=position,
            product=line.product,
            product_name=line.product.name,
            quantity=line.quantity,
            undiscounted_total=before,
            total=after,
        )
        for position, (line, before, after) in enumerate(amounts.lines)
    )
    return order


def _discounts(checkout: Checkout, pieces: Sequence[Piece]) -> list[Decimal]:
    nothing = [Decimal(0)] * len(pieces)
    if not checkout.voucher_code:
        return nothing
    try:
        voucher = vouchers.active_code(checkout.voucher_code, checkout.channel).voucher
        return vouchers.discounts(voucher, checkout.channel, pieces)
    except ShopError:
        return nothing


def _is_on_lines(checkout: Checkout) -> bool:
    """Whether the order's lines will tell of the discount, and not the order itself."""
    on_lines = Voucher.objects.filter(type=Voucher.Type.SPECIFIC_PRODUCT)
    return on_lines.filter(codes__code=checkout.voucher_code).exists()


def _pieces(checkout: Checkout, lines: Iterable[CheckoutLine]) -> list[Piece]:
    return [Piece(line.product, line.quantity, _price(checkout, line)) for line in lines]


def _lines(checkout: Checkout) -> list[CheckoutLine]:
    rows = checkout.lines.select_related("product__category")
    return list(rows.prefetch_related("product__prices", "product__collections"))


def _price(checkout: Checkout, line: CheckoutLine) -> Decimal:
    """A line's total in the checkout's channel, out of the prices that came with its product."""
    [amount] = [
        price.amount
        for price in line.product.prices.all()
        if price.channel_id == checkout.channel_id
    ]
    return line.quantity * amount
