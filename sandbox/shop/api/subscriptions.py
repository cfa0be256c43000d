"""What a webhook sends: the answer to its subscription, for one event."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ariadne import InterfaceType, ObjectType
from django.utils import timezone
from graphql import GraphQLResolveInfo, execute_sync, parse

from sandbox.shop.api.access import of_app
from sandbox.shop.installation import SCHEMA_VERSION
from sandbox.shop.models import Order, User, Webhook

subscription = ObjectType("Subscription")
event_type = InterfaceType("Event")


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened. `type` is Saleor's name of it, as ORDER_FULLY_PAID."""

    type: str
    subject: Order | User
    issued_at: datetime
    version: str = SCHEMA_VERSION

    @property
    def order(self) -> Order | None:
        """What an event of an order is about."""
        return self.subject if isinstance(self.subject, Order) else None

    @property
    def user(self) -> User | None:
        """Whom an event of a customer is about."""
        return self.subject if isinstance(self.subject, User) else None


def payload(webhook: Webhook, *, event_type: str, subject: Order | User) -> Any:
    """The body of a webhook: what its subscription selects, with the app's own permissions.

    Raises ValueError when the subscription does not fit our part of Saleor's schema.
    """
    from sandbox.shop.api.schema import schema  # it binds this module

    event = Event(type=event_type, subject=subject, issued_at=timezone.now())
    # Executed like a query: the one field of a subscription resolves to the event at hand.
    result = execute_sync(
        schema, parse(webhook.query), root_value=event, context_value=of_app(webhook.app)
    )
    if result.data is None or result.data.get("event") is None:
        raise ValueError(f"The subscription of webhook {webhook.pk} does not work: {result.errors}")
    return result.data["event"]


@subscription.field("event")
def event(root: Event, _info: GraphQLResolveInfo) -> Event:
    return root


@event_type.type_resolver
def resolve_type(event: Event, *_: object) -> str:
    return "".join(word.capitalize() for word in event.type.split("_"))


bindables = [subscription, event_type]
