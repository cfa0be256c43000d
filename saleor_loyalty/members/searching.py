"""Finding members by what is not theirs alone: a coupon's code, an order's number, a surname."""

import logging

from saleor_loyalty.models import CouponCode, SettledOrder, Shop
from saleor_loyalty.rules.rewards import code_as_typed
from saleor_loyalty.saleor_api.transport import SaleorRefused, SaleorUnavailable
from saleor_loyalty.shop.connection import connect

SHORTEST_NAME = 2  # letters: fewer would be asked for while somebody types

logger = logging.getLogger(__name__)


def by_code_or_order(shop: Shop, text: str) -> list[int]:
    """The ids of members who have a coupon with this code, or had; or the order of this number.

    Codes as people type them, numbers with or without their #. One statement.
    """
    codes = CouponCode.objects.filter(shop=shop, code=code_as_typed(text))
    orders = SettledOrder.objects.filter(shop=shop, number=text.removeprefix("#"))
    found = codes.values_list("coupon__member_id").union(orders.values_list("member_id"))
    return [member_id for (member_id,) in found]


def by_surname(shop: Shop, text: str) -> list[str]:
    """The ids of customers whose surname begins so, or their full name: those the shop finds.

    It is asked, for surnames are not kept here, unless the text is no name: an address, a code, a
    number. Nobody is found while the shop does not answer.
    """
    is_name = len(text) >= SHORTEST_NAME and not any(c.isdigit() or c in "@#" for c in text)
    if not is_name or shop.silent_since:
        return []
    try:
        with connect(shop) as saleor:
            return saleor.customers_called(text)
    except (SaleorUnavailable, SaleorRefused) as error:
        logger.warning("Shop %s: surnames not searched: %s", shop.pk, error)
        return []
