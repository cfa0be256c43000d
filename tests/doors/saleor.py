"""A stand-in for one shop's Saleor, on a real socket: its keys, its `app` query, and a count."""

import base64
import hashlib
import hmac
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import RSAAlgorithm

APP_ID = "QXBwOjE="
APP_TOKEN = "the-token-of-our-app"
CUSTOMER_ID = "VXNlcjo3"


# As to any token that may not, one that Saleor does not know among them.
DENIED = {
    "data": {"orders": None},
    "errors": [
        {
            "message": "To access this path, you need one of the following permissions: …",
            "extensions": {"exception": {"code": "PermissionDenied"}},
        }
    ],
}


class SigningKey:
    """A key pair with the id it is published under."""

    def __init__(self, kid: str) -> None:
        self.kid = kid
        self.private = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    @property
    def jwk(self) -> dict[str, Any]:
        public = json.loads(RSAAlgorithm.to_jwk(self.private.public_key()))
        return {**public, "kid": self.kid, "use": "sig", "alg": "RS256"}

    @property
    def public_pem(self) -> bytes:
        public = self.private.public_key()
        return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    def sign(self, body: bytes) -> str:
        """A detached signature as Saleor makes it."""
        headers = {"kid": self.kid, "crit": ["b64"]}
        return jwt.api_jws.encode(
            body, self.private, "RS256", headers=headers, is_payload_detached=True
        )

    def token(self, claims: dict[str, Any]) -> str:
        return jwt.encode(claims, self.private, "RS256", headers={"kid": self.kid})


class Saleor:
    """The server. Change its attributes to change what it answers.

    `app_id` None: the app is not there (any more). `may_orders` False: it lacks a permission.
    `firewall`: the status and the page that something in front of it answers instead.
    """

    def __init__(self, *keys: SigningKey) -> None:
        self.keys = list(keys)
        self.app_id: str | None = APP_ID
        self.identifier = "saleor.loyalty"
        self.is_down = False
        self.retry_after = ""
        self.may_orders = True
        self.firewall: tuple[int, str] | None = None
        self.key_requests = 0
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
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

    def _answer(self, path: str, authorization: str, asked: str) -> dict[str, Any]:
        if path == "/.well-known/jwks.json":
            self.key_requests += 1
            return {"keys": [key.jwk for key in self.keys]}
        is_us = authorization == f"Bearer {APP_TOKEN}" and self.app_id
        if "LoyaltyOrders" in asked:
            return {"data": {"orders": {"edges": []}}} if is_us and self.may_orders else DENIED
        app = {
            "id": self.app_id,
            "identifier": self.identifier,
            "permissions": [{"code": "MANAGE_ORDERS"}],
        }
        return {"data": {"app": app if is_us else None}}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        saleor = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
                answer = saleor._answer(self.path, self.headers.get("Authorization", ""), asked)
                status, page = saleor.firewall or (200, json.dumps(answer))
                content = page.encode()
                self.send_response(503 if saleor.is_down else status)
                self.send_header("Content-Length", str(len(content)))
                if saleor.retry_after:
                    self.send_header("Retry-After", saleor.retry_after)
                self.end_headers()
                self.wfile.write(content)

            do_POST = do_GET  # noqa: N815 - the names are the library's

            def log_message(self, *args: Any) -> None:
                """Quiet."""

        return Handler


def signed_with_the_public_key(key: SigningKey, payload: bytes, header: dict[str, Any]) -> str:
    """HS256 with the published key as its secret; no library makes such a thing any more."""
    head = _base64url(json.dumps({"alg": "HS256", "kid": key.kid, **header}).encode())
    is_detached = header.get("b64") is False
    signed = head + b"." + (payload if is_detached else _base64url(payload))
    signature = _base64url(hmac.new(key.public_pem, signed, hashlib.sha256).digest())
    return b".".join([head, b"" if is_detached else _base64url(payload), signature]).decode()


def unsigned(payload: bytes, header: dict[str, Any]) -> str:
    """A token that says it needs no signature."""
    head = _base64url(json.dumps({"alg": "none", **header}).encode())
    is_detached = header.get("b64") is False
    return b".".join([head, b"" if is_detached else _base64url(payload), b""]).decode()


def _base64url(content: bytes) -> bytes:
    return base64.urlsafe_b64encode(content).rstrip(b"=")
