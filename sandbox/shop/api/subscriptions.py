"""What a subscription may ask of an event."""

from dataclasses import dataclass
from datetime import datetime

from ariadne import InterfaceType, ObjectType
from graphql import GraphQLResolveInfo

from sandbox.shop.installation import SCHEMA_VERSION
from sandbox.shop.models import Order, User

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


@subscription.field("event")
def event(root: Event, _info: GraphQLResolveInfo) -> Event:
    return root


@event_type.type_resolver
def resolve_type(event: Event, *_: object) -> str:
    return "".join(word.capitalize() for word in event.type.split("_"))


bindables = [subscription, event_type]
