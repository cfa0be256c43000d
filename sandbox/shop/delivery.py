"""The thread that carries deliveries to the apps, as patiently as Saleor.

An order never waits for an app, and whatever is on its way survives a restart.
"""

import logging
import threading
from datetime import timedelta
from urllib.parse import urlsplit

import httpx
from django.conf import settings
from django.db import DatabaseError, close_old_connections, transaction
from django.utils import timezone

from sandbox.shop import keys, tokens
from sandbox.shop.http import client
from sandbox.shop.models import Delivery

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 6
TIMEOUT = httpx.Timeout(18, connect=2)
# A delivery that was picked up and not settled, because the process ended, is picked up again
# after this time.
LEASE = timedelta(seconds=60)
POLL_SECONDS = 0.5

_awake = threading.Event()


def start() -> None:
    """Send deliveries from now on, in a thread that ends with the process."""
    threading.Thread(target=_run, name="webhooks", daemon=True).start()


def wake() -> None:
    """Look for due deliveries now instead of at the next poll."""
    _awake.set()


def send_next() -> bool:
    """Attempt the delivery that is due longest; False when none is due."""
    delivery = _pick_up()
    if delivery is None:
        return False
    try:
        answer = _post(delivery)
    except httpx.HTTPError as error:
        _settle(delivery, answer=f"{type(error).__name__}: {error}", may_retry=True)
    else:
        status = answer.status_code
        _settle(
            delivery, answer=f"HTTP {status}", success=answer.is_success, may_retry=status >= 500
        )
    return True


def headers(delivery: Delivery) -> dict[str, str]:
    """The headers of a webhook, spelled as Saleor spells them, the deprecated X- ones included."""
    about = {
        "Event": delivery.event_type.lower(),
        "Domain": urlsplit(settings.PUBLIC_URL).netloc,
        "Signature": keys.detached_signature(delivery.payload.encode()),
    }
    return {
        "User-Agent": "Saleor/3.23",
        "Accept-Encoding": "gzip, deflate",
        "Content-Type": "application/json",
        **{f"X-Saleor-{name}": value for name, value in about.items()},
        **{f"Saleor-{name}": value for name, value in about.items()},
        "Saleor-Api-Url": tokens.api_url(),
    }


def _run() -> None:
    while True:
        _awake.clear()
        try:
            close_old_connections()
            while send_next():
                pass
        except DatabaseError:
            logger.exception("Webhooks wait for the database.")
        _awake.wait(POLL_SECONDS)


def _pick_up() -> Delivery | None:
    with transaction.atomic():
        due = Delivery.objects.select_for_update(skip_locked=True, of=("self",)).select_related(
            "webhook"
        )
        delivery = due.filter(due_at__lte=timezone.now()).order_by("due_at", "pk").first()
        if delivery is not None:
            delivery.attempts += 1
            delivery.due_at = timezone.now() + LEASE
            delivery.save(update_fields=["attempts", "due_at"])
    return delivery


def _post(delivery: Delivery) -> httpx.Response:
    return client.post(
        delivery.webhook.target_url,
        content=delivery.payload.encode(),
        headers=headers(delivery),
        timeout=TIMEOUT,
        follow_redirects=False,
    )


def _settle(delivery: Delivery, *, answer: str, success: bool = False, may_retry: bool) -> None:
    """Note the outcome.

    Only what may be a passing trouble of the app's is tried again, 10·2^n seconds later.
    """
    delivery.answer = answer[:200]
    if success:
        delivery.status, delivery.due_at = Delivery.Status.SUCCESS, None
    elif may_retry and delivery.attempts < MAX_ATTEMPTS:
        wait = settings.WEBHOOK_BACKOFF * 2 ** (delivery.attempts - 1)
        delivery.due_at = timezone.now() + timedelta(seconds=wait)
    else:
        delivery.status, delivery.due_at = Delivery.Status.FAILED, None
    if not success:
        logger.warning("Delivery %s, attempt %s: %s", delivery.pk, delivery.attempts, answer)
    delivery.save(update_fields=["answer", "status", "due_at"])
