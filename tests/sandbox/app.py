"""An app that is installed into the sandbox, and keeps every request it gets."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

from saleor_loyalty.saleor_api.client import document

ORDER_EVENTS = [
    "ORDER_PAID",
    "ORDER_FULLY_PAID",
    "ORDER_UPDATED",
    "ORDER_REFUNDED",
    "ORDER_FULLY_REFUNDED",
    "ORDER_CANCELLED",
]


class Request(NamedTuple):
    """One request, with its headers as they were spelled."""

    method: str
    path: str
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str:
        return next(value for key, value in self.headers if key == name)

    @property
    def event(self) -> str:
        return self.header("Saleor-Event")

    @property
    def subject_id(self) -> str:
        """The id of the order or customer that a webhook tells of."""
        [subject] = json.loads(self.body).values()
        return subject["id"]


class App:
    """An app server with a manifest. `statuses` are answered to webhooks first, 200 after them."""

    def __init__(self, identifier: str, permissions: list[str]) -> None:
        self.identifier, self.permissions = identifier, permissions
        self.name = "An app"
        self.query, self.events = document("order_events"), ORDER_EVENTS
        self.statuses: list[int] = []
        self.takes_token = True
        self.token = ""
        self.requests: list[Request] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def manifest_url(self) -> str:
        return f"{self.url}/manifest"

    def manifest(self) -> dict[str, Any]:
        webhook = {
            "name": "events",
            "asyncEvents": self.events,
            "isActive": True,
            "targetUrl": f"{self.url}/webhooks",
            "query": self.query,
        }
        return {
            "id": self.identifier,
            "version": "1.0",
            "name": self.name,
            "permissions": self.permissions,
            "tokenTargetUrl": f"{self.url}/register",
            "webhooks": [webhook],
        }

    def webhooks(self) -> list[Request]:
        return [request for request in self.requests if request.path == "/webhooks"]

    def wait_for(self, event: str, subject_id: str, *, times: int = 1) -> list[Request]:
        """The webhooks of an order or customer up to the one awaited.

        They arrive in the order they were sent.
        """
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            seen = [request for request in self.webhooks() if request.subject_id == subject_id]
            if sum(request.event == event for request in seen) >= times:
                return seen
            time.sleep(0.05)
        raise AssertionError(f"{event} did not come; {[request.event for request in seen]} did.")

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def take(self, request: Request) -> tuple[int, object]:
        self.requests.append(request)
        if request.path == "/manifest":
            return 200, self.manifest()
        if request.path == "/register":
            if not self.takes_token:
                return 403, {}
            self.token = json.loads(request.body)["auth_token"]
            return 200, {"success": True}
        return (self.statuses.pop(0) if self.statuses else 200), {}

    def _handler(app) -> type[BaseHTTPRequestHandler]:  # noqa: N805  # `self` is the handler's
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                status, answer = app.take(
                    Request(self.command, self.path, self.headers.items(), body)
                )
                content = json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_POST = do_GET  # noqa: N815  # http.server's name

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        return Handler
