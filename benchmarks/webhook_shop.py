"""The shop of the webhook benchmark: its key, its programme, its signed requests."""

import json
import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Count, Sum
from django.utils import timezone

from saleor_loyalty import models
from tests.shops import new_program, new_shop
from tests.signing import SigningKey


class Shop:
    """One shop with a programme of 10 points per unit, and no reward within reach."""

    def __init__(self, api_url: str, app_url: str) -> None:
        self._api_url, self._app_url = api_url, app_url
        self._key = SigningKey("key")
        shop = new_shop(
            api_url,
            domain="127.0.0.1",
            jwks={"keys": [self._key.jwk]},
            jwks_fetched_at=timezone.now(),
        )
        new_program(shop, threshold=2_000_000_000, channel="Q2hhbm5lbDox", currency="USD")

    def request(self, event: str, order_id: str) -> dict[str, Any]:
        """A signed webhook, as arguments of httpx."""
        body = json.dumps({"order": {"id": order_id}}).encode()
        return {
            "url": f"{self._app_url}/app/webhooks",
            "content": body,
            "headers": {
                "Content-Type": "application/json",
                "Saleor-Event": event,
                "Saleor-Domain": "127.0.0.1",
                "Saleor-Api-Url": self._api_url,
                "Saleor-Signature": self._key.sign(body),
            },
        }

    def wait_until_settled(self, orders: int) -> None:
        """Returns when every order has its points. Fails after two minutes."""
        deadline = time.monotonic() + 120
        while models.Change.objects.exists() and time.monotonic() < deadline:
            time.sleep(0.5)
        found = models.Entry.objects.aggregate(count=Count("pk"), sum=Sum("points"))
        waiting = models.Change.objects.count()
        assert found["count"] == orders, f"{found} of {orders} orders, {waiting} in the inbox"

    def seconds_to_points(self, told: Mapping[str, datetime]) -> list[float]:
        """Of each order, from when it was told to when its points were found."""
        posted = models.Entry.objects.values_list("order__order_id", "created_at")
        return [(at - told[order_id]).total_seconds() for order_id, at in posted]
