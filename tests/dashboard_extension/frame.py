"""A shop's Saleor and its Dashboard on one socket: beside what is asked, frames of our pages.

The Dashboard's part of App Bridge is the sandbox's own script: demo and tests play it alike.
"""

import html
import json
import re
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, unquote, urlsplit

import sandbox
from saleor_loyalty.dashboard_extension.extensions import EXTENSIONS
from tests.saleor_over_http import APP_ID, Saleor
from tests.signing import SigningKey

if TYPE_CHECKING:
    from playwright.sync_api import FrameLocator, Locator, Page

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


class Dashboard(Saleor):
    """The server. Its public attributes say who looks and what the shop has; change them freely."""

    def __init__(self, key: SigningKey) -> None:
        super().__init__(key)
        self.app_url = ""
        self.permissions: tuple[str, ...] = ALL
        self.paper.channels = {
            "default-channel": ("europe", "EUR"),
            "channel-pln": ("poland", "PLN"),
        }
        self.paper.catalogue = {JUICE: "Juice", MUG: "Mug", SALE: "Sale", DRINKS: "Drinks"}
        self.email = "sam@example.com"
        self.version = ""  # what the Dashboard announces; nothing: what the released one does
        self.stale_tokens = 0  # so many of the next tokens have run out already

    @property
    def url(self) -> str:
        return f"http://{self.domain}"

    def token(self, **changes: Any) -> str:
        """What Saleor makes for a member of staff and our app."""
        held = {"permissions": [], "user_permissions": list(self.permissions)}
        return self.keys[0].token(self.staff_claims(email=self.email, **held) | changes)

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
            **({"version": self.version} if self.version else {}),
        }
        if kind == "app":
            content = _iframe("Loyalty", f"/{rest}", {})
        else:
            mount, name = {
                "customers": ("CUSTOMER_DETAILS", "customerId"),
                "orders": ("ORDER_DETAILS", "orderId"),
            }[kind]
            content = "".join(_places(f"{self.app_url}/app", mount, {name: unquote(rest)}))
        return PAGE.format(settings=json.dumps(settings), content=content, sandbox=SANDBOX)

    def answer(self, path: str, authorization: str, body: bytes) -> tuple[str, bytes]:
        asked = urlsplit(path)
        match asked.path:
            case "/token":
                return "application/json", json.dumps({"token": self._next_token()}).encode()
            case "/dashboard.js":
                return "text/javascript", SCRIPT.read_bytes()
            case "/dashboard.css":
                return "text/css", STYLE.read_bytes()
        if asked.path.startswith("/dashboard/"):
            return "text/html; charset=utf-8", self._page(asked).encode()
        return super().answer(path, authorization, body)


def inside(page: "Page", title: str = "Loyalty") -> "FrameLocator":
    """A frame of ours on a page of the Dashboard."""
    return page.frame_locator(f'iframe[title="{title}"]')


def heading(frame: "FrameLocator", name: "str | re.Pattern[str]") -> "Locator":
    return frame.get_by_role("heading", name=name, level=1)


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
    frame = (
        f'<iframe title="{title}" data-path="{path}" data-params="{given}" sandbox="{SANDBOX}" '
        f'style="height:900px;width:{"290px" if about else "100%"}"></iframe>'
    )
    return f"<section>{frame}</section>" if about else frame
