"""Run inside Saleor: one event, told to apps that may see a member and to one that may not."""

import json
from inspect import signature

from django.db import transaction
from graphene import Node
from saleor.account.models import User
from saleor.app.models import App
from saleor.graphql.webhook.subscription_payload import (
    generate_payload_from_subscription,
    initialize_request,
)
from saleor.order.models import Order
from saleor.permission.enums import get_permissions_from_names

from saleor_loyalty.doors.plugin import shop
from saleor_loyalty.members.enrolment import enroll_all
from saleor_loyalty.saleor_api.facts import Customer

QUERY = """subscription { event { ... on OrderUpdated {
  order { user { loyalty { balance debt } } } } } }"""


def new_app(name, *permissions):
    app = App.objects.create(name=name, is_active=True)
    app.permissions.set(get_permissions_from_names(permissions))
    return app


# Saleor 3.22 makes a context for each app; 3.23 one for all that are told.
OF_ONE_APP = "app" in signature(initialize_request).parameters


def told(app, order, shared):
    return generate_payload_from_subscription(
        event_type="order_updated",
        subscribable_object=order,
        subscription_query=QUERY,
        request=shared or initialize_request(app, dataloaders={}),
        **({} if OF_ONE_APP else {"app": app}),
    )


with transaction.atomic():
    here = shop.read()
    user = User.objects.filter(is_staff=False).first()
    id_ = Node.to_global_id("User", user.pk)
    enroll_all(shop=here, customers=[Customer(id_, user.email, "", "en")])
    order = Order.objects.exclude(status="draft").first()
    order.user = user
    rich = new_app("rich", "MANAGE_ORDERS", "MANAGE_USERS")
    poor = new_app("poor", "MANAGE_ORDERS")
    shared = None if OF_ONE_APP else initialize_request(event_type="order_updated", dataloaders={})
    payloads = [told(app, order, shared) for app in (rich, poor, rich)]
    transaction.set_rollback(True)
print(
    json.dumps(
        [{"user": payload["order"]["user"], "refused": "errors" in payload} for payload in payloads]
    )
)
