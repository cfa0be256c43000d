"""Shops with real keys, and one that has the app installed."""

import pytest

from saleor_loyalty.conf import conf
from saleor_loyalty.doors.app import others, rates, shops
from saleor_loyalty.models import Shop
from tests.saleor_over_http import Saleor
from tests.shops import installed
from tests.signing import SigningKey


@pytest.fixture(autouse=True)
def _no_shop_is_remembered() -> None:
    """Of the test before, which was rolled back."""
    shops._known_in.cache_clear()


@pytest.fixture(scope="session")
def other_key() -> SigningKey:
    """Under the same id, as whoever wants to be taken for the shop would publish it."""
    return SigningKey("the-shops-key")


@pytest.fixture(scope="session")
def next_key() -> SigningKey:
    return SigningKey("the-shops-next-key")


@pytest.fixture
def shop(db: None, saleor: Saleor) -> Shop:
    return installed(saleor)


@pytest.fixture(autouse=True)
def _nothing_is_counted_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    """All tests send from one address."""
    rates._limiter(conf.rate_store).storage.reset()
    others.forget()
    monkeypatch.setattr(rates, "_not_before", 0.0)
