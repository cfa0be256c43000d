"""Retired codes: their vouchers are deleted in Saleor, so that they open no discount any more."""

import logging
import math
from datetime import datetime
from functools import partial

from django.db.models import QuerySet
from django.utils import timezone

from saleor_loyalty.database import leases
from saleor_loyalty.models import CouponCode, Shop
from saleor_loyalty.saleor_api.client import Saleor
from saleor_loyalty.shop.connection import process_each

logger = logging.getLogger(__name__)


def shops_with_work() -> list[Shop]:
    """Shops with codes to retire, also those whose programme is off: the points are back there."""
    due = _retired().filter(due_at__lte=timezone.now())
    return list(Shop.objects.filter(pk__in=due.values("shop"), is_active=True))


def retire_due(shop: Shop, *, limit: int = 50, ends: float = math.inf) -> int:
    """Retire a batch of the shop's codes that are due until `ends` (time.monotonic); how many.

    Any number of workers may run it at once: each code is one worker's until its lease ends. 0
    also when Saleor did not answer: it would not now.
    """
    return process_each(
        shop,
        _lease(shop, limit),
        begin=lambda saleor: partial(retire, saleor),
        postpone=_postpone,
        ends=ends,
    )


def retire(saleor: Saleor, retired: CouponCode) -> None:
    """Delete the code's voucher. Orders placed with it keep their discount and name the code.

    A voucher that is not there is no work, unless the code was retired under the hands of a worker
    that may still make it: then it is looked for again when that one's lease is over.
    """
    voucher_id = saleor.find_voucher(retired.code)
    if voucher_id is not None:
        saleor.delete_voucher(voucher_id)
        _note(retired, due_at=None)
        return
    ends = retired.sought_until
    _note(retired, due_at=ends if ends and ends > timezone.now() else None)


def retire_again(code: CouponCode) -> None:
    """Have a code retired once more: its voucher was made after all.

    Does nothing for a code that was never retired.
    """
    _retired().filter(pk=code.pk).update(due_at=timezone.now(), attempts=0, error="")


def _retired() -> QuerySet[CouponCode]:
    return CouponCode.objects.filter(retired_at__isnull=False)


def _lease(shop: Shop, limit: int) -> list[CouponCode]:
    """Take due codes for this worker; their `due_at` is the end of its lease."""
    return leases.take(_retired().filter(shop=shop), limit=limit, now=timezone.now())


def _postpone(retired: CouponCode, error: Exception) -> None:
    if _note(retired, **leases.postponed(retired, error)):
        logger.warning("Code %s not deleted, later again: %s", retired.pk, error)


def _note(retired: CouponCode, *, due_at: datetime | None, error: str = "") -> bool:
    """Note a result, unless the code was made due again or taken over since it was leased."""
    held = CouponCode.objects.filter(pk=retired.pk, due_at=retired.due_at)
    return held.update(due_at=due_at, error=error) == 1
