"""How many drafts of one shop are tried at once: each may take seconds of a web process's time."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from saleor_loyalty.models import Shop
from saleor_loyalty.problems import ErrorCode, Problem, Refused

AT_ONCE = 2
SPACE = 1_129_201  # the first key of our advisory locks, and those behind it; any number will do


@contextmanager
def turn(shop: Shop) -> Iterator[None]:
    """Take one of the shop's turns for the length of the `with`, counted over all processes.

    Raises Refused at once when all are taken. The database gives back those of who dies.
    """
    with transaction.atomic():
        if not any(_take(number, shop) for number in range(AT_ONCE)):
            message = _("Other texts of this shop are being tried just now. Try again in a moment.")
            raise Refused(Problem("body", message, ErrorCode.BUSY))
        yield


def _take(number: int, shop: Shop) -> bool:
    with connection.cursor() as cursor:
        keys = [SPACE + number, shop.pk]
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s::int, (%s %% 2147483647)::int)", keys)
        return bool(cursor.fetchone()[0])
