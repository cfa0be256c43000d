"""A line to a shop's Saleor, under the app token it gave us."""

from collections.abc import Iterator
from contextlib import contextmanager

from saleor_loyalty import vault
from saleor_loyalty.conf import conf
from saleor_loyalty.models import Shop
from saleor_loyalty.saleor_api.client import Saleor
from saleor_loyalty.saleor_api.transport import HttpTransport


@contextmanager
def connect(shop: Shop) -> Iterator[Saleor]:
    """The shop's API for the length of a `with`, on one kept-alive connection."""
    token = vault.unseal(shop.sealed_token)
    with HttpTransport(shop.api_url, token=token, timeout=conf.http_timeout) as transport:
        yield Saleor(transport)
