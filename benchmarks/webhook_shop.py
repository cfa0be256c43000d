"""The shop of the webhook benchmark: its key, its programme, its signed requests."""

import json
import time
from decimal import Decimal
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from django.db.models import Count, Sum
from django.utils import timezone
from jwt.algorithms import RSAAlgorithm

from saleor_loyalty import models, vault

LONG_AGO = timezone.now() - timezone.timedelta(days=1)


class Shop:
    """One shop with a programme of 10 points per unit, and no reward within reach."""

    def __init__(self, api_url: str) -> None:
        self._api_url = api_url
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        public = json.loads(RSAAlgorithm.to_jwk(self._key.public_key()))
        shop = models.Shop.objects.create(
            api_url=api_url,
            domain="127.0.0.1",
            app_id="QXBwOjE=",
            sealed_token=vault.seal("token"),
            jwks={"keys": [{**public, "kid": "key", "use": "sig", "alg": "RS256"}]},
            jwks_fetched_at=timezone.now(),
            installed_at=timezone.now(),
        )
        program = models.Program.objects.create(shop=shop, is_active=True)
        models.Activation.objects.create(program=program, started_at=LONG_AGO)
        program.current = models.ProgramVersion.objects.create(
            program=program,
            number=1,
            name="Points",
            threshold=2_000_000_000,
            reward_name="10 % off",
            discount_type="PERCENTAGE",
            coupon_valid_days=60,
            basis="GROSS",
            include_shipping=False,
            expiry_policy="NEVER",
            time_zone="Europe/Paris",
            created_at=LONG_AGO,
            created_by="owner",
        )
        program.save()
        models.ChannelTerms.objects.create(
            version=program.current,
            channel="default-channel",
            currency="USD",
            points_per_unit=Decimal(10),
            discount_value=Decimal(10),
            min_spent=Decimal(100),
        )

    def request(self, event: str, order: dict[str, Any]) -> dict[str, Any]:
        """A signed webhook, as arguments of httpx."""
        body = json.dumps({"order": order}).encode()
        headers = {"kid": "key", "crit": ["b64"]}
        signature = jwt.api_jws.encode(
            body, self._key, "RS256", headers=headers, is_payload_detached=True
        )
        return {
            "url": "http://127.0.0.1:8790/app/webhooks",
            "content": body,
            "headers": {
                "Content-Type": "application/json",
                "Saleor-Event": event,
                "Saleor-Domain": "127.0.0.1",
                "Saleor-Api-Url": self._api_url,
                "Saleor-Signature": signature,
            },
        }

    def wait_until_settled(self, orders: int) -> None:
        """Returns when every order has its points; says so. Fails after two minutes."""
        deadline = time.monotonic() + 120
        while models.Change.objects.exists() and time.monotonic() < deadline:
            time.sleep(0.5)
        found = models.Entry.objects.aggregate(count=Count("pk"), sum=Sum("points"))
        print(f"{found['count']} entries of {found['sum']} points for {orders} orders.")
        if found["count"] != orders:
            waiting = models.Change.objects.count()
            raise SystemExit(f"{waiting} orders are still in the inbox.")
