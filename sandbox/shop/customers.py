"""Customers' accounts: made by themselves, kept by staff, and what the apps hear of them."""

from collections.abc import Mapping

from django.db import transaction

from sandbox.shop.events import emit
from sandbox.shop.models import Order, User


@transaction.atomic
def register(*, email: str, password: str, values: Mapping[str, str]) -> None:
    """A new account, not confirmed yet.

    Of an address that is taken nothing is said, so that nobody learns who is a customer.
    """
    if User.objects.filter(email=email).exists():
        return
    user = User(email=email, is_confirmed=False, **values)
    user.set_password(password)
    user.save()
    emit(user, "CUSTOMER_CREATED")


@transaction.atomic
def sign_up(*, email: str, password: str, first_name: str) -> User | None:
    """A new account whose owner has confirmed the address already; None: the address is taken."""
    if User.objects.filter(email=email).exists():
        return None
    register(email=email, password=password, values={"first_name": first_name})
    return update(User.objects.get(email=email), {"is_confirmed": True})


@transaction.atomic
def update(user: User, values: Mapping[str, object]) -> User:
    """The customer with these columns changed.

    Once confirmed, what they ordered as a guest is theirs, of which no order's event tells.
    """
    user = User.objects.select_for_update().get(pk=user.pk)
    was_confirmed = user.is_confirmed
    for name, value in values.items():
        setattr(user, name, value)
    user.save()
    if user.is_confirmed and not was_confirmed:
        guests = Order.objects.exclude(status=Order.Status.DRAFT).filter(user=None)
        guests.filter(user_email=user.email).update(user=user)
    emit(user, "CUSTOMER_UPDATED")
    return user
