"""What the workers do, a batch at a time. Run by any Celery app, ours or Saleor's."""

import logging
from collections.abc import Callable

from celery import shared_task

from saleor_loyalty import coupons, inbox, settlement
from saleor_loyalty.connection import connect
from saleor_loyalty.messages import outbox
from saleor_loyalty.models import Shop

logger = logging.getLogger(__name__)


@shared_task(ignore_result=True)
def settle_orders() -> None:
    """Settle every changed order that is due, in every shop."""
    for shop in inbox.shops_with_work():
        _each_shop(shop, _settle_shop)


@shared_task(ignore_result=True)
def mint_coupons() -> None:
    """Mint every pending coupon that is due, in every shop."""
    for shop in coupons.shops_with_work():
        _each_shop(shop, _mint_shop)


@shared_task(ignore_result=True)
def send_messages() -> None:
    """Send every message that is due."""
    while outbox.send_due():
        pass


def _each_shop(shop: Shop, work: Callable[[Shop], None]) -> None:
    """A shop in trouble must not keep the others waiting."""
    try:
        work(shop)
    except Exception:
        logger.exception("Shop %s: work stopped, the next run goes on", shop.pk)


def _settle_shop(shop: Shop) -> None:
    with connect(shop) as saleor:
        while settlement.settle_due(shop, saleor):
            pass


def _mint_shop(shop: Shop) -> None:
    while coupons.mint_due(shop):
        pass
