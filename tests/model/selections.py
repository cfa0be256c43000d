"""Which orders a thing can happen to."""

from collections.abc import Callable
from typing import Any

from hypothesis.stateful import precondition

from tests.model.facts import Order


def needs(is_meant: Callable[[Order], bool]) -> Any:
    """A rule for some of the orders."""
    return precondition(lambda history: any(map(is_meant, history.orders)))


def is_void(order: Order) -> bool:
    return order.is_void


def is_standing(order: Order) -> bool:
    return not order.is_void


def is_charged(order: Order) -> bool:
    return order.charged > 0


def is_unpaid(order: Order) -> bool:
    return order.charged < order.total


def is_unconfirmed(order: Order) -> bool:
    return order.is_unconfirmed


def has_products(order: Order) -> bool:
    return not all(line.product_is_gone for line in order.lines)
