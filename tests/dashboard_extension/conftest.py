"""A shop with its Dashboard, a program, members with points, and staff who look at our pages."""

import csv
import io
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from saleor_loyalty.activities import staff_points
from saleor_loyalty.members import enrolment
from saleor_loyalty.models import (
    Activation,
    ChannelTerms,
    Coupon,
    CouponStatus,
    Entry,
    Member,
    Program,
    ProgramVersion,
    Shop,
)
from saleor_loyalty.saleor_api.facts import Customer
from saleor_loyalty.shop import vault
from tests.chromium import PATIENCE, browser
from tests.dashboard_extension.frame import Dashboard
from tests.saleor_over_http import APP_ID, APP_TOKEN
from tests.shops import new_reward
from tests.signing import SigningKey

__all__ = ["browser"]

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
ADA = {
    "id": "VXNlcjo3",
    "email": "ada@example.com",
    "firstName": "Ada",
    "languageCode": "EN",
    "isConfirmed": True,
    "isActive": True,
}
BEN = {**ADA, "id": "VXNlcjo4", "email": "ben@example.com", "firstName": "Ben"}


@pytest.fixture(scope="session")
def key() -> SigningKey:
    return SigningKey("the-shops-key")


@pytest.fixture
def dashboard(key: SigningKey) -> Iterator[Dashboard]:
    server = Dashboard(key)
    server.paper.customers = {person["id"]: person for person in (ADA, BEN)}
    yield server
    server.stop()


@pytest.fixture
def shop(db: None, dashboard: Dashboard) -> Shop:
    return Shop.objects.create(
        api_url=dashboard.api_url,
        domain="shop.example.com",
        app_id=APP_ID,
        sealed_token=vault.seal(APP_TOKEN),
        jwks={"keys": [dashboard.keys[0].jwk]},
        jwks_fetched_at=timezone.now() - timezone.timedelta(days=1),
        installed_at=timezone.now(),
    )


@pytest.fixture
def program(shop: Shop) -> Program:
    """10 points per euro; 5,000 make a coupon of 10 % from 100 euro on; points never end."""
    program = Program.objects.create(shop=shop, is_active=True)
    Activation.objects.create(program=program, started_at=LONG_AGO)
    program.current = version = ProgramVersion.objects.create(
        program=program,
        number=1,
        name="Nordlys Club",
        threshold=5000,
        reward=new_reward(
            shop,
            [{"channel_id": "default-channel", "currency": "EUR", "min_spent": Decimal(100)}],
        ),
        basis="GROSS",
        include_shipping=False,
        expiry_policy="NEVER",
        time_zone="Europe/Paris",
        reminders=["ONE_MONTH"],
        created_at=LONG_AGO,
        created_by="owner@example.com",
    )
    ChannelTerms.objects.create(
        version=version,
        channel_id="default-channel",
        currency="EUR",
        points_per_unit=Decimal(10),
    )
    program.save()
    return program


@pytest.fixture
def ada(shop: Shop) -> Member:
    enrolment.enroll_all(shop=shop, customers=[Customer.from_json(ADA)])
    return Member.objects.get(customer_id=ADA["id"])


@pytest.fixture
def gift(shop: Shop, program: Program) -> Callable[..., Entry]:
    def gift(member: Member, points: int, reason: str = "For a kind letter") -> Entry:
        return staff_points.give(
            shop=shop,
            customer_id=member.customer_id,
            points=points,
            reason=reason,
            actor="sam@example.com",
        )

    return gift


@pytest.fixture
def coupon(ada: Member, gift: Callable[..., Entry]) -> Coupon:
    """Ada reached the threshold; her coupon is made."""
    gift(ada, 5200)
    coupon = ada.coupons.get()
    coupon.status = CouponStatus.ACTIVE
    coupon.save()
    return coupon


@pytest.fixture
def ask(client: Client, dashboard: Dashboard) -> Callable[..., object]:
    """A page of ours, asked for as the script in the frame does."""

    def ask(path: str, *, post: dict[str, object] | None = None, language: str = "en", **claims):
        headers = {
            "Authorization": f"Bearer {dashboard.token(**claims)}",
            "Accept-Language": language,
        }
        if post is None:
            return client.get(f"/app/{path}", headers=headers)
        return client.post(f"/app/{path}", post, headers=headers)

    return ask


@pytest.fixture
def ask_table(ask: Callable[..., Any]) -> Callable[..., list[dict[str, str]]]:
    """The rows of a file for a spreadsheet, by the names of its columns."""

    def ask_table(path: str, **asked: object) -> list[dict[str, str]]:
        answer = ask(path, **asked)
        assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
        return list(csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))

    return ask_table


@pytest.fixture
def open_page(browser, live_server, dashboard: Dashboard, shop: Shop) -> Iterator[Callable]:
    """Opens a page of the Dashboard: `app/members`, or `customers/<id>`.

    The app is on another site than the Dashboard (localhost), so its frames are third parties'. The
    test fails when a script does, or the page's own policy refuses something.
    """
    contexts, troubles = [], []

    def open_page(
        path: str,
        *,
        width: int = 1280,
        theme: str = "light",
        locale: str = "en",
        app_host: str = "localhost",
    ):
        dashboard.app_url = live_server.url.replace("localhost", app_host)
        context = browser.new_context(viewport={"width": width, "height": 900})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on(
            "console",
            lambda said: "Content Security Policy" in said.text and troubles.append(said.text),
        )
        page.add_init_script(
            "if (window === top) Object.assign(sessionStorage, "
            f"{{ theme: '{theme}', locale: '{locale}' }})"
        )
        page.goto(f"{dashboard.url}/dashboard/{path}")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert troubles == []
