"""What all tests share; each folder adds its own fixtures in a conftest.py beside its tests."""

from collections.abc import Callable, Iterator
from contextlib import nullcontext

import pytest
from django.db.backends.postgresql.operations import DatabaseOperations
from django.utils import translation

import saleor_loyalty.server.celery  # noqa: F401 - tasks go to the queue of this test run
from saleor_loyalty.members import enrolment
from saleor_loyalty.models import Member, Program, Shop
from saleor_loyalty.orders import inbox, settlement
from saleor_loyalty.saleor_api import client
from saleor_loyalty.saleor_api.facts import Customer
from saleor_loyalty.shop import connection
from tests.paper_saleor import ANNA, PaperSaleor
from tests.saleor_over_http import Saleor
from tests.shops import new_program, new_shop
from tests.signing import SigningKey


@pytest.fixture(autouse=True, scope="session")
def _append_only_tables_can_be_emptied() -> Iterator[None]:
    """Tests that commit end by truncating all tables, which the ledger's triggers refuse.

    Only that one statement goes past them, by the means a superuser always has.
    """
    flush = DatabaseOperations.execute_sql_flush

    def flush_past_triggers(operations: DatabaseOperations, statements: list[str]) -> None:
        flush(operations, ["SET LOCAL session_replication_role = replica", *statements])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "execute_sql_flush", flush_past_triggers)
        yield


@pytest.fixture(autouse=True)
def _english_is_spoken() -> Iterator[None]:
    """Django leaves the language of the last request with the thread, until the next one."""
    yield
    translation.deactivate()


@pytest.fixture(scope="session")
def key() -> SigningKey:
    """What the shop signs with."""
    return SigningKey("the-shops-key")


@pytest.fixture
def saleor(key: SigningKey) -> Iterator[Saleor]:
    """A Saleor that answers what doors ask: its keys, and whose our token is."""
    server = Saleor(key)
    yield server
    server.stop()


@pytest.fixture
def shop(db: None) -> Shop:
    """One that runs nowhere."""
    return new_shop()


@pytest.fixture
def program(shop: Shop) -> Program:
    return new_program(shop)


@pytest.fixture
def anna(shop: Shop) -> Member:
    enrolment.enroll_all(shop=shop, customers=[Customer.from_json(ANNA)], welcome=False)
    return Member.objects.get(customer_id=ANNA["id"])


@pytest.fixture
def paper(shop: Shop, program: Program) -> PaperSaleor:
    """The shop's Saleor on paper; the shop has a programme."""
    return PaperSaleor()


@pytest.fixture
def connected(paper: PaperSaleor, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who connects to the shop's Saleor meets the paper one."""
    monkeypatch.setattr(connection, "HttpTransport", lambda *_, **__: nullcontext(paper))


@pytest.fixture
def settle(shop: Shop, paper: PaperSaleor) -> Callable[..., None]:
    """Marks orders as changed and settles all that is due."""

    def settle(*order_ids: str) -> None:
        inbox.mark(shop=shop, order_ids=order_ids)
        while settlement.settle_due(shop, client.Saleor(paper)):
            pass

    return settle
