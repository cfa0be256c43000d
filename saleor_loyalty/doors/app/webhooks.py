"""Signed events of a shop, in three steps: validate, parse to ids, mark these in the inbox."""

import logging
import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse, JsonResponse

from saleor_loyalty import inbox
from saleor_loyalty.doors.app import body, keys, shops, signature
from saleor_loyalty.doors.app.manifest import CUSTOMER_EVENTS, ORDER_EVENTS
from saleor_loyalty.doors.app.refusals import Code, Refusal, door
from saleor_loyalty.models import Shop

logger = logging.getLogger(__name__)

OF_ORDERS = frozenset(event.lower() for event in ORDER_EVENTS)
OF_CUSTOMERS = frozenset(event.lower() for event in CUSTOMER_EVENTS)
GLOBAL_ID = re.compile(r"[A-Za-z0-9+/_=-]{1,64}")


class Changed(NamedTuple):
    """Ids of what an event says has changed."""

    orders: Sequence[str] = ()
    customers: Sequence[str] = ()


@door
def webhook_view(request: HttpRequest) -> HttpResponse:
    """Note what changed, and no more: the facts are asked of Saleor by the worker.

    An event we do not know is answered as taken, so that Saleor does not repeat it.
    """
    shop, event, content = _validate(request)
    changed = _parse(event, content)
    inbox.mark(shop=shop, order_ids=changed.orders, customer_ids=changed.customers)
    return JsonResponse({"marked": len(changed.orders) + len(changed.customers)})


def _validate(request: HttpRequest) -> tuple[Shop, str, bytes]:
    content = body.read(request)
    event, api_url, jws = (
        _header(request, name) for name in ("Saleor-Event", "Saleor-Api-Url", "Saleor-Signature")
    )
    shop = shops.installed(api_url)
    if shop is None:
        raise Refusal(Code.SHOP_UNKNOWN, "This app is not installed in the shop that sent this.")
    try:
        signature.verify(shop=shop, signature=jws, body=content)
    except signature.InvalidSignature as error:
        message = "Saleor-Signature is not this shop's signature of this body."
        raise Refusal(Code.SIGNATURE_INVALID, message, shop_id=shop.pk) from error
    except keys.KeysUnavailable as error:
        raise Refusal(Code.KEYS_UNAVAILABLE, str(error), shop_id=shop.pk) from error
    return shop, event.lower(), content


def _header(request: HttpRequest, name: str) -> str:
    value = request.headers.get(name)
    if not value:
        raise Refusal(Code.HEADER_MISSING, f"The header {name} is missing.")
    return value


def _parse(event: str, content: bytes) -> Changed:
    """The ids that an event speaks of; none for an event we did not subscribe to."""
    if event in OF_ORDERS:
        return Changed(orders=[_id(order) for order in _orders(body.parse(content))])
    if event in OF_CUSTOMERS:
        return Changed(customers=[_id(body.parse(content).get("user"))])
    logger.info("Ignored an event that is not ours: %.100r", event)
    return Changed()


def _orders(content: dict[str, Any]) -> list[Any]:
    """`{"order": {…}}`, or `{"orders": […]}` for an import."""
    if isinstance(orders := content.get("orders"), list):
        return orders
    return [content.get("order")]


def _id(thing: object) -> str:
    thing_id = thing.get("id") if isinstance(thing, dict) else None
    if not isinstance(thing_id, str) or not GLOBAL_ID.fullmatch(thing_id):
        raise Refusal(Code.BODY_MALFORMED, "The body does not name what changed by its id.")
    return thing_id
