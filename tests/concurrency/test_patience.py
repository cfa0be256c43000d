"""A checkout meets a settlement of the same order: it waits a moment, and goes on without us."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import OperationalError, connection, transaction

from saleor_loyalty import inbox
from saleor_loyalty.models import Change


def marks_while_held(**arguments: object) -> str:
    """Marks one order, and then how long this connection waits for locks from now on."""
    try:
        inbox.mark(order_ids=["order"], **arguments)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SHOW lock_timeout")
            (waits,) = cursor.fetchone()
        connection.close()
    return waits


@pytest.mark.django_db(transaction=True)
def test_t31_a_hook_does_not_wait_for_a_settlement_to_end(shop):
    inbox.mark(shop=shop, order_ids=["order"])
    brief = timedelta(milliseconds=50)

    with ThreadPoolExecutor() as threads, transaction.atomic():
        list(Change.objects.select_for_update())  # as a settlement holds it
        hook = threads.submit(marks_while_held, shop=shop, patience=brief)
        with pytest.raises(OperationalError, match="lock timeout"):
            hook.result(timeout=20)

    assert Change.objects.get().marks == 1


@pytest.mark.django_db(transaction=True)
def test_its_hurry_ends_with_the_statement(shop):
    assert marks_while_held(shop=shop, patience=timedelta(milliseconds=50)) == "0"

    assert Change.objects.get().marks == 1
