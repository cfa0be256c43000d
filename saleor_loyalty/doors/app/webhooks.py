"""Signed events of a shop, in three steps: validate, parse to order ids, mark them in the inbox."""

import logging
import re
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse

from saleor_loyalty import inbox
from saleor_loyalty.doors.app import body, keys, shops, signature
from saleor_loyalty.doors.app.manifest import ORDER_EVENTS
from saleor_loyalty.doors.app.refusals import Code, Refusal, door
from saleor_loyalty.models import Shop

logger = logging.getLogger(__name__)

OUR_EVENTS = frozenset(event.lower() for event in ORDER_EVENTS)
GLOBAL_ID = re.compile(r"[A-Za-z0-9+/_=-]{1,64}")


@door
def webhook_view(request: HttpRequest) -> HttpResponse:
    """Note which orders changed, and no more: their facts are asked of Saleor by the worker.

    An event we do not know is answered as taken, so that Saleor does not repeat it.
    """
    shop, event, content = _validate(request)
    order_ids = _parse(event, content)
    if order_ids:
        inbox.mark(shop=shop, order_ids=order_ids)
    return JsonResponse({"marked": len(order_ids)})


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


def _parse(event: str, content: bytes) -> list[str]:
    """The ids of the orders an event speaks of; none for an event we did not subscribe to."""
    if event not in OUR_EVENTS:
        logger.info("Ignored an event that is not ours: %.100r", event)
        return []
    return [_id(order) for order in _orders(body.parse(content))]


def _orders(content: dict[str, Any]) -> list[Any]:
    """`{"order": {…}}`, or `{"orders": […]}` for an import."""
    if isinstance(orders := content.get("orders"), list):
        return orders
    if "order" not in content:
        raise Refusal(Code.BODY_MALFORMED, "The body names no order.")
    return [content["order"]]


def _id(order: object) -> str:
    order_id = order.get("id") if isinstance(order, dict) else None
    if not isinstance(order_id, str) or not GLOBAL_ID.fullmatch(order_id):
        raise Refusal(Code.BODY_MALFORMED, "The body names an order without its id.")
    return order_id
