"""Coupons: minted as vouchers in Saleor, and followed when the shop sees them used."""

import logging
from collections.abc import Mapping, Sequence
from datetime import timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from saleor_loyalty.backoff import wait_before_try
from saleor_loyalty.connection import connect
from saleor_loyalty.models import Coupon, CouponStatus, DiscountType, Message, MessageStatus, Shop
from saleor_loyalty.saleor_api.client import CodeTaken, Saleor, VoucherTerms
from saleor_loyalty.saleor_api.facts import Channel, Order
from saleor_loyalty.saleor_api.transport import SaleorRefused, SaleorUnavailable
from saleor_loyalty.workers import wake

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)


def shops_with_work() -> list[Shop]:
    """Shops with coupons to mint. One whose programme is off keeps them for later."""
    due = Coupon.objects.filter(status=CouponStatus.PENDING, due_at__lte=timezone.now())
    return list(
        Shop.objects.filter(pk__in=due.values("shop"), is_active=True, program__is_active=True)
    )


def mint_due(shop: Shop, *, limit: int = 50) -> int:
    """Mint a batch of the shop's pending coupons; how many were taken up."""
    batch = _claim(shop, limit)
    if not batch:
        return 0
    try:
        with connect(shop) as saleor:
            channels = saleor.channels()
            for coupon in batch:
                _mint_or_postpone(saleor, channels, coupon)
    except (SaleorUnavailable, SaleorRefused) as error:
        for coupon in batch:
            _postpone(coupon, error)
    return len(batch)


def _claim(shop: Shop, limit: int) -> list[Coupon]:
    """Take due coupons for this worker until the lease ends."""
    now = timezone.now()
    with transaction.atomic():
        batch = list(
            Coupon.objects.select_for_update(skip_locked=True, of=["self"])
            .filter(shop=shop, status=CouponStatus.PENDING, due_at__lte=now)
            .select_related("version")
            .prefetch_related("version__channels")
            .order_by("due_at", "pk")[:limit]
        )
        Coupon.objects.filter(pk__in=[coupon.pk for coupon in batch]).update(
            due_at=now + LEASE, attempts=F("attempts") + 1
        )
    return batch


def _mint_or_postpone(saleor: Saleor, channels: Mapping[str, Channel], coupon: Coupon) -> None:
    try:
        mint(saleor, channels, coupon)
    except (SaleorUnavailable, SaleorRefused) as error:
        _postpone(coupon, error)


def mint(saleor: Saleor, channels: Mapping[str, Channel], coupon: Coupon) -> None:
    """Make the coupon's voucher and let its messages go.

    May be repeated from any point, by several workers: the code is the coupon's own, so a voucher
    that has it already was made by an earlier try.
    """
    version = coupon.version
    try:
        voucher_id: str | None = saleor.create_voucher(
            name=version.reward_name,
            code=coupon.code,
            percentage=version.discount_type == DiscountType.PERCENTAGE,
            ends_at=coupon.expires_at,
        )
    except CodeTaken:
        voucher_id = saleor.find_voucher(coupon.code)
    if voucher_id is None:
        message = f"coupon {coupon.pk}: its code is taken, yet no voucher has it"
        raise SaleorRefused(message)
    saleor.list_voucher(
        voucher_id,
        [
            VoucherTerms(channels[terms.channel].id, terms.discount_value, terms.min_spent)
            for terms in version.channels.all()
            if terms.channel in channels
        ],
    )
    _activate(coupon, voucher_id)


def _activate(coupon: Coupon, voucher_id: str) -> None:
    with transaction.atomic():
        Coupon.objects.filter(pk=coupon.pk, status=CouponStatus.PENDING).update(
            status=CouponStatus.ACTIVE, voucher_id=voucher_id, error=""
        )
        Message.objects.filter(coupon=coupon, status=MessageStatus.PENDING, due_at=None).update(
            due_at=timezone.now()
        )
        wake("send_messages")


def _postpone(coupon: Coupon, error: Exception) -> None:
    logger.warning("Coupon %s not minted, later again: %s", coupon.pk, error)
    Coupon.objects.filter(pk=coupon.pk, status=CouponStatus.PENDING).update(
        due_at=timezone.now() + wait_before_try(coupon.attempts + 1),
        error=f"{type(error).__name__}: {error}"[:500],
    )


def mark_used(*, shop: Shop, orders: Sequence[Order]) -> None:
    """Note the coupons that orders were placed with: our state follows the shop's."""
    by_code = {o.voucher_code: o for o in orders if o.voucher_code and not o.is_void}
    if not by_code:
        return
    used = list(
        Coupon.objects.select_for_update()
        .filter(~Q(status=CouponStatus.USED), shop=shop, code__in=by_code)
        .order_by("pk")
    )
    for coupon in used:
        order = by_code[coupon.code]
        coupon.status = CouponStatus.USED
        coupon.used_at = order.created_at
        coupon.used_order_id = order.id
        coupon.used_order_number = order.number
    Coupon.objects.bulk_update(used, ["status", "used_at", "used_order_id", "used_order_number"])
