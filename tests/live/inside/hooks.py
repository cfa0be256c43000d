"""Run inside Saleor: what calling the hooks costs, and what they let through when all is broken."""

import json
import logging
from unittest import mock

from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext
from saleor.order.models import Order
from saleor.plugins.manager import get_plugins_manager

from saleor_loyalty import inbox, workers
from saleor_loyalty.doors.plugin import shop
from saleor_loyalty.models import Change

HOOKS = (
    "order_created", "order_paid", "order_fully_paid", "order_refunded", "order_fully_refunded",
    "order_cancelled", "order_updated", "order_expired",
)  # fmt: skip
CUSTOMER_HOOKS = ("customer_created", "customer_updated", "customer_deleted")
ACCOUNT_HOOKS = ("account_confirmed", "account_deleted")

logging.disable(logging.CRITICAL)
workers.wake = inbox.wake = lambda task: None  # the statements are counted, nothing is worked off
(plugin,) = [
    each
    for each in get_plugins_manager(allow_replica=False).get_plugins(active_only=True)
    if each.PLUGIN_ID == "saleor.loyalty"
]
order = Order.objects.exclude(status="draft").exclude(user=None).first()
draft = Order(pk=order.pk, status="draft")
shop.here()


def cost(call):
    with CaptureQueriesContext(connection) as captured:
        call()
    return len(captured)


def every_hook():
    """The names of hooks that raised."""
    calls = [(name, order) for name in HOOKS]
    calls += [(name, order.user) for name in (*CUSTOMER_HOOKS, *ACCOUNT_HOOKS)]
    calls.append(("order_bulk_created", [order, draft]))
    raised = []
    for name, subject in calls:
        try:
            assert getattr(plugin, name)(subject, previous_value=7, webhooks=None, new="x") == 7
        except Exception as error:
            raised.append(f"{name}: {error!r}")
    return raised


def fully_paid(subject=order):
    plugin.order_fully_paid(subject, previous_value=None)


def new(charge_status, voucher_code):
    placed = Order(pk=order.pk, charge_status=charge_status, voucher_code=voucher_code)
    plugin.order_created(placed, previous_value=None)


seen = {
    "statements_of_a_hook": cost(fully_paid),
    "statements_of_a_draft": cost(lambda: fully_paid(draft)),
    "statements_of_a_new_order": {
        f"{status} {code}": cost(lambda status=status, code=code: new(status, code))
        for status in ("none", "full")
        for code in ("", "CODE")
    },
}
raised = every_hook()

Change.objects.all().delete()
with transaction.atomic():
    seen["statements_in_a_transaction"] = cost(fully_paid)
seen["marked_after_commit"] = Change.objects.count()

try:
    with transaction.atomic():
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 / 0")
        except Exception:
            raised += every_hook()
        raise KeyError
except KeyError:
    seen["shop_goes_on_in_a_broken_transaction"] = Order.objects.filter(pk=order.pk).exists()

with mock.patch.object(inbox, "MARK", "SELECT nonsense FROM nowhere"):
    raised += every_hook()
with mock.patch.object(shop, "here", side_effect=MemoryError):
    raised += every_hook()
connections["default"].close()
with mock.patch.dict(connections["default"].settings_dict, {"PORT": 1}):
    raised += every_hook()
connections["default"].close()
Change.objects.all().delete()

print(json.dumps({**seen, "raised": raised}))
