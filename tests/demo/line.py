"""The line between the app and the shop, which a test can hold in the middle of a call."""

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Self

import httpx

NOT_PASSED_ON = {"connection", "content-encoding", "content-length", "host", "transfer-encoding"}


class Line(ThreadingHTTPServer):
    """Passes HTTP on to the server at `port`, in both directions.

    While held, the next call that contains `text` stops: before it is passed on, or after it was
    answered and before the caller hears of it.
    """

    daemon_threads = True

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", 0), _Call)
        self.target = f"http://127.0.0.1:{port}"
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.client = httpx.Client(timeout=20)
        self.text = b""
        self.answered = False
        self.reached = Event()
        self.released = Event()

    def __enter__(self) -> Self:
        Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self.released.set()
        self.shutdown()
        self.server_close()
        self.client.close()

    def hold(self, text: str, *, answered: bool) -> None:
        """Stop the next call with this text: unheard by the shop, or `answered` by it."""
        self.text, self.answered = text.encode(), answered
        self.reached.clear()
        self.released.clear()

    def release(self) -> None:
        self.text = b""
        self.released.set()

    def was_held(self, body: bytes, *, answered: bool) -> bool:
        """Whether this is the call to stop; returns once it is released."""
        if not self.text or self.text not in body or answered != self.answered:
            return False
        self.reached.set()
        self.released.wait(120)
        return True


class _Call(BaseHTTPRequestHandler):
    server: Line

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {k: v for k, v in self.headers.items() if k.lower() not in NOT_PASSED_ON}
        if self.server.was_held(body, answered=False):
            return  # lost, with the caller
        answer = self.server.client.request(
            self.command, self.server.target + self.path, content=body, headers=headers
        )
        if self.server.was_held(body, answered=True):
            return  # the caller never hears of it
        self._answer(answer)

    do_GET = do_POST  # noqa: N815 - likewise

    def _answer(self, answer: httpx.Response) -> None:
        self.send_response(answer.status_code)
        for name, value in answer.headers.items():
            if name.lower() not in NOT_PASSED_ON:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.content)))
        self.end_headers()
        self.wfile.write(answer.content)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""
