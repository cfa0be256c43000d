"""What the hooks tell, on its way into the inbox: written beside the shop's request, not in it."""

import logging
from collections.abc import Callable, Iterable
from typing import Any

from celery import current_app
from django.db import close_old_connections, transaction
from graphene import Node
from saleor.core.db.connection import allow_writer

from saleor_loyalty.doors.plugin import shop
from saleor_loyalty.orders import inbox
from saleor_loyalty.workers.batcher import Batcher

logger = logging.getLogger(__name__)

Mark = tuple[str, Any]  # "Order" or "User", and its primary key


def mark(
    kind: str, objects: Iterable[Any], *, matters: Callable[[Any], bool] = lambda _: True
) -> None:
    """Have these looked at again once the shop's transaction is committed. Never raises."""
    try:
        marks = [(kind, thing.pk) for thing in objects if thing.pk and matters(thing)]
        if marks:
            transaction.on_commit(lambda: _hand_over(marks), robust=True)
    except Exception:
        logger.exception("Not marked, to be found by reconciliation: %s", kind)


def _hand_over(marks: list[Mark]) -> None:
    """Leave them to the thread, where somebody waits for an answer.

    In a worker nobody does, and its processes end without waiting for their threads.
    """
    if current_app.current_task:
        write(set(marks))
    else:
        _batcher.add(marks)


def write(marks: set[Mark]) -> None:
    """Mark them in the inbox. One statement; never raises."""
    orders, customers = _ids("Order", marks), _ids("User", marks)
    try:
        with allow_writer():
            inbox.mark(shop=shop.here(), order_ids=orders, customer_ids=customers)
    except Exception:
        shop.forget()
        ids = ", ".join([*orders, *customers])
        logger.exception("Not marked, to be found by reconciliation: %s", ids)


def _ids(kind: str, marks: set[Mark]) -> list[str]:
    return [Node.to_global_id(kind, pk) for its_kind, pk in marks if its_kind == kind]


def _write_aside(marks: set[Mark]) -> None:
    close_old_connections()
    try:
        write(marks)
    finally:
        close_old_connections()


_batcher = Batcher(_write_aside)
