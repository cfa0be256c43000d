"""Events become deliveries: one per webhook that asked, its payload taken at that moment."""

import json
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.dispatch import receiver
from django.utils import timezone
from graphql import execute_sync, parse

from sandbox.shop import delivery
from sandbox.shop.api.access import of_app
from sandbox.shop.api.schema import schema
from sandbox.shop.api.subscriptions import Event
from sandbox.shop.events import happened
from sandbox.shop.models import Delivery, Order, User, Webhook


@receiver(happened)
def deliver(*, subject: Order | User, event_types: Iterable[str], **_: object) -> None:
    """Tell the apps that this happened, in this order, once the transaction is committed."""
    permission = "MANAGE_ORDERS" if isinstance(subject, Order) else "MANAGE_USERS"
    for event_type in event_types:
        for webhook in _listening(event_type, permission):
            body = json.dumps(_payload(webhook, event_type=event_type, subject=subject))
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


def _payload(webhook: Webhook, *, event_type: str, subject: Order | User) -> Any:
    """The body of a webhook: what its subscription selects, with the app's own permissions.

    Raises ValueError when the subscription does not fit our part of Saleor's schema.
    """
    event = Event(type=event_type, subject=subject, issued_at=timezone.now())
    # Executed like a query: the one field of a subscription resolves to the event at hand.
    result = execute_sync(
        schema, parse(webhook.query), root_value=event, context_value=of_app(webhook.app)
    )
    if result.data is None or result.data.get("event") is None:
        raise ValueError(f"The subscription of webhook {webhook.pk} does not work: {result.errors}")
    return result.data["event"]
