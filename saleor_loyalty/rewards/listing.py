"""The list of coupons that staff read: which are on it, and in which order."""

from datetime import datetime
from typing import Any

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Reverse
from django.utils import timezone

from saleor_loyalty.database.paging import Keyset
from saleor_loyalty.models import Coupon, CouponCode, Shop, status_as_of
from saleor_loyalty.rules.rewards import code_as_typed


def matching(
    *,
    shop: Shop,
    search: str = "",
    fits: Q | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> QuerySet[Coupon]:
    """The shop's coupons that fit all that is given; what is not given fits every one.

    `search` is a code that it has or had, or how one begins or ends, as people type it. `fits` asks
    for what they stand at now, as `status_now`. Issued from `since` on, and before `until`.
    """
    coupons = Coupon.objects.filter(shop=shop).annotate(status_now=status_as_of(timezone.now()))
    if fits is not None:
        coupons = coupons.filter(fits)
    if since is not None:
        coupons = coupons.filter(issued_at__gte=since)
    if until is not None:
        coupons = coupons.filter(issued_at__lt=until)
    search = search.replace("\x00", "").strip()  # PostgreSQL's text has no NUL
    return coupons.filter(pk__in=_called(shop, search)) if search else coupons


def order(shop: Shop) -> Keyset[Coupon]:
    """The order to read `matching` coupons in: the latest to be issued first."""
    return Keyset(Coupon.objects.filter(shop=shop), F("issued_at"))


def _called(shop: Shop, search: str) -> QuerySet[Any, Any]:
    """By how codes begin, and by how they end: an index serves each, and none would serve both."""
    codes = CouponCode.objects.filter(shop=shop).alias(backwards=Reverse("code"))
    begin = codes.filter(code__startswith=code_as_typed(search))
    end = codes.filter(backwards__startswith=code_as_typed(search[::-1]))
    return begin.values_list("coupon_id").union(end.values_list("coupon_id"))
