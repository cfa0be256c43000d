"""How this door says no: one code for each reason, one JSON shape, one log line with ids only."""

import enum
import logging
from collections.abc import Callable
from functools import wraps

from django.dispatch import Signal
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.views.decorators.csrf import csrf_exempt

logger = logging.getLogger(__name__)

# Sent once for each request that is not served, with `path` and `reason`.
refused = Signal()


class Code(enum.Enum):
    """Why a request was refused."""

    BODY_TOO_LARGE = enum.auto()
    BODY_LATE = enum.auto()
    BODY_MALFORMED = enum.auto()
    HEADER_MISSING = enum.auto()
    SHOP_UNKNOWN = enum.auto()
    SIGNATURE_INVALID = enum.auto()
    KEYS_UNAVAILABLE = enum.auto()
    API_URL_NOT_ALLOWED = enum.auto()
    AUTH_TOKEN_MISSING = enum.auto()
    AUTH_TOKEN_REFUSED = enum.auto()
    API_UNAVAILABLE = enum.auto()
    TOO_MANY_EVENTS = enum.auto()
    TOO_MANY_REQUESTS = enum.auto()
    PERSISTED_QUERY_NOT_FOUND = enum.auto()
    QUERY_NOT_IN_SAFELIST = enum.auto()
    UNEXPECTED = enum.auto()


# Saleor never repeats what was answered with 3xx or 4xx: only 5xx asks it to try again.
STATUS = {
    Code.BODY_TOO_LARGE: 413,
    Code.BODY_LATE: 408,
    Code.BODY_MALFORMED: 400,
    Code.HEADER_MISSING: 400,
    Code.SHOP_UNKNOWN: 404,
    Code.SIGNATURE_INVALID: 401,
    Code.KEYS_UNAVAILABLE: 503,
    Code.API_URL_NOT_ALLOWED: 403,
    Code.AUTH_TOKEN_MISSING: 400,
    Code.AUTH_TOKEN_REFUSED: 401,
    Code.API_UNAVAILABLE: 503,
    Code.TOO_MANY_EVENTS: 503,
    Code.TOO_MANY_REQUESTS: 429,
    Code.PERSISTED_QUERY_NOT_FOUND: 200,  # as Apollo's servers: clients then send the text
    Code.QUERY_NOT_IN_SAFELIST: 400,
    Code.UNEXPECTED: 500,
}


class Refusal(Exception):
    """A request that is not served: the reason, and what the caller can do about it."""

    def __init__(self, code: Code, message: str, *, shop_id: int | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.shop_id = shop_id

    @property
    def status(self) -> int:
        return STATUS[self.code]

    def response(self) -> JsonResponse:
        """The answer; Saleor shows `error.message` to whoever installs the app."""
        error = {"code": self.code.name, "message": self.message}
        return JsonResponse({"error": error}, status=self.status)


View = Callable[[HttpRequest], HttpResponse]


def door(what: str) -> Callable[[View], Callable[..., HttpResponseBase]]:
    """A view for machines: POST only, never an exception or a stack trace to the outside.

    Who comes with another method, as a browser does, reads `what` it is. Such requests carry their
    own proof, never a cookie, so CSRF does not apply.
    """

    def decorate(view: View) -> Callable[..., HttpResponseBase]:
        @csrf_exempt
        @wraps(view)
        def answer(request: HttpRequest) -> HttpResponse:
            if request.method != "POST":
                return _told(what)
            return _answered(view, request)

        return answer

    return decorate


def _answered(view: View, request: HttpRequest) -> HttpResponse:
    try:
        return view(request)
    except Refusal as raised:
        refusal = raised
        logger.warning("%s refused: %s (shop %s)", request.path, refusal.code.name, refusal.shop_id)
    except Exception:
        logger.exception("%s failed", request.path)
        refusal = Refusal(Code.UNEXPECTED, "Something went wrong here. Try again.")
    refused.send(door, path=request.path, reason=refusal.code.name)
    return refusal.response()


def _told(what: str) -> HttpResponse:
    """To a method other than POST."""
    response = HttpResponse(f"{what}\n", status=405, content_type="text/plain; charset=utf-8")
    response["Allow"] = "POST"
    return response
