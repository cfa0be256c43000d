"""How often a shop or a customer may ask: one count for all web processes, kept in Valkey.

A rate is written as "600/minute"; an empty one does not limit. While the counts cannot be reached
nobody is held up: an order matters more than a limit.
"""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from ipaddress import IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

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
AT_ONCE, AT_ONCE_FROM_ONE = 3, 2  # installations under way in one process
TOKENS_AT_ONCE = 2  # that a shop is asked about from one process
COOL_DOWN = 5.0  # seconds in which this process does not ask a store again that failed

_not_before = 0.0  # by time.monotonic
_under_way: list[str] = []  # who has us try an installation just now
_lock = threading.Lock()
_tokens = threading.BoundedSemaphore(TOKENS_AT_ONCE)


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


@contextmanager
def installation(api_url: str, *, source: str) -> Iterator[None]:
    """Count a try to install, and how many are under way: each has us call that shop.

    By the shop's host as we would call it, whichever way it is written, and by the address the try
    comes from, so that nobody can use up what the owner may. Raises Refusal.
    """
    host, sender = _host(api_url), _sender(source)
    counts = (("10/minute", sender, host), ("30/minute", sender), ("120/minute", host))
    if not all(_may(rate, "installations", *who) for rate, *who in counts):
        message = "Too many installations. Try again in a minute."
        raise Refusal(Code.TOO_MANY_REQUESTS, message)
    with _lock:
        if len(_under_way) >= AT_ONCE or _under_way.count(sender) >= AT_ONCE_FROM_ONE:
            message = "Other installations are under way. Try again in a moment."
            raise Refusal(Code.TOO_MANY_REQUESTS, message)
        _under_way.append(sender)
    try:
        yield
    finally:
        with _lock:
            _under_way.remove(sender)


@contextmanager
def unknown_token(shop: Shop, *, source: str, is_known: bool) -> Iterator[None]:
    """Count a question to a shop whose a token is, by where it comes from and by the shop.

    One that the shop knew a while ago is not counted. Raises Refusal.
    """
    if is_known:
        yield
        return
    counts = (
        ("30/minute", "tokens", str(shop.pk), _sender(source)),
        ("120/minute", "tokens", str(shop.pk)),
    )
    if not all(_may(rate, *who) for rate, *who in counts) or not _tokens.acquire(blocking=False):
        message = "Too many tokens that the shop has to be asked about. Try again in a minute."
        raise Refusal(Code.TOO_MANY_REQUESTS, message, shop_id=shop.pk)
    try:
        yield
    finally:
        _tokens.release()


def _host(api_url: str) -> str:
    """Scheme, host and port, as they are whatever way they are written."""
    parts = urlsplit(api_url)
    port = parts.port or {"http": 80, "https": 443}[parts.scheme]
    return f"{parts.scheme}://{(parts.hostname or '').rstrip('.')}:{port}"


def _sender(source: str) -> str:
    """Whose address it is: of IPv6 everybody has a network full."""
    try:
        address = ip_address(source)
    except ValueError:
        return source
    if isinstance(address, IPv6Address):
        return str(IPv6Network((address, 64), strict=False))
    return str(address)


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
