"""What the workers do, a batch at a time. Run by any Celery app, ours or Saleor's."""

import logging
import random
from collections.abc import Callable, Iterable
from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from saleor_loyalty import (
    coupons,
    customers,
    expiry,
    inbox,
    reconciliation,
    retirement,
    settlement,
)
from saleor_loyalty.connection import connect, look_again
from saleor_loyalty.messages import failed, outbox, reminders
from saleor_loyalty.models import Door, Shop
from saleor_loyalty.saleor_api.client import CUSTOMERS_AT_ONCE, ORDERS_AT_ONCE

WALK_BUDGET = timedelta(seconds=60)  # others wait for the worker that walks

logger = logging.getLogger(__name__)


@shared_task(ignore_result=True)
def settle_orders() -> None:
    """Follow every changed customer and settle every changed order that is due, in every shop."""
    _each_shop(inbox.shops_with_work(), _settle_shop)


@shared_task(ignore_result=True)
def mint_coupons() -> None:
    """Mint every pending coupon that is due, in every shop."""
    _each_shop(coupons.shops_with_work(), _mint_shop)


@shared_task(ignore_result=True)
def retire_codes() -> None:
    """Delete the voucher of every retired code that is due, in every shop."""
    _each_shop(retirement.shops_with_work(), _retire_in_shop)


@shared_task(ignore_result=True)
def expire_points() -> None:
    """End the points whose time has come, in every shop."""
    _each_shop(expiry.shops_with_work(), _expire_in_shop)


@shared_task(ignore_result=True)
def queue_reminders() -> None:
    """Queue the reminders whose moment has come, in every shop."""
    _each_shop(reminders.shops_with_work(), _queue_in_shop)


@shared_task(ignore_result=True)
def send_messages() -> None:
    """Send every message that is due, those first that staff want sent again."""
    while failed.resend_asked():
        pass
    while outbox.send_due():
        pass


@shared_task(ignore_result=True)
def reconcile() -> None:
    """Mark what changed in each shop since the last walk, however its event was lost."""
    _each_shop(Shop.objects.filter(is_active=False, door=Door.APP), look_again)
    _each_shop(Shop.objects.filter(is_active=True), _reconcile_shop)


def _each_shop(shops: Iterable[Shop], work: Callable[[Shop], None]) -> None:
    """A shop in trouble stops no other, and comes first by chance alone: it may keep us waiting."""
    shops = list(shops)
    random.shuffle(shops)
    for shop in shops:
        try:
            work(shop)
        except Exception:
            logger.exception("Shop %s: work stopped, the next run goes on", shop.pk)


def _settle_shop(shop: Shop) -> None:
    """Batch by batch while they are full. What is marked meanwhile wakes a worker for a batch of
    its own: so orders that come one by one are settled together and not each by itself.
    """
    with connect(shop) as saleor:
        # Customers first: that marks orders to settle.
        while customers.follow_due(shop, saleor) == CUSTOMERS_AT_ONCE:
            pass
        while settlement.settle_due(shop, saleor) == ORDERS_AT_ONCE:
            pass


def _mint_shop(shop: Shop) -> None:
    while coupons.mint_due(shop):
        pass


def _retire_in_shop(shop: Shop) -> None:
    while retirement.retire_due(shop):
        pass


def _reconcile_shop(shop: Shop) -> None:
    if not reconciliation.begin(shop):
        return
    try:
        with connect(shop) as saleor:
            reconciliation.reconcile(shop, saleor, budget=WALK_BUDGET)
    finally:
        reconciliation.end(shop)


def _expire_in_shop(shop: Shop) -> None:
    now = timezone.now()
    expiry.sweep(shop, now=now, ended_by=expiry.settled_until(shop, now=now))


def _queue_in_shop(shop: Shop) -> None:
    reminders.queue(shop, now=timezone.now())
