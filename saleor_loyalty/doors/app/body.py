"""What arrives in a request's body, read no further than allowed."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from typing import Any

from django.http import HttpRequest

from saleor_loyalty.conf import conf
from saleor_loyalty.doors.app.refusals import Code, Refusal, refused

MOST_WAITING = 33_554_432  # bytes of all bodies that a process has a part of

Message = Mapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Scope = Mapping[str, Any]
Asgi = Callable[[Scope, Receive, Send], Awaitable[None]]


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


class WholeBody:
    """ASGI middleware: calls on with the body once all of it is there, or answers 413 or 408.

    So no thread waits for a slow client, and nobody fills our memory: more than
    LOYALTY_MAX_BODY_BYTES is not taken in, nobody sends for longer than `seconds`, and when all who
    are still sending have sent more than MOST_WAITING, the one with the largest part has to end. Of
    headers only those with hyphens pass: to whoever reads them as variables `Saleor_Event` would be
    `Saleor-Event`, which a proxy let through.
    """

    def __init__(self, application: Asgi, *, seconds: float = 15.0) -> None:
        self._application = application
        self._seconds = seconds
        self._arriving: dict[asyncio.Timeout, bytearray] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        body = bytearray()
        try:
            async with asyncio.timeout(self._seconds) as deadline:
                self._arriving[deadline] = body
                is_whole = await self._arrive(body, receive)
        except Refusal as too_large:
            await _refuse(too_large, scope, send)
            return
        except TimeoutError:
            late = Refusal(Code.BODY_LATE, "The rest of the body did not come in time.")
            await _refuse(late, scope, send)
            return
        finally:
            del self._arriving[deadline]
        if is_whole:
            headers = [(b"content-length", b"%d" % len(body)), *_plain(scope["headers"])]
            await self._application({**scope, "headers": headers}, _receive_once(bytes(body)), send)

    async def _arrive(self, body: bytearray, receive: Receive) -> bool:
        """Take all of it in; False when its sender has left."""
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return False
            body += message.get("body", b"")
            more = message.get("more_body", False)
            if len(body) > conf.max_body_bytes:
                raise _too_large()
            self._make_room()
        return True

    def _make_room(self) -> None:
        if sum(map(len, self._arriving.values())) > MOST_WAITING:
            largest = max(self._arriving, key=lambda deadline: len(self._arriving[deadline]))
            largest.reschedule(0)


def _plain(headers: Iterable[tuple[bytes, bytes]]) -> Iterator[tuple[bytes, bytes]]:
    for name, value in headers:
        if b"_" not in name and name != b"content-length":
            yield name, value


def _receive_once(body: bytes) -> Receive:
    async def receive() -> Message:
        return {"type": "http.request", "body": body}

    return receive


async def _refuse(refusal: Refusal, scope: Scope, send: Send) -> None:
    refused.send(WholeBody, path=scope["path"], reason=refusal.code.name)
    response = refusal.response()
    # The rest of the body is still on its way: this connection is of no further use.
    headers = [(b"content-type", b"application/json"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": response.status_code, "headers": headers})
    await send({"type": "http.response.body", "body": response.content})


def _too_large() -> Refusal:
    message = f"The body is larger than {conf.max_body_bytes} bytes (LOYALTY_MAX_BODY_BYTES)."
    return Refusal(Code.BODY_TOO_LARGE, message)
