"""What the worker processes of these tests run. Imported by them once, before they are forked."""

import logging
import time
from datetime import timedelta
from multiprocessing.synchronize import Barrier
from typing import Any

import django
from django.apps import apps

if not apps.ready:  # in the process that all workers are forked from
    django.setup()

from django.conf import settings
from django.db import connection, transaction

from saleor_loyalty import tasks
from saleor_loyalty.activities import staff_points
from saleor_loyalty.database import leases
from saleor_loyalty.messages import outbox
from saleor_loyalty.models import Shop
from saleor_loyalty.orders import inbox, settlement
from saleor_loyalty.problems import Refused
from saleor_loyalty.server.celery import app
from saleor_loyalty.shop.connection import connect


def begin(database: str, log: str) -> None:
    """Speak to the test's database, and to no broker: these workers need nobody to wake them."""
    connection.settings_dict["NAME"] = database
    app.conf.broker_url = "memory://"
    logging.basicConfig(filename=log, level=logging.WARNING, force=True)


def work_until_killed(database: str, log: str, lease: float) -> None:
    """The tasks of a real worker, one after the other, with leases of so many seconds."""
    begin(database, log)
    leases.LEASE = timedelta(seconds=lease)
    while True:
        tasks.settle_orders()
        tasks.mint_coupons()
        tasks.retire_codes()
        time.sleep(0.02)


def send_until_killed(database: str, log: str, lease: float, port: int) -> None:
    """A worker that sends messages to a mail server, with leases of so many seconds."""
    begin(database, log)
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    outbox.LEASE = timedelta(seconds=lease)
    while True:
        outbox.send_due(limit=10)
        time.sleep(0.02)


def deliver_and_settle(database: str, log: str, barrier: Barrier, order_id: str) -> int:
    begin(database, log)
    shop = Shop.objects.get()
    barrier.wait()
    inbox.mark(shop=shop, order_ids=[order_id])
    tasks.settle_orders()
    return 0


def settle_past_the_inbox(database: str, log: str, barrier: Barrier, order_id: str) -> int:
    """As a backfill does it: with no lease that keeps others off; 1 if it went through."""
    begin(database, log)
    shop = Shop.objects.get()
    with connect(shop) as saleor:
        orders, _ = saleor.orders([order_id])
    barrier.wait()
    try:
        with transaction.atomic():
            settlement.bring_to_entitlement(shop, list(orders.values()))
    except django.db.IntegrityError:
        return 0
    return 1


def give(database: str, log: str, barrier: Barrier, times: int, terms: dict[str, Any]) -> int:
    """Gifts or corrections, one after the other; how many were not refused."""
    begin(database, log)
    shop = Shop.objects.get()
    verb = staff_points.give if terms["points"] > 0 else staff_points.adjust
    done = 0
    barrier.wait()
    for _ in range(times):
        try:
            verb(shop=shop, reason="test", actor="staff", **terms)
        except Refused:
            continue
        done += 1
    return done
