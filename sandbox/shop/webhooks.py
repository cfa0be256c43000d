"""Events become deliveries: one per webhook that asked, its payload taken at that moment."""

import json

from django.db import transaction
from django.utils import timezone

from sandbox.shop import delivery
from sandbox.shop.models import Delivery, Order, Webhook


def emit(order: Order, *event_types: str) -> None:
    """Tell the apps that this happened, in this order, once the transaction is committed."""
    # The schema's mutations call this module.
    from sandbox.shop.api.subscriptions import payload

    for event_type in event_types:
        for webhook in _listening(event_type):
            body = json.dumps(payload(webhook, event_type=event_type, order=order))
            Delivery.objects.create(
                webhook=webhook, event_type=event_type, payload=body, due_at=timezone.now()
            )
    transaction.on_commit(delivery.wake)


def _listening(event_type: str) -> list[Webhook]:
    """Webhooks for an event; an app that may not see orders hears nothing of them."""
    webhooks = Webhook.objects.filter(
        is_active=True,
        app__is_active=True,
        app__permissions__contains=["MANAGE_ORDERS"],
        events__contains=[event_type],
    )
    return list(webhooks.select_related("app").order_by("pk"))
