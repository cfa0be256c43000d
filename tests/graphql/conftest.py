"""A shop with a programme, people who ask, and a Saleor that knows channels and one customer."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from saleor_loyalty.activities import staff_points
from saleor_loyalty.graphql.schema import execute
from saleor_loyalty.ledger.book import open_book
from saleor_loyalty.ledger.postings import Posting
from saleor_loyalty.members import enrolment
from saleor_loyalty.models import Entry, EntryKind, Member, Program, SettledOrder, Shop
from saleor_loyalty.permissions import Permission, Viewer
from saleor_loyalty.program import programs
from saleor_loyalty.program.ruleset import Changes, Terms
from saleor_loyalty.rewards.coupon_book import CouponBook
from saleor_loyalty.saleor_api.facts import Customer
from tests.entitlements import entitled_by
from tests.saleor_over_http import Saleor
from tests.shops import new_shop

NOW = datetime(2030, 5, 17, 12, 30, tzinfo=UTC)
EUROPE, AMERICA = "Q2hhbm5lbDox", "Q2hhbm5lbDoy"
CUSTOMERS = {
    "VXNlcjox": {"email": "ada@example.com", "firstName": "Ada", "languageCode": "IT"},
    "VXNlcjo3": {"email": "grace@example.com", "firstName": "Grace", "languageCode": "EN"},
}
JUICE, DRINKS = "UHJvZHVjdDox", "Q2F0ZWdvcnk6MQ=="


@pytest.fixture(scope="session")
def saleor_url() -> Iterator[str]:
    server = Saleor()
    server.paper.channels = {EUROPE: ("eu", "EUR"), AMERICA: ("us", "USD")}
    server.paper.customers = {
        id: {"id": id, "isConfirmed": True, "isActive": True, **person}
        for id, person in CUSTOMERS.items()
    }
    yield server.api_url
    server.stop()


@pytest.fixture
def shop(db: None, saleor_url: str) -> Shop:
    return new_shop(saleor_url, installed_at=NOW)


@pytest.fixture
def other_shop(db: None) -> Shop:
    return new_shop("https://other.example.com/graphql/", installed_at=NOW)


@pytest.fixture
def program(shop: Shop) -> Program:
    """10 points per euro, 2.5 per dollar; 5,000 points make a coupon of 10 % for 60 days."""
    terms = [(AMERICA, "2.5", None), (EUROPE, "10", Decimal(100))]
    return programs.update(
        shop=shop,
        actor="Setup",
        changes=Changes(
            name="Club",
            is_active=True,
            threshold=5000,
            reward_name="10 % off",
            coupon_valid_days=60,
            time_zone="Europe/Rome",
            channels=[
                Terms(channel, Decimal(rate), Decimal(10), min_spent)
                for channel, rate, min_spent in terms
            ],
        ),
    )


@pytest.fixture
def enroll(db: None) -> Callable[..., Member]:
    def enroll(shop: Shop, customer_id: str, email: str, language_code: str = "en") -> Member:
        customer = Customer(customer_id, email, "", language_code)
        ids = enrolment.enroll_all(shop=shop, customers=[customer])
        return Member.objects.get(pk=ids[customer_id])

    return enroll


@pytest.fixture
def ada(shop: Shop, enroll: Callable[..., Member]) -> Member:
    return enroll(shop, "VXNlcjox", "ada@example.com", "it")


@pytest.fixture
def ask() -> Callable[..., dict[str, Any]]:
    def ask(viewer: Viewer, query: str, **variables: Any) -> dict[str, Any]:
        context = SimpleNamespace(loyalty_viewer=viewer)
        answer = execute(query, variables=variables, context=context)
        json.dumps(answer)  # it goes out as JSON
        return answer

    return ask


@pytest.fixture
def anonymous(shop: Shop) -> Viewer:
    return Viewer(shop=shop)


@pytest.fixture
def customer(shop: Shop) -> Viewer:
    """Ada, signed in."""
    return Viewer(shop=shop, customer_id="VXNlcjox")


@pytest.fixture
def staff(shop: Shop) -> Viewer:
    """Holds the permission for members and no other."""
    return Viewer(shop=shop, actor="Sam", permissions=frozenset({Permission.MANAGE_USERS}))


@pytest.fixture
def owner(shop: Shop) -> Viewer:
    """Holds the permission for the programme and no other."""
    return Viewer(shop=shop, actor="Olga", permissions=frozenset({Permission.MANAGE_SETTINGS}))


@pytest.fixture
def gift(shop: Shop, program: Program) -> Callable[..., Entry]:
    def gift(member: Member, points: int, reason: str = "Sorry") -> Entry:
        return staff_points.give(
            shop=shop,
            customer_id=member.customer_id,
            points=points,
            reason=reason,
            actor="Sam",
        )

    return gift


@pytest.fixture
def earn(shop: Shop, program: Program) -> Callable[..., Entry]:
    """Points for an order of so many euros of goods; the order given is settled once more."""

    def earn(
        member: Member, euros: str, *, order: SettledOrder | None = None, credited: int = 0
    ) -> Entry:
        version = program.current
        assert version
        amount = Decimal(euros)
        if order is None:
            number = str(SettledOrder.objects.count() + 1)
            order = SettledOrder.objects.create(
                shop=shop,
                order_id=f"order-{number}",
                number=number,
                member=member,
                version=version,
                fully_paid_at=NOW,
                settled_at=NOW,
            )
        basis = entitled_by(amount)
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
            [posting.member_id], version=version, now=NOW, consequences=[CouponBook(version)]
        ) as book:
            return book.post(posting)

    return earn
