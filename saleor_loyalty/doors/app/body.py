"""What arrives in a request's body, read no further than allowed."""

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from django.http import HttpRequest

from saleor_loyalty.conf import conf
from saleor_loyalty.doors.app.refusals import Code, Refusal, refused

Message = Mapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Asgi = Callable[[dict[str, Any], Receive, Send], Awaitable[None]]


def read(request: HttpRequest) -> bytes:
    """The body as sent, at most LOYALTY_MAX_BODY_BYTES of it. Raises Refusal when there is more."""
    body = request.read(conf.max_body_bytes + 1)
    if len(body) > conf.max_body_bytes:
        raise _too_large()
    return body


def parse(body: bytes) -> dict[str, Any]:
    """The JSON object in a body. Raises Refusal on anything else, however deeply nested."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        raise Refusal(Code.BODY_MALFORMED, "The body is not readable JSON.") from None
    if not isinstance(value, dict):
        raise Refusal(Code.BODY_MALFORMED, "The body is not a JSON object.")
    return value


class BodyLimit:
    """ASGI middleware: stops receiving, with 413, once a body exceeds LOYALTY_MAX_BODY_BYTES.

    Django's own ASGI handler takes in the whole body before any view or middleware sees it.
    """

    def __init__(self, application: Asgi) -> None:
        self._application = application

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        received = 0

        async def receive_within_limit() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            # Django gives a request up, and its buffer, when the client is gone.
            return message if received <= conf.max_body_bytes else {"type": "http.disconnect"}

        await self._application(scope, receive_within_limit, send)
        if received > conf.max_body_bytes:
            refusal = _too_large()
            refused.send(type(self), path=scope["path"], reason=refusal.code.name)
            await _send(refusal, send)


async def _send(refusal: Refusal, send: Send) -> None:
    response = refusal.response()
    # The rest of the body is still on its way: this connection is of no further use.
    headers = [(b"content-type", b"application/json"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": response.status_code, "headers": headers})
    await send({"type": "http.response.body", "body": response.content})


def _too_large() -> Refusal:
    message = f"The body is larger than {conf.max_body_bytes} bytes (LOYALTY_MAX_BODY_BYTES)."
    return Refusal(Code.BODY_TOO_LARGE, message)
