"""A shop with a real key and a programme, a shopper who holds a token, and points of all kinds."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from itertools import count
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.utils import timezone

from saleor_loyalty.activities import staff_points
from saleor_loyalty.ledger.book import open_book
from saleor_loyalty.ledger.postings import Posting
from saleor_loyalty.members import enrolment
from saleor_loyalty.models import (
    Coupon,
    CouponStatus,
    Entry,
    EntryKind,
    Member,
    Program,
    ProgramVersion,
    SettledOrder,
    Shop,
)
from saleor_loyalty.rewards.coupon_book import CouponBook
from saleor_loyalty.saleor_api.facts import Customer
from tests.account_page.storefront import Storefront
from tests.chromium import PATIENCE, browser
from tests.entitlements import entitled_by
from tests.saleor_over_http import CUSTOMER_ID, Saleor
from tests.shops import installed, new_program, new_version
from tests.signing import SigningKey

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

__all__ = ["browser"]

RULES = {"name": "Nordlys Club", "expiry_policy": "ROLLING", "expiry_days": 365}
PHONE, DESKTOP = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
STORE = "https://store.example.com"  # in LOYALTY_ALLOWED_ORIGINS of the tests


@pytest.fixture
def shop(db: None, saleor: Saleor) -> Shop:
    return installed(saleor)


@pytest.fixture
def program(shop: Shop) -> Program:
    """10 points per euro; 5,000 make a coupon of 10 % from 100 euro on; a year after each order."""
    return new_program(shop, **RULES)


def use(program: Program, **fields: object) -> ProgramVersion:
    """Have the programme go by other rules from now on."""
    program.current = new_version(program, **RULES | fields)
    program.save()
    return program.current


@pytest.fixture
def ada(shop: Shop) -> Member:
    """The shopper whose token the stand-in for Saleor makes."""
    return enroll(shop, CUSTOMER_ID, "ada@example.com", "Ada")


def enroll(
    shop: Shop, customer_id: str, email: str, first_name: str = "", language: str = "en"
) -> Member:
    customer = Customer(customer_id, email, first_name, language)
    ids = enrolment.enroll_all(shop=shop, customers=[customer])
    return Member.objects.get(pk=ids[customer_id])


@pytest.fixture
def earn(shop: Shop, program: Program) -> Callable[..., Entry]:
    """Points for an order of so many euros, or what is left of them when it is settled anew."""

    def earn(
        member: Member, euros: str, *, order: SettledOrder | None = None, credited: int = 0
    ) -> Entry:
        version = program.current
        assert version
        now = timezone.now()
        if order is None:
            number = str(SettledOrder.objects.count() + 21)
            order = SettledOrder.objects.create(
                shop=shop,
                order_id=f"order-{number}",
                number=number,
                member=member,
                version=version,
                fully_paid_at=now,
                settled_at=now,
            )
        amount = Decimal(euros)
        total, unpaid = amount or Decimal(1), Decimal(0 if amount else 1)
        basis = entitled_by(total, unpaid=unpaid)
        posting = Posting(
            member_id=member.pk,
            kind=EntryKind.ORDER if basis.points > credited else EntryKind.REVERSAL,
            points=basis.points - credited,
            source=f"{order.order_id}:{basis.points}",
            version=version,
            order=order,
            entitled=basis.points,
            basis=basis,
        )
        with open_book(
            [member.pk], version=version, now=now, consequences=[CouponBook(version)]
        ) as book:
            return book.post(posting)

    return earn


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
def mint() -> Callable[..., Coupon]:
    """A coupon that the member's next reward brought, in the state given."""
    numbers = count(1)

    def mint(member: Member, **fields: object) -> Coupon:
        coupon = member.coupons.filter(status=CouponStatus.PENDING).order_by("pk").first()
        assert coupon, "no reward was reached"
        number = next(numbers)
        values = {
            "status": CouponStatus.ACTIVE,
            "expires_at": timezone.now() + timedelta(days=30),
            **fields,
        }
        for name, value in values.items():
            setattr(coupon, name, value)
        coupon.save()
        code = f"NORDLYS-7KQ4-M2XW-{number:04}"
        coupon.codes.update(code=code, made_at=timezone.now(), due_at=None)
        return coupon

    return mint


@pytest.fixture
def token(saleor: Saleor, key: SigningKey) -> str:
    """Ada's access token, just made."""
    return key.token(saleor.access_claims())


@pytest.fixture
def sign_in(client: Client, token: str) -> Callable[..., Client]:
    """A browser that came from the storefront with a token; Ada's unless given."""

    def sign_in(given: str = token, **headers: str) -> Client:
        answer = client.post(
            "/account/sign-in/",
            {"token": given, "return_url": f"{STORE}/account"},
            headers={"Origin": STORE, **headers},
        )
        assert answer.status_code == 302, answer.content.decode()
        return client

    return sign_in


@pytest.fixture
def at(live_server) -> str:
    """The page's address."""
    return f"{live_server.url}/account/"


@pytest.fixture
def store(at, saleor, key, settings) -> Iterator[Storefront]:
    """A storefront of another origin that hands over Ada's token, made when its page is made."""
    storefront = Storefront(at, "127.0.0.1", lambda: key.token(saleor.access_claims()))
    settings.LOYALTY_ALLOWED_ORIGINS = [storefront.origin]
    yield storefront
    storefront.stop()


@pytest.fixture
def visit(browser: "Browser", store: Storefront) -> Iterator[Callable[..., "Page"]]:
    """Opens the page from the storefront, as a click there does.

    The test fails when a script fails, when anything is refused by the page's own policy, and when
    anything but the page's own files is asked for.
    """
    contexts, troubles = [], []

    def visit(**options: object) -> "Page":
        context = browser.new_context(**{"viewport": PHONE, **options})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("console", lambda said: said.type == "error" and troubles.append(said.text))
        page.goto(store.origin)
        page.get_by_role("button", name="My points").click()
        return page

    yield visit
    for context in contexts:
        context.close()
    assert troubles == []
