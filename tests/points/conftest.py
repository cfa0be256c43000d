"""A shop with a programme: 10 points per euro, 5,000 for a coupon of 10 % off from 100 euro."""

from contextlib import nullcontext
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from saleor_loyalty import connection, inbox, members, settlement, vault
from saleor_loyalty.models import Activation, ChannelTerms, Member, Program, ProgramVersion, Shop
from saleor_loyalty.saleor_api.client import Saleor
from saleor_loyalty.saleor_api.facts import Customer
from tests.points.paper_saleor import ANNA, PaperSaleor

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def shop(db) -> Shop:
    return Shop.objects.create(
        api_url="https://shop.example.com/graphql/",
        domain="shop.example.com",
        app_id="QXBwOjE=",
        sealed_token="",
        installed_at=LONG_AGO,
    )


@pytest.fixture
def program(shop) -> Program:
    program = Program.objects.create(shop=shop, is_active=True)
    Activation.objects.create(program=program, started_at=LONG_AGO)
    program.current = new_version(program)
    program.save()
    return program


def new_version(program: Program, *, rate: str = "10", **fields) -> ProgramVersion:
    """The next version of the rules, not yet the current one."""
    version = ProgramVersion.objects.create(
        program=program,
        **{
            "number": program.versions.count() + 1,
            "name": "Points",
            "threshold": 5000,
            "reward_name": "10 % off",
            "discount_type": "PERCENTAGE",
            "coupon_valid_days": 60,
            "basis": "GROSS",
            "include_shipping": False,
            "expiry_policy": "NEVER",
            "time_zone": "Europe/Paris",
            "created_at": LONG_AGO,
            "created_by": "owner",
            **fields,
        },
    )
    ChannelTerms.objects.create(
        version=version,
        channel="main",
        currency="EUR",
        points_per_unit=Decimal(rate),
        discount_value=Decimal(10),
        min_spent=Decimal(100),
    )
    return version


@pytest.fixture
def anna(shop) -> Member:
    members.enroll_all(shop=shop, customers=[Customer.from_json(ANNA)], welcome=False)
    return Member.objects.get(customer_id=ANNA["id"])


@pytest.fixture
def paper(shop, program) -> PaperSaleor:
    return PaperSaleor()


@pytest.fixture
def connected(paper, monkeypatch) -> None:
    """Who connects to the shop's Saleor meets the paper one."""
    monkeypatch.setattr(vault, "unseal", lambda sealed: "token")
    monkeypatch.setattr(connection, "HttpTransport", lambda *_, **__: nullcontext(paper))


@pytest.fixture
def settle(shop, paper):
    """Marks orders as changed and settles all that is due."""

    def settle(*order_ids: str) -> None:
        inbox.mark(shop=shop, order_ids=order_ids)
        while settlement.settle_due(shop, Saleor(paper)):
            pass

    return settle
