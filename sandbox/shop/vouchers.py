"""Vouchers on the entire order: made, listed in channels, tried in a cart, used up."""

from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal

from django.db import transaction
from django.db.models import F, Q, Sum
from django.utils import timezone

from sandbox.shop.ids import global_id
from sandbox.shop.models import Channel, Voucher, VoucherCode, VoucherListing
from sandbox.shop.prices import CENT, to_cents
from sandbox.shop.problems import ShopError


@transaction.atomic
def create(*, codes: Sequence[str], values: Mapping[str, object]) -> Voucher:
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
    voucher = Voucher(**values)
    if voucher.end_date and voucher.end_date < voucher.start_date:
        raise ShopError(
            "End date cannot be before the start date.", code="INVALID", field="endDate"
        )
    voucher.save()
    VoucherCode.objects.bulk_create(VoucherCode(voucher=voucher, code=code) for code in codes)
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


def discount(voucher: Voucher, channel: Channel, subtotal: Decimal) -> Decimal:
    """What the voucher takes off a subtotal.

    Raises ShopError when the subtotal is below the listing's minimum.
    """
    listing = voucher.listings.get(channel=channel)
    if listing.min_spent is not None and subtotal < listing.min_spent:
        message = "Voucher is not applicable to this checkout."
        raise ShopError(message, code="VOUCHER_NOT_APPLICABLE", field="promoCode")
    if voucher.discount_value_type == Voucher.ValueType.PERCENTAGE:
        return to_cents(subtotal * listing.discount_value / 100)
    return min(to_cents(listing.discount_value), subtotal)


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
