"""A shop's Saleor on a real socket: its keys, whose our token is, and what the paper one knows."""

import json
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any

from tests.paper_saleor import PaperSaleor
from tests.signing import SigningKey

APP_ID = "QXBwOjE="
APP_TOKEN = "the-token-of-our-app"
CUSTOMER_ID = "VXNlcjo3"
KEYS = "/.well-known/jwks.json"

# As to any token that may not, one that Saleor does not know among them.
DENIED = {
    "data": None,
    "errors": [
        {
            "message": "To access this path, you need one of the following permissions: …",
            "extensions": {"exception": {"code": "PermissionDenied"}},
        }
    ],
}


class Saleor:
    """The server. Change its attributes to change what it answers, `paper` while holding `lock`.

    `app_id` None: the app is not there (any more). `may_orders` False: it lacks a permission.
    `others`: apps that the shop has besides ours, by their tokens.
    `firewall`: the status and the page that something in front of it answers instead.
    """

    def __init__(self, *keys: SigningKey) -> None:
        self.paper = PaperSaleor()
        self.lock = Lock()  # it answers one question at a time
        self.keys = list(keys)
        self.app_id: str | None = APP_ID
        self.identifier = "saleor.loyalty"
        self.is_down = False
        self.retry_after = ""
        self.seconds_on_the_way = 0.0  # of each answer
        self.may_orders = True
        self.firewall: tuple[int, str] | None = None
        self.key_requests = 0
        self.others: dict[str, dict[str, Any]] = {}  # other apps, by their tokens
        self.token_requests = 0  # whose a token is
        self._server = Server(self)
        self._thread = Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def domain(self) -> str:
        return f"127.0.0.1:{self._server.server_port}"

    @property
    def api_url(self) -> str:
        return f"http://{self.domain}/graphql/"

    def access_claims(self, **changes: Any) -> dict[str, Any]:
        """What Saleor writes into a shopper's access token."""
        return {
            "iat": int(time.time()),
            "exp": int(time.time()) + 300,
            "owner": "saleor",
            "iss": self.api_url,
            "token": "x",
            "email": "ada@example.com",
            "type": "access",
            "user_id": CUSTOMER_ID,
            "is_staff": False,
        } | changes

    def staff_claims(self, **changes: Any) -> dict[str, Any]:
        """What Saleor writes into the token that the Dashboard gives to our pages."""
        return (
            self.access_claims(type="thirdparty", email="staff@example.com", is_staff=True)
            | {
                "app": APP_ID,
                "permissions": ["MANAGE_ORDERS"],
                "user_permissions": ["MANAGE_ORDERS", "MANAGE_USERS"],
            }
            | changes
        )

    def answer(self, path: str, authorization: str, body: bytes) -> tuple[str, bytes]:
        """The type and the content of what is answered to a request."""
        if path == KEYS:
            content: dict[str, Any] = {"keys": [key.jwk for key in self.keys]}
        else:
            with self.lock:
                content = self._said(authorization, json.loads(body))
        return "application/json", json.dumps(content, default=float).encode()

    def _said(self, authorization: str, asked: dict[str, Any]) -> dict[str, Any]:
        is_us = authorization == f"Bearer {APP_TOKEN}" and self.app_id
        if "LoyaltyApp " in asked["query"]:
            return self._whose(authorization, is_us=bool(is_us))
        if not is_us or (not self.may_orders and "LoyaltyOrders" in asked["query"]):
            return DENIED
        return {"data": self.paper.execute(asked["query"], asked["variables"])}

    def _whose(self, authorization: str, *, is_us: bool) -> dict[str, Any]:
        if authorization == f"Bearer {APP_TOKEN}":
            ours = {"id": self.app_id, "identifier": self.identifier, "name": "Loyalty"}
            app = {**ours, "permissions": [{"code": "MANAGE_ORDERS"}]}
            return {"data": {"app": app if is_us else None}}
        self.token_requests += 1
        other = self.others.get(authorization.removeprefix("Bearer "))
        return {"data": {"app": {"identifier": None, **other}}} if other else DENIED


class Server(ThreadingHTTPServer):
    """What listens."""

    daemon_threads = True

    def __init__(self, saleor: Saleor) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.saleor = saleor

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A worker that was killed leaves its request unfinished."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # connections stay open
    server: Server

    def do_GET(self) -> None:
        saleor = self.server.saleor
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        saleor.key_requests += self.path == KEYS
        if saleor.is_down or saleor.firewall:
            status, page = (503, "") if saleor.is_down else saleor.firewall
            kind, content = "text/html", page.encode()
        else:
            status = 200
            kind, content = saleor.answer(self.path, self.headers.get("Authorization", ""), body)
        time.sleep(saleor.seconds_on_the_way)
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        if saleor.retry_after:
            self.send_header("Retry-After", saleor.retry_after)
        self.end_headers()
        self.wfile.write(content)

    do_POST = do_GET  # noqa: N815 - the names are the library's

    def log_message(self, *_: object) -> None:
        """Quiet."""
