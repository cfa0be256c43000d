"""Run inside Saleor: the statements that lists of customers and orders cost, with us or not."""

import json

from django.conf import settings
from django.db import connections, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from graphene import Node
from saleor.account.models import User
from saleor.graphql.api import backend, schema
from saleor.graphql.core import SaleorContext
from saleor.order.models import Order

from saleor_loyalty.activities.staff_points import give
from saleor_loyalty.doors.plugin import shop
from saleor_loyalty.members.enrolment import enroll_all
from saleor_loyalty.models import SettledOrder
from saleor_loyalty.program.programs import update
from saleor_loyalty.program.ruleset import Changes
from saleor_loyalty.saleor_api.facts import Customer

CUSTOMERS = "{ customers(first: 100) { edges { node { id %s } } } }"
ORDERS = "{ orders(first: 50) { edges { node { id %s } } } }"
OF_USER = "loyalty { balance status pointsToNextReward expiresAt expiringPoints }"
OF_ORDER = "loyalty { points member { balance pointsToNextReward } }"


def count(query):
    context = SaleorContext(dataloaders={})
    context.path = "/graphql/"
    context.app = None
    context.user = User.objects.get(email="admin@example.com")
    context.decoded_auth_token = None
    context.request_time = timezone.now()
    aliases = {settings.DATABASE_CONNECTION_DEFAULT_NAME, settings.DATABASE_CONNECTION_REPLICA_NAME}
    captured = [CaptureQueriesContext(connections[alias]) for alias in aliases]
    for each in captured:
        each.__enter__()
    result = backend.document_from_string(schema, query).execute(context=context)
    for each in captured:
        each.__exit__(None, None, None)
    assert not result.errors, result.errors
    (found,) = result.data.values()
    return sum(map(len, captured)), [edge["node"] for edge in found["edges"]]


with transaction.atomic():
    here = shop.read()
    users = User.objects.filter(is_staff=False)[:200]
    ids = enroll_all(
        shop=here,
        customers=[Customer(Node.to_global_id("User", u.pk), u.email, "", "en") for u in users],
    )
    # The policy for which most is read: when the first of a member's points end.
    rules = Changes(expiry_policy="PER_LOT", expiry_days=365)
    version = update(shop=here, changes=rules, actor="Test").current
    for customer_id in list(ids)[:3]:
        give(shop=here, customer_id=customer_id, points=10, reason="Test", actor="Test")
    SettledOrder.objects.bulk_create(
        [
            SettledOrder(
                shop=here,
                order_id=Node.to_global_id("Order", order.pk),
                number=order.number,
                channel_id="default-channel",
                member_id=next(iter(ids.values())),
                version=version,
                fully_paid_at=timezone.now(),
                settled_at=timezone.now(),
            )
            for order in Order.objects.exclude(status="draft")[:200]
        ],
        ignore_conflicts=True,
    )
    count(CUSTOMERS % "")  # what is cached for a process is read once
    count(CUSTOMERS % OF_USER)
    without, _ = count(CUSTOMERS % "")
    with_us, nodes = count(CUSTOMERS % OF_USER)
    orders_without, _ = count(ORDERS % "")
    orders_with, orders = count(ORDERS % OF_ORDER)
    transaction.set_rollback(True)
print(
    json.dumps(
        {
            "customers": len(nodes),
            "members": sum(node["loyalty"] is not None for node in nodes),
            "without": without,
            "with": with_us,
            "orders_without": orders_without,
            "orders_with": orders_with,
        }
    )
)
