"""A coupon that waits for its voucher, and its making."""

import pytest

from saleor_loyalty.models import Coupon
from saleor_loyalty.rewards import coupons
from saleor_loyalty.saleor_api.client import Saleor
from tests.paper_saleor import PaperSaleor, line


@pytest.fixture
def coupon(paper, settle) -> Coupon:
    """On the whole order, PENDING."""
    settle(paper.place(1, line(512)))
    return Coupon.objects.get()


def mint(paper: PaperSaleor, coupon: Coupon) -> None:
    saleor = Saleor(paper)
    coupons.mint(saleor, saleor.channels(), coupon.current, language="en")
    coupon.refresh_from_db()
