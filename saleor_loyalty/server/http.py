"""HTTP as uvicorn reads it, except that nobody takes for ever to ask: `uvicorn --http …:Punctual`.

uvicorn itself waits without end for the head of a request, and takes in as much of it as comes.
"""

import asyncio
from typing import Any

from django.conf import settings
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

LONGEST_HEAD = 65_536  # bytes of request line and headers


class Punctual(HttpToolsProtocol):
    """A connection whose requests' heads come within REQUEST_SECONDS and LONGEST_HEAD, or it ends.

    Their bodies are seen to where they are put together, in doors.app.body.
    """

    _late: asyncio.TimerHandle | None = None
    _taken = 0

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._has_head()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._late is None and self._is_idle():
            self._expect_head()
        self._taken += len(data)
        super().data_received(data)
        if self._late and self._taken > LONGEST_HEAD:
            self._end(b"431 Request Header Fields Too Large")

    def on_headers_complete(self) -> None:
        self._has_head()
        super().on_headers_complete()

    def _is_idle(self) -> bool:
        cycle: RequestResponseCycle | None = self.cycle
        return cycle is None or cycle.response_complete

    def _expect_head(self) -> None:
        self._taken = 0
        self._late = self.loop.call_later(
            settings.REQUEST_SECONDS, self._end, b"408 Request Timeout"
        )

    def _has_head(self) -> None:
        if self._late:
            self._late.cancel()
            self._late = None

    def _end(self, status: bytes) -> None:
        self._has_head()
        if not self.transport.is_closing():
            self.transport.write(
                b"HTTP/1.1 " + status + b"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            )
            self.transport.close()
