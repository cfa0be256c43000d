"""Shops with real keys, and one that has the app installed."""

from collections.abc import Iterator

import pytest
from django.utils import timezone

from saleor_loyalty import vault
from saleor_loyalty.doors.app import shops
from saleor_loyalty.models import Shop
from tests.doors.saleor import APP_ID, APP_TOKEN, Saleor, SigningKey


@pytest.fixture(autouse=True)
def _no_shop_is_remembered() -> None:
    """Of the test before, which was rolled back."""
    shops._known_in.cache_clear()


@pytest.fixture(scope="session")
def key() -> SigningKey:
    return SigningKey("the-shops-key")


@pytest.fixture(scope="session")
def other_key() -> SigningKey:
    """Under the same id, as whoever wants to be taken for the shop would publish it."""
    return SigningKey("the-shops-key")


@pytest.fixture(scope="session")
def next_key() -> SigningKey:
    return SigningKey("the-shops-next-key")


@pytest.fixture
def saleor(key: SigningKey) -> Iterator[Saleor]:
    server = Saleor(key)
    yield server
    server.stop()


@pytest.fixture
def shop(db: None, saleor: Saleor) -> Shop:
    return installed(saleor)


def installed(saleor: Saleor) -> Shop:
    """A shop with the app installed and its keys known since long ago."""
    return Shop.objects.create(
        api_url=saleor.api_url,
        domain=saleor.domain,
        app_id=APP_ID,
        sealed_token=vault.seal(APP_TOKEN),
        jwks={"keys": [key.jwk for key in saleor.keys]},
        jwks_asked_at=timezone.now() - timezone.timedelta(days=1),
        jwks_fetched_at=timezone.now() - timezone.timedelta(days=1),
        installed_at=timezone.now(),
    )
