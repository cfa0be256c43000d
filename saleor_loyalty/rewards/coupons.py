"""Coupons: minted as vouchers in Saleor, and followed when the shop sees them used."""

import logging
import math
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from django.db import transaction
from django.db.models import QuerySet, prefetch_related_objects
from django.utils import timezone

from saleor_loyalty.database import leases
from saleor_loyalty.members import announcements
from saleor_loyalty.models import (
    TO_MAKE,
    Coupon,
    CouponCode,
    CouponStatus,
    DiscountType,
    Shop,
)
from saleor_loyalty.rewards import retirement
from saleor_loyalty.rewards.coupon_book import CouponBook
from saleor_loyalty.rewards.offers import reward_in
from saleor_loyalty.rules.rewards import valid_until
from saleor_loyalty.saleor_api.client import CodeTaken, Saleor, VoucherTerms
from saleor_loyalty.saleor_api.facts import Order
from saleor_loyalty.saleor_api.transport import SaleorForbade, SaleorRefused
from saleor_loyalty.shop import branding, channels
from saleor_loyalty.shop.connection import process_each
from saleor_loyalty.workers.waking import wake

logger = logging.getLogger(__name__)

LONGEST_VOUCHER_NAME = 255  # that Saleor takes

Told = TypeVar("Told")


def shops_with_work() -> list[Shop]:
    """Shops with coupons to mint. One whose programme is off keeps them for later."""
    due = CouponCode.objects.filter(TO_MAKE, due_at__lte=timezone.now())
    return list(
        Shop.objects.filter(pk__in=due.values("shop"), is_active=True, program__is_active=True)
    )


def mint_due(shop: Shop, *, limit: int = 50, ends: float = math.inf) -> int:
    """Mint a batch of the shop's pending coupons until `ends` (time.monotonic); how many it took.

    0 also when Saleor did not answer: it would not now.
    """

    def begin(saleor: Saleor) -> Callable[[CouponCode], None]:
        found = saleor.channels()
        channels.follow(shop, found.values())
        return partial(mint, saleor, found.keys(), language=branding.of(shop).default_language)

    return process_each(shop, _lease(shop, limit), begin=begin, postpone=_postpone, ends=ends)


def _lease(shop: Shop, limit: int) -> list[CouponCode]:
    """Take codes whose vouchers are to be made for this worker until the lease ends."""
    due = CouponCode.objects.filter(TO_MAKE, shop=shop, shop__program__is_active=True)
    batch = leases.take(due, limit=limit, now=timezone.now())
    prefetch_related_objects(batch, "coupon__reward__terms")
    return batch


def mint(saleor: Saleor, channel_ids: Collection[str], code: CouponCode, *, language: str) -> None:
    """Make the code's voucher, named in the shop's language, and let its coupon's messages go.

    It is for those of the coupon's channels that the shop still has: `channel_ids` are all of them.

    May be repeated from any point, by several workers: a voucher that has the code already was made
    by an earlier try. A code whose coupon was withdrawn, used or issued anew since it was read ends
    without a voucher.
    """
    if not _begin(code):
        return
    terms = _terms(code.coupon, channel_ids)
    voucher_id = _voucher(saleor, code, language)
    saleor.list_voucher(voucher_id, terms)
    _activate(code, voucher_id)


def _terms(coupon: Coupon, channel_ids: Collection[str]) -> list[VoucherTerms]:
    terms = [
        VoucherTerms(terms.channel_id, terms.discount_value, terms.min_spent)
        for terms in coupon.reward.terms.all()
        if terms.channel_id in channel_ids
    ]
    if not terms:
        message = f"coupon {coupon.uid}: the shop has none of its channels any more"
        raise SaleorRefused(message)
    return terms


def _voucher(saleor: Saleor, code: CouponCode, language: str) -> str:
    """The id of the code's voucher, made now or by an earlier try."""
    coupon = code.coupon
    make = partial(
        saleor.create_voucher,
        name=_voucher_name(code, language),
        code=code.code,
        percentage=coupon.reward.discount_type == DiscountType.PERCENTAGE,
        ends_at=coupon.expires_at,
    )
    with suppress(CodeTaken):
        return _with_what_is_left(saleor, coupon, lambda ids: make(limited_to=ids))
    voucher_id = saleor.find_voucher(code.code)
    if voucher_id is None:
        message = f"coupon {coupon.uid}: its code is taken, yet no voucher has it"
        raise SaleorRefused(message)
    _limit(saleor, coupon, voucher_id)
    return voucher_id


def _voucher_name(code: CouponCode, language: str) -> str:
    """What staff read among the shop's discounts: the reward, and which coupon of all it is."""
    suffix = f" \N{MIDDLE DOT} {code.code}"
    name = reward_in(code.coupon.reward, language)
    return name[: LONGEST_VOUCHER_NAME - len(suffix)] + suffix


def _limit(saleor: Saleor, coupon: Coupon, voucher_id: str) -> None:
    """Limit a voucher that an earlier try made: Saleor may have died before it did.

    Without it the voucher would be good for everything.
    """
    if not coupon.reward.limited_to:
        return
    percentage = coupon.reward.discount_type == DiscountType.PERCENTAGE
    limit = partial(saleor.limit_voucher, voucher_id, percentage=percentage)
    _with_what_is_left(saleor, coupon, lambda ids: limit(limited_to=ids))


def _with_what_is_left(saleor: Saleor, coupon: Coupon, tell: Callable[[list[str]], Told]) -> Told:
    """Tell Saleor what the coupon is limited to; of that, what the shop still has.

    Saleor refuses ids of what is gone. Where nothing is left the coupon waits, with the reason:
    it never becomes one for the whole order.
    """
    ids = coupon.reward.limited_to
    try:
        return tell(ids)
    except SaleorForbade:
        raise
    except SaleorRefused:
        left = list(saleor.names(ids)) if ids else []
        if len(left) == len(ids):
            raise
    if not left:
        message = f"coupon {coupon.uid}: the shop has nothing left of what it is limited to"
        raise SaleorRefused(message)
    logger.warning("Coupon %s is limited to what is left in the shop's catalogue", coupon.uid)
    return tell(left)


def _to_make(code: CouponCode) -> QuerySet[CouponCode]:
    """The code's row, while its voucher is still to be made."""
    return CouponCode.objects.filter(TO_MAKE, pk=code.pk)


def _begin(code: CouponCode) -> bool:
    """Renew the lease: whoever retires the code waits until it ends before giving up the search.

    A coupon that had to wait until its days were over gets them anew. False when there is nothing
    to make any more.
    """
    now, coupon = timezone.now(), code.coupon
    is_over = coupon.expires_at is not None and coupon.expires_at <= now
    with _held(coupon) if is_over else nullcontext():
        if not _to_make(code).update(due_at=now + leases.LEASE):
            return False
        if is_over:
            coupon.expires_at = valid_until(
                issued_at=now,
                days=coupon.reward.valid_days,
                time_zone=coupon.entry.version.time_zone,
            )
            coupon.save(update_fields=["expires_at"])
    return True


@contextmanager
def _held(coupon: Coupon) -> Iterator[None]:
    """Hold the coupon first, as everybody does who changes it and its codes together."""
    with transaction.atomic():
        Coupon.objects.select_for_update().get(pk=coupon.pk)
        yield


def _activate(code: CouponCode, voucher_id: str) -> None:
    coupon, now = code.coupon, timezone.now()
    with _held(coupon):
        made = {"voucher_id": voucher_id, "made_at": now, "due_at": None, "error": ""}
        if not _to_make(code).update(**made):
            retirement.retire_again(code)
            wake("retire_codes")
            return
        Coupon.objects.filter(pk=coupon.pk).update(status=CouponStatus.ACTIVE)
        announcements.follow([(coupon.member_id, coupon.announced_as)], now=now)


def _postpone(code: CouponCode, error: Exception) -> None:
    """Put the code back for a later try, if its voucher is still to be made."""
    if _to_make(code).update(**leases.postponed(code, error)):
        logger.warning("Coupon %s not minted, later again: %s", code.coupon.uid, error)


@dataclass(frozen=True, slots=True)
class Use:
    """An order that was placed with a code of one of our coupons."""

    coupon_id: int
    member_id: int
    code: str
    order: Order


def named_by(shop: Shop, orders: Iterable[Order]) -> tuple[QuerySet[Coupon], QuerySet[CouponCode]]:
    """What to read for `uses`: codes of ours that orders name, and their coupons."""
    named = {order.voucher_code for order in orders if order.voucher_code}
    codes = CouponCode.objects.filter(shop=shop, code__in=named)
    return Coupon.objects.filter(pk__in=codes.values("coupon")), codes


def uses(
    coupons: Iterable[Coupon], codes: Iterable[CouponCode], orders: Iterable[Order]
) -> list[Use]:
    """The orders that name a code of ours, one a coupon has or had."""
    by_code: dict[str, list[Order]] = defaultdict(list)
    for order in sorted(orders, key=lambda order: not order.is_void):  # gone ones make room first
        if order.voucher_code:
            by_code[order.voucher_code].append(order)
    members = {coupon.pk: coupon.member_id for coupon in coupons}
    return [
        Use(pk, members[pk], code, order)
        for pk, code in sorted((code.coupon_id, code.code) for code in codes)
        for order in by_code.get(code, ())
    ]


def follow(held: CouponBook, uses: Sequence[Use]) -> None:
    """Bring coupons in step with the orders placed with them: our state follows the shop's.

    A coupon whose order was called off is issued anew, as Saleor does not give a used code back.
    """
    for use in uses:
        coupon, order = held.coupons[use.coupon_id], use.order
        is_its_order = coupon.status == CouponStatus.USED and coupon.used_order_id == order.id
        if order.is_void:
            if is_its_order:
                held.reissue(coupon)
        elif coupon.status != CouponStatus.USED:
            held.use(
                coupon,
                order_id=order.id,
                number=order.number,
                at=order.created_at,
                code=use.code,
            )
        elif not is_its_order:
            logger.warning("Coupon %s was used on a second order, %s", coupon.uid, order.id)
