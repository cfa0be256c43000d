"""What the workers do, in turns. Run by any Celery app, ours or Saleor's.

`until` comes with a task that goes on from an earlier turn (see turns).
"""

import logging
import time
from collections.abc import Collection
from datetime import timedelta

from celery import shared_task
from django.db.models import Q
from django.utils import timezone

from saleor_loyalty.conf import conf
from saleor_loyalty.ledger import expiry
from saleor_loyalty.messages import failed, outbox, reminders
from saleor_loyalty.models import Door, Shop
from saleor_loyalty.orders import customers, inbox, reconciliation, settlement
from saleor_loyalty.rewards import coupons, retirement, to_come
from saleor_loyalty.saleor_api.client import CUSTOMERS_AT_ONCE, ORDERS_AT_ONCE
from saleor_loyalty.shop.connection import connect, look_again
from saleor_loyalty.workers import turns

logger = logging.getLogger(__name__)


@shared_task(ignore_result=True)
def settle_orders(until: float | None = None) -> None:
    """Follow every changed customer and settle every changed order that is due, in every shop."""
    turns.take("settle_orders", inbox.shops_with_work(), _settle_in_shop, until=until)


@shared_task(ignore_result=True)
def issue_coupons(until: float | None = None) -> None:
    """Issue the coupons that one transaction had no room for, in every shop."""
    turns.take("issue_coupons", to_come.shops_with_work(), _issue_in_shop, until=until)


@shared_task(ignore_result=True)
def mint_coupons(until: float | None = None) -> None:
    """Mint every pending coupon that is due, in every shop."""
    turns.take("mint_coupons", coupons.shops_with_work(), _mint_in_shop, until=until)


@shared_task(ignore_result=True)
def retire_codes(until: float | None = None) -> None:
    """Delete the voucher of every retired code that is due, in every shop."""
    turns.take("retire_codes", retirement.shops_with_work(), _retire_in_shop, until=until)


@shared_task(ignore_result=True)
def expire_points(until: float | None = None) -> None:
    """End the points whose time has come, in every shop."""
    turns.take("expire_points", expiry.shops_with_work(), _expire_in_shop, until=until)


@shared_task(ignore_result=True)
def queue_reminders(until: float | None = None) -> None:
    """Queue the reminders whose moment has come, in every shop."""
    turns.take("queue_reminders", reminders.shops_with_work(), _queue_in_shop, until=until)


@shared_task(ignore_result=True)
def send_messages(until: float | None = None) -> None:
    """Send every message that is due, those first that staff want sent again."""
    ends = time.monotonic() + conf.turn_seconds
    while failed.resend_asked() or outbox.send_due(ends=ends):
        if time.monotonic() >= ends and turns.go_on("send_messages", until=until):
            return
    turns.finish("send_messages", until=until)


@shared_task(ignore_result=True)
def reconcile(
    until: float | None = None,
    shops: list[int] | None = None,
    begun: Collection[int] = (),
) -> None:
    """Mark what changed in each shop since the last walk, however its event was lost.

    `shops` are those that an earlier turn had no time for; `begun` those it had too little for.
    """
    ends = time.monotonic() + conf.turn_seconds
    left = _to_walk() if shops is None else shops
    resumed = set(begun)
    while left:
        shop_id = left.pop()
        if not _visit(shop_id, is_resumed=shop_id in resumed):
            left.insert(0, shop_id)
            resumed.add(shop_id)
        is_over = bool(left) and time.monotonic() >= ends
        if is_over and turns.go_on("reconcile", until=until, shops=left, begun=[*resumed]):
            return
    turns.finish("reconcile", until=until)


def _to_walk() -> list[int]:
    """Shops that have the app, and those at rest, which may have it again; in any order."""
    shops = Shop.objects.filter(Q(is_active=True) | Q(door=Door.APP))
    return list(shops.order_by("?").values_list("pk", flat=True))


def _visit(shop_id: int, *, is_resumed: bool) -> bool:
    """False when more of the shop is to be walked."""
    shop = Shop.objects.filter(pk=shop_id).first()
    try:
        if shop and not shop.is_active:
            look_again(shop)
        if shop and shop.is_active:
            return _walk(shop, is_resumed=is_resumed)
    except Exception:
        logger.exception("Shop %s: not walked, the next run goes on", shop_id)
    return True


def _settle_in_shop(shop: Shop, _ends: float) -> bool:
    """A batch. What is marked meanwhile wakes a worker for a batch of its own: so orders that come
    one by one are settled together and not each by itself.
    """
    with connect(shop) as saleor:
        # Customers first: that marks orders to settle.
        more_customers = customers.follow_due(shop, saleor) == CUSTOMERS_AT_ONCE
        return settlement.settle_due(shop, saleor) == ORDERS_AT_ONCE or more_customers


def _issue_in_shop(shop: Shop, _ends: float) -> bool:
    return to_come.issue_due(shop) > 0


def _mint_in_shop(shop: Shop, ends: float) -> bool:
    return coupons.mint_due(shop, ends=ends) > 0


def _retire_in_shop(shop: Shop, ends: float) -> bool:
    return retirement.retire_due(shop, ends=ends) > 0


def _walk(shop: Shop, *, is_resumed: bool) -> bool:
    """A turn for each part of the walk; False when something is left for another."""
    if not reconciliation.begin(shop):
        return True
    try:
        with connect(shop) as saleor:
            budget = timedelta(seconds=conf.turn_seconds)
            marked = reconciliation.reconcile(shop, saleor, budget=budget, is_resumed=is_resumed)
            return marked.is_done
    finally:
        reconciliation.end(shop)


def _expire_in_shop(shop: Shop, ends: float) -> bool:
    now = timezone.now()
    ended_by = inbox.settled_until(shop, now=now)
    swept = expiry.sweep(shop, now=now, ended_by=ended_by, ends=ends)
    return swept > 0 and time.monotonic() >= ends


def _queue_in_shop(shop: Shop, _ends: float) -> bool:
    """A shop's members all at once: begun again, they would be begun with again."""
    reminders.queue(shop, now=timezone.now())
    return False
