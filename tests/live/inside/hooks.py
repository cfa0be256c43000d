"""Run inside Saleor: what calling the hooks costs, and what they let through when all is broken."""

import json
import logging
from unittest import mock

from celery._state import pop_current_task, push_current_task
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext
from saleor.account.models import User
from saleor.order.models import Order
from saleor.plugins.manager import get_plugins_manager

from saleor_loyalty.doors.plugin import marks, shop
from saleor_loyalty.models import Change
from saleor_loyalty.orders import inbox
from saleor_loyalty.workers import batcher

HOOKS = (
    "order_created", "order_paid", "order_fully_paid", "order_refunded", "order_fully_refunded",
    "order_cancelled", "order_updated", "order_expired",
)  # fmt: skip
CUSTOMER_HOOKS = ("customer_created", "customer_updated", "customer_deleted")
ACCOUNT_HOOKS = ("account_confirmed", "account_deleted")

logging.disable(logging.CRITICAL)
inbox.wake = lambda task: None  # the statements are counted, nothing is worked off
batcher.PAUSE = batcher.LAST_MOMENT = 60  # until somebody asks, however slow the machine
(plugin,) = [
    each
    for each in get_plugins_manager(allow_replica=False).get_plugins(active_only=True)
    if each.PLUGIN_ID == "saleor.loyalty"
]
order = Order.objects.exclude(status="draft").first()
order.user = User.objects.filter(is_staff=False).first()  # 3.22's sample data has guests' alone
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


def marked():
    """How often each was marked by what the thread had to do."""
    marks._batcher.leave()
    marks._batcher._leaving.clear()
    found = dict(Change.objects.values_list("subject_id", "marks"))
    Change.objects.all().delete()
    return sorted(found.values())


def fully_paid(subject=order):
    plugin.order_fully_paid(subject, previous_value=None)


def new(charge_status, voucher_code):
    placed = Order(pk=order.pk, charge_status=charge_status, voucher_code=voucher_code)
    plugin.order_created(placed, previous_value=None)
    return marked()


def as_a_task(call):
    push_current_task(object())
    try:
        return call()
    finally:
        pop_current_task()


Change.objects.all().delete()
with transaction.atomic():
    fully_paid()
    plugin.order_updated(order, previous_value=None)
    plugin.customer_updated(order.user, previous_value=None)
    seen = {"marked_before_commit": marked()}
seen["marked_after_commit"] = marked()

seen["statements_of_a_hook"] = cost(fully_paid)
seen["marked_by_a_hook"] = marked()
fully_paid(draft)
seen["marked_by_a_draft"] = marked()
seen["marked_by_a_new_order"] = {
    f"{status} {code}": new(status, code) for status in ("none", "full") for code in ("", "CODE")
}
seen["statements_of_a_hook_in_a_task"] = as_a_task(lambda: cost(fully_paid))
seen["statements_of_marking"] = cost(
    lambda: marks.write({("Order", order.pk), ("User", order.user.pk)})
)
raised = every_hook()
marked()

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
    raised += every_hook() + as_a_task(every_hook)
    marks._batcher.leave()
with mock.patch.object(shop, "here", side_effect=MemoryError):
    raised += every_hook() + as_a_task(every_hook)
    marks._batcher.leave()
with mock.patch.object(marks._batcher, "add", side_effect=RuntimeError("no more threads")):
    raised += every_hook()
connections["default"].close()
with mock.patch.dict(connections["default"].settings_dict, {"PORT": 1}):
    raised += every_hook() + as_a_task(every_hook)
    marks._batcher.leave()
connections["default"].close()
fully_paid()
seen["marked_when_all_is_well_again"] = marked()

print(json.dumps({**seen, "raised": raised}))
