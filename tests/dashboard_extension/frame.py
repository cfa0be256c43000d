"""A shop's Saleor and its Dashboard on one socket: keys, the API we ask, frames of our pages.

The Dashboard's part of App Bridge is the sandbox's own script: demo and tests play it alike.
"""

import html
import json
import threading
import time
from collections.abc import Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

import sandbox
from saleor_loyalty.dashboard_extension.extensions import EXTENSIONS
from saleor_loyalty.saleor_api.items import by_kind
from tests.doors.saleor import APP_ID, APP_TOKEN, SigningKey

SCRIPT = Path(sandbox.__file__).parent / "shop/static/shop/dashboard.js"
STYLE = SCRIPT.with_suffix(".css")
SANDBOX = "allow-same-origin allow-forms allow-scripts allow-downloads allow-popups"
JUICE, MUG = "UHJvZHVjdDox", "UHJvZHVjdDoy"
SALE, DRINKS = "Q29sbGVjdGlvbjox", "Q2F0ZWdvcnk6MQ=="
ALL = ("MANAGE_USERS", "MANAGE_ORDERS", "MANAGE_SETTINGS")
PAGE = """<!doctype html><html lang="en"><title>Dashboard</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="/dashboard.css"><link rel="icon" href="data:,">
<script id="settings" type="application/json">{settings}</script>
<script type="module" src="/dashboard.js"></script>
<body style="display:block"><main>{content}</main>
<select id="theme" hidden><option>light<option>dark</select>
<select id="locale" hidden><option>en<option>fr</select>
<dialog id="popup"><iframe title="Popup" sandbox="{sandbox}"></iframe></dialog>
<p id="note" role="status" hidden></p></body></html>"""


class Dashboard:
    """The server. Its public attributes say who looks and what the shop has; change them freely."""

    def __init__(self, key: SigningKey) -> None:
        self.key = key
        self.app_url = ""
        self.permissions: tuple[str, ...] = ALL
        self.customers: dict[str, dict[str, Any]] = {}
        self.channels = {"default-channel": ("Europe", "EUR"), "channel-pln": ("Poland", "PLN")}
        self.catalogue = {JUICE: "Juice", MUG: "Mug", SALE: "Sale", DRINKS: "Drinks"}
        self.email = "sam@example.com"
        self.is_down = False
        self.stale_tokens = 0  # so many of the next tokens have run out already
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def api_url(self) -> str:
        return f"{self.url}/graphql/"

    def token(self, **changes: Any) -> str:
        """What Saleor makes for a member of staff and our app."""
        now = int(time.time())
        claims = {
            "iat": now,
            "exp": now + 300,
            "owner": "saleor",
            "iss": self.api_url,
            "email": self.email,
            "type": "thirdparty",
            "user_id": "VXNlcjox",
            "is_staff": True,
            "app": APP_ID,
            "permissions": [],
            "user_permissions": list(self.permissions),
        }
        return self.key.token(claims | changes)

    def _next_token(self) -> str:
        if self.stale_tokens:
            self.stale_tokens -= 1
            return self.token(exp=int(time.time()) - 60)
        return self.token()

    def _page(self, asked: SplitResult) -> str:
        kind, _slash, rest = asked.path.removeprefix("/dashboard/").partition("/")
        settings = {
            "id": APP_ID,
            "appUrl": f"{self.app_url}/app",
            "apiUrl": self.api_url,
            "tokenUrl": "/token",
            "home": "/dashboard/",
        }
        if kind == "app":
            query = f"?{asked.query}" if asked.query else ""
            content = _iframe("Loyalty", f"/{rest}{query}", {})
        else:
            mount, name = {
                "customers": ("CUSTOMER_DETAILS", "customerId"),
                "orders": ("ORDER_DETAILS", "orderId"),
            }[kind]
            content = "".join(_places(f"{self.app_url}/app", mount, {name: unquote(rest)}))
        return PAGE.format(settings=json.dumps(settings), content=content, sandbox=SANDBOX)

    def _answer(self, asked: SplitResult, body: bytes) -> tuple[str, bytes]:
        match asked.path:
            case "/.well-known/jwks.json":
                return "application/json", json.dumps({"keys": [self.key.jwk]}).encode()
            case "/token":
                return "application/json", json.dumps({"token": self._next_token()}).encode()
            case "/dashboard.js":
                return "text/javascript", SCRIPT.read_bytes()
            case "/dashboard.css":
                return "text/css", STYLE.read_bytes()
            case "/graphql/":
                return "application/json", json.dumps({"data": self._data(body)}).encode()
        return "text/html; charset=utf-8", self._page(asked).encode()

    def _data(self, body: bytes) -> dict[str, Any]:
        asked = json.loads(body)
        if "LoyaltyChannels" in asked["query"]:
            return {
                "channels": [
                    {
                        "id": slug,
                        "name": name,
                        "slug": slug,
                        "currencyCode": currency,
                        "isActive": True,
                    }
                    for slug, (name, currency) in self.channels.items()
                ]
            }
        if "LoyaltyCatalogueSearch" in asked["query"]:
            text = asked["variables"]["text"].lower()
            found = by_kind(id for id, name in self.catalogue.items() if text in name.lower())
            return {kind: self._edges(ids) for kind, ids in found.items()}
        if "LoyaltyCatalogue" in asked["query"]:
            return {kind: self._edges(ids) for kind, ids in asked["variables"].items()}
        return {"user": self.customers.get(asked["variables"]["id"])}

    def _edges(self, ids: Iterable[str]) -> dict[str, Any]:
        known = [{"id": id, "name": self.catalogue[id]} for id in ids if id in self.catalogue]
        return {"edges": [{"node": node} for node in known]}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        dashboard = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                asked = urlsplit(self.path)
                is_ours = self.headers.get("Authorization") == f"Bearer {APP_TOKEN}"
                refused = asked.path == "/graphql/" and (dashboard.is_down or not is_ours)
                kind, content = ("", b"") if refused else dashboard._answer(asked, body)
                self.send_response(503 if refused else 200)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_POST = do_GET  # noqa: N815 - the names are the library's

            def log_message(self, *args: Any) -> None:
                """Quiet."""

        return Handler


def _places(app_url: str, mount: str, about: dict[str, str]) -> list[str]:
    """The widgets of a page of the Dashboard, and a button for each popup."""
    places = []
    for place in EXTENSIONS:
        url = place.manifest(app_url)["url"]
        if place.mount.startswith(mount) and place.target == "WIDGET":
            places.append(_iframe(place.label, url, about))
        elif place.mount.startswith(mount):
            given = json.dumps(about).replace('"', "&quot;")
            button = f'<button data-popup="{url}" data-params="{given}">{place.label}</button>'
            places.append(button)
    return places


def _iframe(title: str, path: str, about: dict[str, str]) -> str:
    path, given = html.escape(path), html.escape(json.dumps(about))
    height = 200 if about else 900
    return (
        f'<iframe title="{title}" data-path="{path}" data-params="{given}" sandbox="{SANDBOX}" '
        f'style="height:{height}px;width:{"290px" if about else "100%"}"></iframe>'
    )
