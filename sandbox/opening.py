"""Opening day: the app installed, a programme, a phone for each shopper, a table of addresses."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Event

import httpx

from sandbox.demo import Demo, Say
from sandbox.loyalty_api import LoyaltyApi
from sandbox.shop.people import SHOPPERS, STAFF
from sandbox.shop_api import ShopApi

TRY = (
    "1. Back office, as Sam: change what a coupon takes off, under Program.",
    "2. Shop, as Ada: buy for 500 and pay. Points, coupon, email and notice come in seconds.",
    "3. Use the coupon in the cart, then refund that order: see what happens to the points.",
    "4. Back office: give Ada points on her page, and reword the email she got.",
    "5. Shopper's points: the demo's own page, made with the API, and the hosted one.",
    "6. Shop, Sign in: sign up as somebody new, join under My points, read the welcome in Mail.",
)


def open_shop(
    demo: Demo, *, staff: tuple[str, str], stop: Event, say: Say, is_empty: bool = False
) -> tuple[ShopApi, str]:
    """The app installed in its shop, with a program unless `is_empty`; the shop, the app's id.

    What an earlier start has done is left as it is.
    """
    shop = ShopApi(demo.at.shop_url, staff=staff, stop=stop)
    say("Installing the app into the shop by its manifest")
    app_id = shop.install(demo.at.manifest_url)
    loyalty = LoyaltyApi(demo.at.app_url)
    staff_token = shop.app_token(app_id)
    if not is_empty and not loyalty.has_program(staff_token):
        say("Setting up the program: 10 points per unit spent, at 5,000 a coupon")
        loyalty.set_up_program(staff_token, [channel["slug"] for channel in shop.channels()])
    return shop, app_id


def give_phone(demo: Demo, *, shopper_token: str, name: str) -> str:
    """A phone that takes the shopper's push notices; its token. The same name is the same phone."""
    answer = httpx.post(f"{demo.at.sandbox_url}/push/phones", json={"name": name}, trust_env=False)
    device = str(answer.raise_for_status().json()["token"])
    LoyaltyApi(demo.at.app_url).register_device(shopper_token, device)
    return device


def table(demo: Demo, data_dir: Path) -> str:
    """Where everything is and how to sign in."""
    shop = demo.at.sandbox_url
    rows = [
        ("Shop", f"{shop}/"),
        ("Shopper's points", demo.at.discounts_url),
        ("Mail", f"{shop}/mail/"),
        ("Push", f"{shop}/push/"),
        ("Staff", f"{shop}/staff/"),
        ("Back office", f"{shop}/dashboard/app/overview"),
        ("Shop's API", demo.at.shop_url),
        ("Loyalty API", f"{demo.at.app_url}/graphql/"),
        ("Manifest", demo.at.manifest_url),
        *_storefronts(demo),
        ("Logs", f"{data_dir}/log"),
    ]
    people = [(person.first_name, person.email, person.password) for person in (*SHOPPERS, STAFF)]
    lines = [
        *_columns([("WHAT", "WHERE"), *rows]),
        "",
        *_columns([("WHAT TO TRY",), *((line,) for line in TRY)]),
        "",
        *_columns([("SIGN IN AS", "EMAIL", "PASSWORD"), *people]),
    ]
    return "\n".join(f"  {line}" for line in lines)


def _storefronts(demo: Demo) -> Iterator[tuple[str, str]]:
    """What others than the sandbox's may do, if there are any."""
    for origin in demo.at.storefronts:
        page = f"{demo.at.app_url}/account/"
        yield "Your storefront", f"{origin} may ask both APIs and frame {page}"


def _columns(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "   ".join(
            cell.ljust(width) for cell, width in zip(row, widths, strict=True)
        ).rstrip()
