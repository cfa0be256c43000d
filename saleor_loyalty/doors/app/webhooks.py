"""Signed events of a shop, in three steps: validate, parse, mark what changed in the inbox."""

import logging
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse

from saleor_loyalty.doors.app import body, keys, rates, shops, signature
from saleor_loyalty.doors.app.refusals import Code, Refusal, door
from saleor_loyalty.doors.manifest import CUSTOMER_EVENTS, ORDER_EVENTS
from saleor_loyalty.models import Shop
from saleor_loyalty.orders import inbox

logger = logging.getLogger(__name__)

OF_ORDERS = frozenset(event.lower() for event in ORDER_EVENTS)
OF_CUSTOMERS = frozenset(event.lower() for event in CUSTOMER_EVENTS)
GLOBAL_ID = re.compile(r"[A-Za-z0-9+/_=-]{1,64}")


@dataclass(frozen=True, slots=True)
class Changed:
    """What an event says has changed, by id."""

    orders: Iterable[str] = ()
    customers: Iterable[str] = ()


@door("Saleor sends the events of a shop that has the app to this address, by POST.")
def webhook_view(request: HttpRequest) -> HttpResponse:
    """Note what changed, and no more: it is settled by a worker.

    An event we do not know is answered as taken, so that Saleor does not repeat it.
    """
    shop, event, content = _validate(request)
    rates.take_event(shop)
    changed = _parse(event, content)
    _wake_up(shop)
    inbox.mark(shop=shop, order_ids=changed.orders, customer_ids=changed.customers)
    return JsonResponse({"marked": len([*changed.orders, *changed.customers])})


def _wake_up(shop: Shop) -> None:
    """Saleor sends to active apps only: one that was switched off there is on again.

    Should this be a late repetition, the next questions to Saleor put the shop to rest again.
    """
    if not shop.is_active:
        Shop.objects.filter(pk=shop.pk).update(is_active=True, token_unknown_at=None)
        shop.is_active = True
        logger.info("Shop %s: the app is active again", shop.pk)


def _validate(request: HttpRequest) -> tuple[Shop, str, bytes]:
    content = body.read(request)
    event, api_url, jws = (
        _header(request, name) for name in ("Saleor-Event", "Saleor-Api-Url", "Saleor-Signature")
    )
    shop = shops.known_lately(api_url)
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
    """What an event speaks of; nothing for an event we did not subscribe to."""
    if event in OF_ORDERS:
        return _changed_orders(body.parse(content))
    if event in OF_CUSTOMERS:
        return Changed(customers=[_id(body.parse(content).get("user"))])
    logger.info("Ignored an event that is not ours: %.100r", event)
    return Changed()


def _changed_orders(content: dict[str, Any]) -> Changed:
    """`{"order": {"id": …}}`, or `{"orders": [{"id": …}, …]}` for an import."""
    if isinstance(orders := content.get("orders"), list):
        return Changed(orders=[_id(order) for order in orders])
    return Changed(orders=[_id(content.get("order"))])


def _id(thing: Any) -> str:
    thing_id = thing.get("id") if isinstance(thing, dict) else None
    if not isinstance(thing_id, str) or not GLOBAL_ID.fullmatch(thing_id):
        raise Refusal(Code.BODY_MALFORMED, "The body does not name what changed by its id.")
    return thing_id
