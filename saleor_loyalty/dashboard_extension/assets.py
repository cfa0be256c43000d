"""The pages' scripts, styles and type, served by the pages themselves.

Inside Saleor nobody collects static files for us, and a shop's file storage may be on another
site, which the pages' content security policy would refuse.
"""

import hashlib
import mimetypes
from functools import cache
from pathlib import Path

from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase
from django.views.decorators.http import require_safe

FOLDER = Path(__file__).parent / "static"
NAMES = frozenset(file.name for file in FOLDER.iterdir())
A_YEAR = 365 * 24 * 60 * 60

mimetypes.add_type("font/woff2", ".woff2")
mimetypes.add_type("text/javascript", ".js")


@cache
def version() -> str:
    """Changes when any of the files does; goes into their address."""
    digest = hashlib.sha256()
    for name in sorted(NAMES):
        digest.update((FOLDER / name).read_bytes())
    return digest.hexdigest()[:12]


@require_safe
def asset_view(
    _request: HttpRequest, *, version: str, name: str, **_door: object
) -> HttpResponseBase:
    """One of the files, for good: another version has another address."""
    if name not in NAMES:
        raise Http404
    response = FileResponse((FOLDER / name).open("rb"))
    response["Cache-Control"] = f"public, max-age={A_YEAR}, immutable"
    # The type of the page's own frame is "null" to no one, but fonts are asked for with CORS.
    response["Access-Control-Allow-Origin"] = "*"
    return response
