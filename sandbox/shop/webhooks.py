"""Events become deliveries: one per webhook that asked, its payload taken at that moment."""

import json

from django.db import transaction
from django.utils import timezone

from sandbox.shop import delivery
from sandbox.shop.models import Delivery, Order, User, Webhook


def emit(subject: Order | User, *event_types: str) -> None:
    """Tell the apps that this happened, in this order, once the transaction is committed."""
    # The schema's mutations call this module.
    from sandbox.shop.api.subscriptions import payload

    permission = "MANAGE_ORDERS" if isinstance(subject, Order) else "MANAGE_USERS"
    for event_type in event_types:
        for webhook in _listening(event_type, permission):
            body = json.dumps(payload(webhook, event_type=event_type, subject=subject))
            Delivery.objects.create(
                webhook=webhook, event_type=event_type, payload=body, due_at=timezone.now()
            )
    transaction.on_commit(delivery.wake)


def _listening(event_type: str, permission: str) -> list[Webhook]:
    """Webhooks for an event; an app that may not see its subject hears nothing of it."""
    webhooks = Webhook.objects.filter(
        is_active=True,
        app__is_active=True,
        app__permissions__contains=[permission],
        events__contains=[event_type],
    )
    return list(webhooks.select_related("app").order_by("pk"))
