"""Shops as the outside names them: by the address of their API."""

import re
import time
from fnmatch import fnmatchcase
from functools import lru_cache
from urllib.parse import urlsplit

from saleor_loyalty.conf import conf
from saleor_loyalty.models import Shop

# Plain addresses only, so that no two readers of one can disagree about its host.
ADDRESS = re.compile(r"https?://[\w.-]+(:\d{1,5})?(/[\w./~-]*)?", re.ASCII)
LONGEST = 500


def known(api_url: str) -> Shop | None:
    """The shop at this address, also when the app was removed there."""
    if not _is_address(api_url):
        return None
    return Shop.objects.filter(api_url=api_url).first()


def known_lately(api_url: str) -> Shop | None:
    """As `known`, but as it was up to a second ago: webhooks come many in one. One that is unknown
    is looked up each time, as it may just have installed the app."""
    try:
        return _known_in(api_url, int(time.monotonic()))
    except Shop.DoesNotExist:
        return None


@lru_cache(maxsize=256)
def _known_in(api_url: str, _second: int) -> Shop:
    shop = known(api_url)
    if shop is None:
        raise Shop.DoesNotExist  # which is not remembered
    return shop


def installed(api_url: str) -> Shop | None:
    """The shop at this address, while the app is installed there."""
    shop = known(api_url)
    return shop if shop and shop.is_active else None


def only_installed() -> Shop | None:
    """The shop, if there is exactly one that has the app installed."""
    first_two = list(Shop.objects.filter(is_active=True)[:2])
    return first_two[0] if len(first_two) == 1 else None


def may_install(api_url: str) -> bool:
    """Whether a pattern of LOYALTY_ALLOWED_API_URLS fits; none does when there are none.

    Scheme, host and path are each compared with their own part of the pattern: a `*` in the host
    cannot reach into the path, where anybody may write anything.
    """
    return _is_address(api_url) and any(_fits(api_url, p) for p in conf.allowed_api_urls)


def _is_address(api_url: str) -> bool:
    if len(api_url) > LONGEST or not ADDRESS.fullmatch(api_url):
        return False
    port = urlsplit(api_url).netloc.partition(":")[2]
    return not port or 0 < int(port) < 65_536


def _fits(api_url: str, pattern: str) -> bool:
    url, allowed = urlsplit(api_url), urlsplit(pattern)
    return (
        url.scheme == allowed.scheme
        and fnmatchcase(url.netloc.lower(), allowed.netloc.lower())
        and fnmatchcase(url.path, allowed.path)
    )
