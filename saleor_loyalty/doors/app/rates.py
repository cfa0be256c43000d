"""How often a shop or a customer may ask: one count for all web processes, kept in Valkey.

A rate is written as "600/minute"; an empty one does not limit. While the counts cannot be reached
nobody is held up: an order matters more than a limit.
"""

import logging
import time
from collections.abc import Iterator
from functools import cache

# limits loads it at the first use, and threads that come at once would find it half loaded.
import redis  # noqa: F401
from limits import parse
from limits.errors import StorageError
from limits.storage import storage_from_string
from limits.strategies import RateLimiter, SlidingWindowCounterRateLimiter

from saleor_loyalty.conf import conf
from saleor_loyalty.doors.app.refusals import Code, Refusal
from saleor_loyalty.models import Shop
from saleor_loyalty.permissions import Viewer

logger = logging.getLogger(__name__)

SOCKET_TIMEOUT = 0.25  # seconds
COOL_DOWN = 5.0  # seconds in which this process does not ask a store again that failed

_not_before = 0.0  # by time.monotonic


def take_event(shop: Shop) -> None:
    """Count an event of a shop. Raises Refusal with a status after which Saleor tries again."""
    if not _may(conf.rate_events, "events", str(shop.pk)):
        message = "More events than LOYALTY_RATE_EVENTS allows. Send them again later."
        raise Refusal(Code.TOO_MANY_EVENTS, message, shop_id=shop.pk)


def take_request(viewer: Viewer, *, mutations: int) -> None:
    """Count a GraphQL request where it belongs, so that nobody uses up another's. Raises Refusal.

    And each of its mutations.

    Visitors have a count of their own at each shop: anybody may send what they send. A customer
    meets their own limits before they reach the one of the shop.
    """
    shop_id = viewer.shop.pk if viewer.shop else None
    for setting, rate, number, *who in _counts(viewer, str(shop_id), mutations):
        if not _may(rate, *who, number=number):
            message = f"More requests than {setting} allows. Try again in a minute."
            raise Refusal(Code.TOO_MANY_REQUESTS, message, shop_id=shop_id)


def _counts(
    viewer: Viewer, shop: str, mutations: int
) -> Iterator[tuple[str, str, int, *tuple[str, ...]]]:
    """The setting, its rate, how many to count, and whose count it is."""
    if not viewer.customer_id and not viewer.actor:
        yield "LOYALTY_RATE_VISITORS", conf.rate_visitors, 1, "visitors", shop
        return
    if customer := viewer.customer_id:
        if mutations:
            rate = conf.rate_mutations
            yield "LOYALTY_RATE_MUTATIONS", rate, mutations, "mutations", shop, customer
        yield "LOYALTY_RATE_CUSTOMER", conf.rate_customer, 1, "customer", shop, customer
    yield "LOYALTY_RATE_REQUESTS", conf.rate_requests, 1, "requests", shop


def take_installation(api_url: str) -> None:
    """Count a try to install: each has us call that shop. Raises Refusal."""
    if not _may("10/minute", "installations", api_url):
        message = "Too many installations from this shop. Try again in a minute."
        raise Refusal(Code.TOO_MANY_REQUESTS, message)


def _may(rate: str, *who: str, number: int = 1) -> bool:
    global _not_before
    if not rate or time.monotonic() < _not_before:
        return True
    try:
        return _limiter(conf.rate_store).hit(parse(rate), *who, cost=number)
    except StorageError as error:
        _not_before = time.monotonic() + COOL_DOWN
        logger.warning("Requests are not counted: %s", type(error.storage_error).__name__)
        return True


@cache
def _limiter(address: str) -> RateLimiter:
    """Counts in the store at this address; without one, in this process."""
    if not address:
        return SlidingWindowCounterRateLimiter(storage_from_string("memory://"))
    store = storage_from_string(
        address,
        wrap_exceptions=True,
        socket_connect_timeout=SOCKET_TIMEOUT,
        socket_timeout=SOCKET_TIMEOUT,
        key_prefix="saleor_loyalty",
    )
    return SlidingWindowCounterRateLimiter(store)
