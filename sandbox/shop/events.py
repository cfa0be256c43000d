"""What happens to orders and customers, told to whoever listens: the webhooks of the API do."""

from django.dispatch import Signal

from sandbox.shop.models import Order, User

happened = Signal()  # subject: the order or customer; event_types: Saleor's names, in this order


def emit(subject: Order | User, *event_types: str) -> None:
    """Tell that this happened, inside the transaction in which it did."""
    happened.send(type(subject), subject=subject, event_types=event_types)
