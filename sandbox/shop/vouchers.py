"""Vouchers: made, limited, listed in channels, tried in a cart, used up."""

from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import F, Model, Q, Sum
from django.utils import timezone

from sandbox.shop.ids import global_id
from sandbox.shop.models import (
    Category,
    Channel,
    Collection,
    Product,
    Voucher,
    VoucherCode,
    VoucherListing,
)
from sandbox.shop.prices import CENT, shares, to_cents
from sandbox.shop.problems import ShopError

# What a voucher may be limited to, by the names of Saleor's fields.
LIMITS: Mapping[str, type[Model]] = {
    "products": Product,
    "collections": Collection,
    "categories": Category,
}
ZERO = Decimal(0)
Limits = Mapping[str, Sequence[Any]]


class Piece(NamedTuple):
    """So many pieces of one product in a cart, and what they cost together."""

    product: Product
    quantity: int
    total: Decimal


@transaction.atomic
def create(*, codes: Sequence[str], values: Mapping[str, object], limits: Limits) -> Voucher:
    """A voucher with these codes.

    Raises ShopError, as one code that exists makes the whole voucher fail.
    """
    if not codes:
        raise ShopError(
            "At least one of arguments is required: 'code', 'addCodes'.", code="GRAPHQL_ERROR"
        )
    if repeated := [code for code, times in Counter(codes).items() if times > 1]:
        message = "Duplicated promo codes provided."
        raise ShopError(
            message, code="DUPLICATED_INPUT_ITEM", field="codes", voucher_codes=repeated
        )
    taken = list(VoucherCode.objects.filter(code__in=codes).values_list("code", flat=True))
    if taken:
        raise ShopError(
            "Promo code already exists.", code="ALREADY_EXISTS", field="codes", voucher_codes=taken
        )
    voucher = update(Voucher(), values=values, limits=limits)
    VoucherCode.objects.bulk_create(VoucherCode(voucher=voucher, code=code) for code in codes)
    return voucher


@transaction.atomic
def update(voucher: Voucher, *, values: Mapping[str, object], limits: Limits) -> Voucher:
    """Change the voucher's columns, and what it is limited to by the names of its relations.

    Raises ShopError.
    """
    for name, value in values.items():
        setattr(voucher, name, value)
    if voucher.end_date and voucher.end_date < voucher.start_date:
        raise ShopError(
            "End date cannot be before the start date.", code="INVALID", field="endDate"
        )
    voucher.save()
    for name, rows in limits.items():
        getattr(voucher, name).set(rows)
    return voucher


@transaction.atomic
def list_in_channel(
    voucher: Voucher, channel: Channel, *, discount_value: Decimal, **minimum: Decimal | None
) -> None:
    """Set what a voucher is worth in a channel, and its `min_spent` there if that is given.

    Raises ShopError.
    """
    is_percentage = voucher.discount_value_type == Voucher.ValueType.PERCENTAGE
    if is_percentage and discount_value > 100:
        raise _refused_value("Invalid percentage value.", channel)
    if not is_percentage and discount_value % CENT:
        raise _refused_value("Invalid amount precision.", channel)
    values = {"discount_value": discount_value, **minimum}
    VoucherListing.objects.update_or_create(voucher=voucher, channel=channel, defaults=values)


def active_code(code: str, channel: Channel) -> VoucherCode:
    """The code, if it may be used in the channel now.

    Raises ShopError: unknown, used and expired look the same.
    """
    now = timezone.now()
    found = (
        VoucherCode.objects.select_related("voucher")
        .annotate(total_used=Sum("voucher__codes__used"))
        .filter(
            Q(voucher__usage_limit=None) | Q(voucher__usage_limit__gt=F("total_used")),
            Q(voucher__end_date=None) | Q(voucher__end_date__gte=now),
            voucher__start_date__lte=now,
            voucher__listings__channel=channel,
            code=code,
            is_active=True,
        )
        .first()
    )
    if found is None:
        raise ShopError("Promo code is invalid", code="INVALID", field="promoCode")
    return found


def discounts(voucher: Voucher, channel: Channel, pieces: Sequence[Piece]) -> list[Decimal]:
    """What the voucher takes off each of the lines of a cart.

    Raises ShopError when they cost less than the listing's minimum, and when none of them is among
    the products that the voucher is for.
    """
    listing = voucher.listings.get(channel=channel)
    subtotal = sum((piece.total for piece in pieces), Decimal(0))
    if listing.min_spent is not None and subtotal < listing.min_spent:
        raise _not_applicable()
    if voucher.type == Voucher.Type.ENTIRE_ORDER:
        amounts = [piece.total for piece in pieces]
        return shares(amounts, _off(voucher, listing.discount_value, subtotal))
    good = _good_for(voucher, pieces)
    if not good:
        raise _not_applicable()
    return [_off_line(voucher, listing.discount_value, p) if p in good else ZERO for p in pieces]


def _not_applicable() -> ShopError:
    message = "Voucher is not applicable to this checkout."
    return ShopError(message, code="VOUCHER_NOT_APPLICABLE", field="promoCode")


def _good_for(voucher: Voucher, pieces: Sequence[Piece]) -> list[Piece]:
    """The lines that a voucher on specific products is for: one that names none is for all.

    Of them it is the one with the cheapest product alone, where it applies once per order.
    """
    limits = [set(getattr(voucher, name).all()) for name in LIMITS]
    products, collections, categories = limits
    good = [
        piece
        for piece in pieces
        if not any(limits)
        or piece.product in products
        or piece.product.category in categories
        or collections.intersection(piece.product.collections.all())
    ]
    if voucher.apply_once_per_order and good:
        return [min(good, key=lambda piece: piece.total / piece.quantity)]
    return good


def _off_line(voucher: Voucher, value: Decimal, piece: Piece) -> Decimal:
    """From a line: from one piece where it applies once, an amount from each piece otherwise."""
    each = piece.total / piece.quantity
    if voucher.apply_once_per_order:
        return _off(voucher, value, each)
    if voucher.discount_value_type == Voucher.ValueType.PERCENTAGE:
        return _off(voucher, value, piece.total)
    return piece.quantity * _off(voucher, value, each)


def _off(voucher: Voucher, value: Decimal, amount: Decimal) -> Decimal:
    if voucher.discount_value_type == Voucher.ValueType.PERCENTAGE:
        return to_cents(amount * value / 100)
    return min(to_cents(value), amount)


def lock(code: str) -> None:
    """Let other orders with this code wait until this transaction has ended."""
    list(VoucherCode.objects.select_for_update().filter(code=code))


def use(code: str) -> None:
    """Note that an order uses the code, which is locked and good.

    A single use switches the code off; uses are counted only where a limit asks for it.
    """
    codes = VoucherCode.objects.filter(code=code)
    codes.filter(voucher__usage_limit__isnull=False).update(used=F("used") + 1)
    codes.filter(voucher__single_use=True).update(is_active=False)


def _refused_value(message: str, channel: Channel) -> ShopError:
    return ShopError(
        message, code="INVALID", field="discountValue", channels=[global_id("Channel", channel.pk)]
    )
