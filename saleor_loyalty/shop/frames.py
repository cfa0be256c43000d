"""Who shows a page in a frame without leave: browsers show nothing then, so a page says why.

What keeps a page out of strangers' frames is its Content-Security-Policy. This is for people alone,
and goes by what browsers tell: `Sec-Fetch-Dest`, and the referrer.
"""

from collections.abc import Iterable
from urllib.parse import SplitResult, urlsplit

from django.http import HttpRequest

from saleor_loyalty.conf import conf


def stranger(request: HttpRequest, sources: Iterable[str]) -> str:
    """The origin of the page whose frame asks for this one, if it may not; "" if it may.

    And where nobody can tell. `sources` are those of the policy's frame-ancestors.
    """
    if request.headers.get("Sec-Fetch-Dest") not in {"iframe", "frame"}:
        return ""
    around = _parts(request.headers.get("Referer", ""))
    if around is None:
        return ""
    own = {_origin(urlsplit(conf.public_url)), f"{request.scheme}://{request.get_host()}"}
    origin = _origin(around)
    return "" if origin in own or any(_allows(source, around) for source in sources) else origin


def _parts(address: str) -> SplitResult | None:
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    return parts if parts.hostname else None


def _origin(parts: SplitResult) -> str:
    return f"{parts.scheme}://{parts.netloc}".lower()


def _allows(source: str, around: SplitResult) -> bool:
    """Whether a source lets this page frame ours; one of a form that is not ours may."""
    source = source.rstrip("/").lower()
    if source in {"'none'", "'self'"}:  # the page's own origin is told apart before
        return False
    if "://" in source:
        return source == _origin(around)
    host, _, port = source.rpartition(":")
    if port != "*" or not host:
        return True
    name = around.hostname or ""
    return name.endswith(host[1:]) if host.startswith("*.") else name == host.strip("[]")
