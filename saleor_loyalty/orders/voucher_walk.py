"""What staff did to vouchers in Saleor: a walk over unused coupons that brings them in step.

Deleted: the coupon is withdrawn, its points return. Ended or changed: it says what the shop says.
Its code gone without a discount: it is issued anew. See docs/decisions/coupons.md.
"""

import logging
import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, prefetch_related_objects
from django.utils import timezone

from saleor_loyalty.ledger.book import open_book
from saleor_loyalty.models import BY_SALEOR, Coupon, CouponCode, CouponStatus, Shop
from saleor_loyalty.orders import inbox
from saleor_loyalty.program import programs
from saleor_loyalty.rewards.coupon_book import CouponBook
from saleor_loyalty.rewards.coupon_terms import as_found
from saleor_loyalty.saleor_api.client import VOUCHERS_AT_ONCE, Saleor
from saleor_loyalty.saleor_api.facts import Unreadable
from saleor_loyalty.saleor_api.transport import SaleorForbade
from saleor_loyalty.saleor_api.vouchers import Voucher

PAGES = 10  # of coupons that one walk looks at
NOT_BELIEVED = 10  # so many vouchers absent at once, and none present, are a fault of the answer
MAY_BE_EXTENDED = timedelta(days=60)  # after a coupon has ended
# Saleor takes a code before it makes the order that uses it.
BEING_ORDERED = timedelta(hours=1)

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a coupon's voucher says of it. `is_wasted`: its code is gone, and took nothing off."""

    code: CouponCode
    ends_at: datetime | None
    found: dict[str, Any] | None = None
    is_refused: bool = False
    is_deleted: bool = False
    is_wasted: bool = False

    @property
    def is_news(self) -> bool:
        """Whether the coupon does not say so already."""
        known = self.code.coupon
        return (
            self.is_deleted
            or self.is_wasted
            or self.is_refused != (known.refused_at is not None)
            or (self.ends_at, self.found) != (known.expires_at, known.shop_terms)
        )


def walk(shop: Shop, saleor: Saleor, *, pause: float, ends: float) -> Iterator[int]:
    """How many coupons each page changed; some pages each time, going round, until a moment.

    `ends` is by time.monotonic. Without the permission to see vouchers nothing is concluded. Raises
    SaleorUnavailable and SaleorRefused; the page is looked at again then.
    """
    for _ in range(PAGES):
        page = _next_page(shop)
        try:
            yield _follow(shop, saleor, page) if page else 0
        except SaleorForbade:
            logger.warning("Shop %s: vouchers not looked at; MANAGE_DISCOUNTS is missing", shop.pk)
            return
        except Unreadable:
            logger.exception("Shop %s: a page of coupons passed over", shop.pk)
        is_round_done = len(page) < VOUCHERS_AT_ONCE
        shop.coupons_walked_to = 0 if is_round_done else page[-1].coupon_id
        shop.save(update_fields=["coupons_walked_to"])
        if is_round_done or time.monotonic() >= ends:
            return
        time.sleep(pause)


def _next_page(shop: Shop) -> list[CouponCode]:
    """Codes that work, in the order of their coupons."""
    ended = timezone.now() - MAY_BE_EXTENDED
    watched = Q(coupon__expires_at=None) | Q(coupon__expires_at__gt=ended)
    codes = CouponCode.objects.filter(
        watched, coupon__shop=shop, coupon__status=CouponStatus.ACTIVE, retired_at=None
    )
    rest = codes.filter(coupon__gt=shop.coupons_walked_to).order_by("coupon")
    page = list(rest.select_related("coupon__reward")[:VOUCHERS_AT_ONCE])
    prefetch_related_objects(page, "coupon__reward__terms")
    return page


def _follow(shop: Shop, saleor: Saleor, page: Sequence[CouponCode]) -> int:
    vouchers, unreadable = saleor.vouchers([code.voucher_id for code in page])
    for voucher_id, problem in unreadable.items():
        logger.error("Shop %s: voucher %s passed over: %s", shop.pk, voucher_id, problem)
    page = [code for code in page if code.voucher_id not in unreadable]
    if not vouchers and len(page) >= NOT_BELIEVED:
        logger.warning("Shop %s has none of the %s vouchers asked for", shop.pk, len(page))
        return 0
    pairs = [(code, vouchers.get(code.voucher_id)) for code in page]
    now = timezone.now()
    spent = [c for c, v in pairs if v and v.is_spent(c.code) and c.coupon.is_unused_at(now)]
    wasted = _wasted(shop, saleor, spent, now) if spent else set()
    findings = [_finding(saleor, c, v, now, is_wasted=c.pk in wasted) for c, v in pairs]
    return sum(_apply(shop, finding) for finding in findings if finding.is_news)


def _finding(
    saleor: Saleor, code: CouponCode, voucher: Voucher | None, now: datetime, *, is_wasted: bool
) -> Finding:
    """Of a coupon that has ended: whether it was extended, and nothing else."""
    coupon = code.coupon
    if voucher is None or not voucher.has(code.code):
        is_over = not coupon.is_unused_at(now)
        return Finding(
            code=code,
            ends_at=coupon.expires_at,
            found=coupon.shop_terms,
            is_refused=coupon.refused_at is not None,
            is_deleted=not is_over,
        )
    return Finding(
        code=code,
        ends_at=voucher.ends_at,
        found=as_found(coupon.reward, voucher, saleor),
        is_refused=voucher.is_spent(code.code)
        or voucher.is_for_staff
        or voucher.starts_at > now
        or not voucher.listings,
        is_wasted=is_wasted,
    )


def _wasted(shop: Shop, saleor: Saleor, spent: Collection[CouponCode], now: datetime) -> set[int]:
    """Which of these codes, by id, are gone for nothing.

    Not while a draft of staff holds it, nor shortly after it was taken; and not by an order that it
    takes something off: that is settled, and uses the coupon.
    """
    namings, drafts = saleor.orders_naming([code.code for code in spent])
    used = {naming.code for naming in namings if naming.counts and not naming.is_void}
    inbox.mark(shop=shop, order_ids={n.order_id for n in namings if n.code in used})
    named = {naming.code for naming in namings}
    return {
        code.pk
        for code in spent
        if code.code not in used
        and code.code not in drafts
        and (code.code in named or _is_long_refused(code.coupon, now))
    }


def _is_long_refused(coupon: Coupon, now: datetime) -> bool:
    return coupon.refused_at is not None and coupon.refused_at <= now - BEING_ORDERED


def _apply(shop: Shop, finding: Finding) -> bool:
    """True if the coupon was still as it was when its voucher was asked for."""
    program = programs.current(shop)
    if program is None or program.current is None:
        return False
    known = finding.code
    held = CouponBook(program.current, coupon_ids=[known.coupon_id])
    with open_book(
        [known.coupon.member_id], version=program.current, now=timezone.now(), consequences=[held]
    ) as book:
        coupon = held.coupons[known.coupon_id]
        if coupon.status != CouponStatus.ACTIVE or held.code_of(coupon).pk != known.pk:
            return False
        if finding.is_deleted:
            logger.info("Coupon %s withdrawn: its voucher was deleted in the shop", coupon.uid)
            held.withdraw(coupon, reason="", actor=BY_SALEOR)
        elif finding.is_wasted:
            logger.info("Coupon %s issued anew: its code is gone, and took nothing off", coupon.uid)
            held.reissue(coupon, voucher_lives=True)
        else:
            refused_at = (coupon.refused_at or book.now) if finding.is_refused else None
            held.follow_voucher(
                coupon, ends_at=finding.ends_at, found=finding.found, refused_at=refused_at
            )
    return True
