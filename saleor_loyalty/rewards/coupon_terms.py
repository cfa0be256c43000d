"""What a coupon gives now: as it was issued, or as staff have changed its voucher in Saleor."""

from copy import copy
from decimal import Decimal
from typing import Any

from saleor_loyalty.models import Coupon, DiscountType, RewardTerms, RewardVersion
from saleor_loyalty.saleor_api.client import Saleor
from saleor_loyalty.saleor_api.vouchers import Listing, Voucher


def terms_now(coupon: Coupon) -> RewardVersion:
    """The coupon's reward; one like it, unsaved, where the voucher was changed.

    Reads the reward's terms: have them prefetched.
    """
    if coupon.shop_terms is None:
        return coupon.reward
    now = copy(coupon.reward)
    found = coupon.shop_terms
    now.discount_type, now.limited_to = found["discount_type"], found["limited_to"]
    now.limited_names = found["limited_names"]
    terms = [_terms(now, place, given) for place, given in enumerate(found["channels"])]
    now._prefetched_objects_cache = {"terms": terms}  # type: ignore[attr-defined]  # Django's
    return now


def asks_for_more(coupon: Coupon) -> bool:
    """Whether staff have given the voucher a condition that terms cannot say."""
    return coupon.shop_terms is not None and coupon.shop_terms["asks_for_more"]


def as_found(reward: RewardVersion, voucher: Voucher, saleor: Saleor) -> dict[str, Any] | None:
    """The terms that `Coupon.shop_terms` keeps; None for a voucher as it was issued.

    Asks for what a limited voucher is limited to.
    """
    items, more = saleor.things_of_voucher(voucher.id) if voucher.is_limited else ({}, False)
    found = {
        "discount_type": DiscountType.PERCENTAGE if voucher.is_percentage else DiscountType.FIXED,
        "limited_to": sorted(items),
        "limited_names": items,
        "channels": [_given(listing) for listing in sorted(voucher.listings, key=_by_channel)],
        "asks_for_more": voucher.asks_for_more or more,
    }
    return None if _is_as_issued(reward, voucher, found) else found


def _is_as_issued(reward: RewardVersion, voucher: Voucher, found: dict[str, Any]) -> bool:
    issued = {t.channel_id: (t.discount_value, t.min_spent or None) for t in reward.terms.all()}
    listed = {given.channel_id: (given.value, given.min_spent) for given in voucher.listings}
    return (
        not found["asks_for_more"]
        and found["discount_type"] == reward.discount_type
        and set(found["limited_to"]) == set(reward.limited_to)
        and listed == issued
    )


def _by_channel(listing: Listing) -> str:
    return listing.channel_id


def _given(listing: Listing) -> dict[str, Any]:
    return {
        "channel_id": listing.channel_id,
        "channel_name": listing.channel_name,
        "currency": listing.currency,
        "discount_value": str(listing.value),
        "min_spent": listing.min_spent and str(listing.min_spent),
    }


def _terms(reward: RewardVersion, place: int, given: dict[str, Any]) -> RewardTerms:
    return RewardTerms(
        pk=place,
        version=reward,
        channel_id=given["channel_id"],
        channel_name=given["channel_name"],
        currency=given["currency"],
        discount_value=Decimal(given["discount_value"]),
        min_spent=given["min_spent"] and Decimal(given["min_spent"]),
    )
