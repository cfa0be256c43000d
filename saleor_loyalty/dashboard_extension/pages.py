"""What every page has: a viewer who may see it, a language, a frame, and no cookie.

A page's address answers twice. Asked without a token, as a frame is loaded, it is the shell: no
data, only the script that gets the token from the Dashboard. That script asks again, with the token
in a header, and is answered with the page's content. Nothing else proves who asks, so a form of
another site can do nothing here and CSRF tokens have nothing to guard.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Concatenate, ParamSpec, cast
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotAllowed,
    StreamingHttpResponse,
)
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.csrf import csrf_exempt

from saleor_loyalty.dashboard_extension import assets
from saleor_loyalty.dashboard_extension.door import Door, TokenRefused
from saleor_loyalty.dashboard_extension.templating import rendered
from saleor_loyalty.models import Program, Shop
from saleor_loyalty.permissions import Permission, PermissionDenied, Viewer
from saleor_loyalty.program import programs
from saleor_loyalty.shop import frames

Parameters = ParamSpec("Parameters")

REFUSED, CONFLICT = 422, 409  # the answers to a form that is shown again
# The languages staff pages are written in; the first one is for everybody else.
LANGUAGES = ("en", "fr")
TABS = (
    ("overview", _("Overview"), Permission.MANAGE_USERS),
    ("members", _("Members"), Permission.MANAGE_USERS),
    ("coupons", _("Coupons"), Permission.MANAGE_USERS),
    ("program", _("Program"), Permission.MANAGE_SETTINGS),
    ("messages", _("Messages"), Permission.MANAGE_SETTINGS),
    ("branding", _("Branding"), Permission.MANAGE_SETTINGS),
)
MEANING: Mapping[Permission, str | Promise] = {
    Permission.MANAGE_USERS: _("Manage customers"),
    Permission.MANAGE_ORDERS: _("Manage orders"),
    Permission.MANAGE_SETTINGS: _("Manage settings"),
}


@dataclass(frozen=True, slots=True)
class Visit:
    """One request to a page by staff who may make it. `program` is None until it is set up."""

    request: HttpRequest
    viewer: Viewer
    shop: Shop
    program: Program | None

    @property
    def is_post(self) -> bool:
        return self.request.method == "POST"


View = Callable[Concatenate[Visit, Parameters], HttpResponseBase]


def page(
    permission: Permission, *, methods: tuple[str, ...] = ("GET",)
) -> Callable[[View[Parameters]], Callable[..., HttpResponseBase]]:
    """A view of the back office for staff with the permission; 403 in words for all others."""

    def decorate(view: View[Parameters]) -> Callable[..., HttpResponseBase]:
        # Its arguments come from the address, which no type checker reads.
        answered_by = cast(Callable[..., HttpResponseBase], view)

        @csrf_exempt
        @xframe_options_exempt
        @wraps(view)
        def answer(request: HttpRequest, *, door: Door, **arguments: object) -> HttpResponseBase:
            if request.method not in methods:
                return HttpResponseNotAllowed(methods)
            if "Authorization" not in request.headers:
                return shell(request, door)
            with translation.override(_language(request)), door.at_work():
                try:
                    viewer = door.viewer_of(request)
                    shop = viewer.require(permission)
                except TokenRefused as refusal:
                    return HttpResponse(str(refusal), status=401, content_type="text/plain")
                except PermissionDenied:
                    return _instead(request, viewer, "forbidden.html", 403, MEANING[permission])
                program = programs.current(shop)
                with timezone.override(_time_zone(program)):
                    visit = Visit(request, viewer, shop, program)
                    try:
                        response = answered_by(visit, **arguments)
                    except Http404:
                        return _instead(request, viewer, "notfound.html", 404)
            return _at_work_to_the_end(response, request, door)

        return answer

    return decorate


@csrf_exempt
@xframe_options_exempt
def shell(request: HttpRequest, door: Door) -> HttpResponse:
    """The frame's document: static, the same for everybody."""
    if request.method != "GET":
        return HttpResponse("A token is needed.", status=401, content_type="text/plain")
    sources = door.framed_by(request)
    if origin := frames.stranger(request, sources):
        return _to_stranger(request, origin)
    with translation.override(_language(request)):
        html = rendered(
            "shell.html",
            {
                "base": reverse("staff:home").rstrip("/"),
                "assets": assets.version(),
                "theme": "dark" if request.GET.get("theme") == "dark" else "light",
                "language": translation.get_language(),
            },
            request,
        )
    response = _uncached(HttpResponse(html))
    response["Content-Security-Policy"] = _policy(" ".join(sources))
    # The script learns from the referrer which Dashboard it may talk to.
    response["Referrer-Policy"] = "same-origin"
    return response


def _to_stranger(request: HttpRequest, origin: str) -> HttpResponse:
    """In a frame of a page that is no Dashboard of the shop's, as far as we know: why it is so.

    It holds nothing of anybody, so anybody may frame it.
    """
    language = _language(request)
    with translation.override(language):
        html = rendered("unframed.html", {"origin": origin, "language": language}, request)
    response = _uncached(HttpResponse(html, status=403))
    response["Content-Security-Policy"] = _policy("*")
    return response


def show(
    visit: Visit, template: str, context: Mapping[str, object], *, status: int = 200
) -> HttpResponse:
    """The page's content: a template with what all of them know."""
    known = {"visit": visit, "program": visit.program, "tabs": _tabs(visit.viewer, template)}
    html = rendered(template, {**known, **context}, visit.request)
    response = _uncached(HttpResponse(html, status=status))
    response["Content-Language"] = translation.get_language() or LANGUAGES[0]
    return response


def go(
    visit: Visit,
    name: str,
    *arguments: object,
    told: str = "",
    query: Mapping[str, str] | None = None,
) -> HttpResponse:
    """After something was done: another page, and a word of it in the Dashboard's own manner."""
    path = reverse(f"staff:{name}", args=arguments)
    location = {"path": f"{path}?{urlencode(query)}" if query else path, "target": "#page"}
    response = _uncached(HttpResponse(status=200))
    response["HX-Location"] = json.dumps(location)
    return tell(response, told) if told else response


def tell(response: HttpResponse, text: str) -> HttpResponse:
    """Have the Dashboard say that something was done, and other frames of ours look again."""
    told = {"status": "success", "text": text}
    response["HX-Trigger"] = json.dumps({"staff:told": told, "staff:changed": {}})
    return response


def _at_work_to_the_end(
    response: HttpResponseBase, request: HttpRequest, door: Door
) -> HttpResponseBase:
    """Have what is written once the view has answered be as the rest, in language and database."""
    if not isinstance(response, StreamingHttpResponse):
        return response
    pieces = cast(Iterable[bytes], response.streaming_content)

    def written() -> Iterator[bytes]:
        with translation.override(_language(request)), door.at_work():
            yield from pieces

    response.streaming_content = written()
    return response


def _instead(
    request: HttpRequest,
    viewer: Viewer,
    template: str,
    status: int,
    permission: str | Promise = "",
) -> HttpResponse:
    """Why the page is not shown."""
    context = {"permission": permission, "tabs": _tabs(viewer, "")}
    return _uncached(HttpResponse(rendered(template, context, request), status=status))


def _tabs(viewer: Viewer, template: str) -> list[dict[str, object]]:
    """The pages that the viewer may see, and which of them this is."""
    current = template.removesuffix(".html").split("/")[0]
    return [
        {"name": name, "label": label, "is_current": name == current}
        for name, label, permission in TABS
        if viewer.may(permission)
    ]


def _uncached(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    response["Vary"] = "Authorization, Accept-Language"
    return response


def _language(request: HttpRequest) -> str:
    """The Dashboard's language, which the script sends along, if these pages are written in it."""
    wanted = request.headers.get("Accept-Language", "").lower()[:2]
    return wanted if wanted in LANGUAGES else LANGUAGES[0]


def _time_zone(program: Program | None) -> ZoneInfo:
    return ZoneInfo(program.current.time_zone if program and program.current else "UTC")


def _policy(framed_by: str) -> str:
    # Styles in the page: widths of bars, and the previews of emails, whose styles are inline.
    return (
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
        "connect-src 'self'; font-src 'self'; img-src 'self' data: https: http:; "
        f"frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors {framed_by}"
    )
