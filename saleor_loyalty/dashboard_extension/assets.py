"""The pages' scripts, styles and type, served by the pages themselves.

Inside Saleor nobody collects static files for us, and a shop's file storage may be on another
site, which the pages' content security policy would refuse.
"""

import hashlib
from functools import cache
from pathlib import Path

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

FOLDER = Path(__file__).parent / "static"
NAMES = frozenset(file.name for file in FOLDER.iterdir())
A_YEAR = 365 * 24 * 60 * 60
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".woff2": "font/woff2",
}


@cache
def version() -> str:
    """Changes when any of the files does; goes into their address."""
    digest = hashlib.sha256()
    for name in sorted(NAMES):
        digest.update((FOLDER / name).read_bytes())
    return digest.hexdigest()[:12]


@require_safe
def asset_view(_request: HttpRequest, *, version: str, name: str, **_door: object) -> HttpResponse:
    """One of the files, for good: another version has another address."""
    if name not in NAMES:
        raise Http404
    kind = TYPES.get(Path(name).suffix, "text/plain; charset=utf-8")
    response = HttpResponse((FOLDER / name).read_bytes(), content_type=kind)
    response["Cache-Control"] = f"public, max-age={A_YEAR}, immutable"
    return response
