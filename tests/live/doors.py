"""The ways into a shop, seen alike: the sandbox's app, a real Saleor's app, its plugin."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any
from uuid import uuid4

from sandbox.addresses import HOST, Ports
from sandbox.demo import Demo, Say, running
from sandbox.loyalty_api import LoyaltyApi
from sandbox.opening import open_shop
from sandbox.shop.people import STAFF
from sandbox.shop_api import ShopApi
from tests.live import saleor
from tests.live.saleor import Installation, LiveSaleor, live_saleor

APP_PROGRAMS = ("app", "worker")  # of the demo: inside Saleor, its own processes take their place


class PluginShop(ShopApi):
    """A Saleor with the plugin: staff are staff there, with no app between."""

    def app_token(self, app_id: str) -> str:
        return self.staff_token


@dataclass(frozen=True)
class Customer:
    id: str
    email: str
    token: str


@dataclass(frozen=True)
class Door:
    """A shop with a programme, and where it is asked about points.

    `demo`: what runs the app; `live`: the real Saleor, with the plugin or beside the app.
    """

    name: str
    shop: ShopApi
    loyalty_url: str
    app_id: str
    demo: Demo | None = None
    live: LiveSaleor | None = None

    @property
    def loyalty(self) -> LoyaltyApi:
        return LoyaltyApi(self.loyalty_url.removesuffix("/graphql/"))

    @property
    def staff_token(self) -> str:
        return self.shop.app_token(self.app_id)

    def walk(self) -> None:
        """Have one walk over what changed in the shop."""
        if self.demo:
            app, processes = self.demo.programs["app"], self.demo.processes
            processes.start("walk", ("django", "loyalty_reconcile"), app.env)
            processes.finish("walk", seconds=300)
        elif self.live:
            self.live.manage("loyalty_reconcile")

    def new_customer(self) -> Customer:
        email = f"live-{uuid4().hex[:8]}@example.com"
        self.shop.register(email, "password", channel="default-channel")
        customer_id = self.shop.customer_id(email)
        assert customer_id
        return Customer(customer_id, email, self.shop.sign_in(email, "password"))

    def paid_order(self, customer: Customer, price: str) -> str:
        """An order of goods at this price, marked as paid; its id."""
        channel = next(c for c in self.shop.channels() if c["slug"] == "default-channel")
        variant = min(self.shop.variants(channel["slug"]), key=lambda v: v.is_shipped)
        order_id = self.shop.place_order(
            customer.id, channel_id=channel["id"], variant_id=variant.id, price=price
        )
        self.shop.mark_paid(order_id)
        return order_id


@contextmanager
def sandbox_door(data_dir: Path) -> Iterator[Door]:
    staff = (STAFF.email, STAFF.password)
    with running(data_dir, ports=Ports.any(), stop=Event(), say=_quiet, temporary=True) as demo:
        shop, app_id = open_shop(demo, staff=staff, stop=Event(), say=_quiet)
        yield Door("sandbox", shop, f"{demo.at.app_url}/graphql/", app_id, demo)


@contextmanager
def app_door(installation: Installation, data_dir: Path, *, broker_url: str) -> Iterator[Door]:
    """The app installed in a Saleor that does not have our package."""
    port = Ports.any().app
    bare = {"DJANGO_SETTINGS_MODULE": "without_loyalty"}
    with live_saleor(
        installation, data_dir / "saleor", port=port, broker_url=broker_url, extra=bare
    ) as live:
        live.start("web", "worker")
        with running(
            data_dir / "demo",
            ports=Ports.any(),
            stop=Event(),
            say=_quiet,
            saleor_url=live.api_url,
            temporary=True,
        ) as demo:
            shop, app_id = open_shop(demo, staff=saleor.STAFF, stop=Event(), say=_quiet)
            yield Door("app", shop, f"{demo.at.app_url}/graphql/", app_id, demo, live)


@contextmanager
def inside(
    installation: Installation, data_dir: Path, *, broker_url: str
) -> Iterator[tuple[LiveSaleor, Demo]]:
    """A Saleor with the plugin and no programme; mail and push go to the demo's inboxes."""
    ports = Ports.any()
    with (
        running(
            data_dir / "demo",
            ports=ports,
            stop=Event(),
            say=_quiet,
            saleor_url=f"http://{HOST}:{ports.app}/graphql/",
            temporary=True,
            without=APP_PROGRAMS,
        ) as demo,
        live_saleor(
            installation,
            data_dir / "saleor",
            port=ports.app,
            broker_url=broker_url,
            extra={**_ours(demo), "EMAIL_URL": f"smtp://{HOST}:{ports.smtp}"},
        ) as live,
    ):
        live.start("web", "worker")
        yield live, demo


def open_plugin_shop(
    demo: Demo, *, staff: tuple[str, str], stop: Event, say: Say
) -> tuple[ShopApi, str]:
    """A programme in a Saleor with the plugin: nothing is to be installed, and there is no app."""
    shop = PluginShop(demo.at.shop_url, staff=staff, stop=stop)
    loyalty = LoyaltyApi(demo.at.app_url)
    if not loyalty.has_program(shop.staff_token):
        say("Setting up the programme: 10 points per unit spent, at 5,000 a coupon")
        loyalty.set_up_program(shop.staff_token, [channel["slug"] for channel in shop.channels()])
    return shop, ""


def _ours(demo: Demo) -> dict[str, str]:
    """The settings of the demo's app that also say something inside Saleor."""
    names = (
        "LOYALTY_FCM_SERVICE_ACCOUNT_FILE",
        "LOYALTY_FCM_URL",
        "LOYALTY_DISCOUNTS_URL",
    )
    return {name: demo.programs["app"].env[name] for name in names}


def _quiet(_line: str) -> Any:
    """Tests do not say what they start."""
