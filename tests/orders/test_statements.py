"""What a settlement costs the database: statements and commits, whatever the batch."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from saleor_loyalty.models import Account, Change, Coupon, Entry, Lot, Member, SettledOrder, Shop
from saleor_loyalty.orders import inbox, settlement
from saleor_loyalty.saleor_api.client import ORDERS_AT_ONCE, Saleor
from tests.accounts import balances
from tests.paper_saleor import (
    ANNA,
    BEN,
    PaperSaleor,
    line,
)

OWN_TRANSACTIONS = pytest.mark.django_db(transaction=True)


def person(number: int) -> dict[str, Any]:
    return ANNA | {"id": f"VXNlcjo{number}", "email": f"{number}@example.com"}


@pytest.fixture
def statements_of(shop: Shop, paper: PaperSaleor) -> Callable[[Sequence[str]], list[str]]:
    """Settles orders whose facts were fetched; the statements it takes, BEGIN and COMMIT too."""

    def statements_of(keys: Sequence[str]) -> list[str]:
        inbox.mark(shop=shop, order_ids=keys)
        lease = inbox.lease(shop=shop, limit=len(keys))
        orders = {}
        for page in pages(keys):
            orders |= Saleor(paper).orders(page)[0]
        with CaptureQueriesContext(connection) as captured:
            settlement.settle(shop, lease, orders, keys)
        assert not Change.objects.exists()
        return [query["sql"] for query in captured]

    return statements_of


def pages(keys: Sequence[str]) -> Iterator[Sequence[str]]:
    """As many as Saleor gives at once."""
    for start in range(0, len(keys), ORDERS_AT_ONCE):
        yield keys[start : start + ORDERS_AT_ONCE]


def transactions_that_wrote(*models: type) -> int:
    """By how many transactions all rows of the tables were last written."""
    tables = " UNION ".join(f"SELECT xmin::text FROM {model._meta.db_table}" for model in models)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM ({tables}) AS writer")
        return cursor.fetchone()[0]


@OWN_TRANSACTIONS
def test_one_credited_order_takes_at_most_four_statements_and_one_commit(paper, statements_of):
    first = statements_of([paper.place(1, line(100))])

    assert (first[0], first[-1]) == ("BEGIN", "COMMIT")
    assert len(first[1:-1]) <= 4
    assert transactions_that_wrote(Entry, Lot, Member, SettledOrder) == 1

    second = statements_of([paper.place(2, line(100))])

    assert (second[0], second[-1]) == ("BEGIN", "COMMIT")
    assert len(second[1:-1]) <= 4
    assert Member.objects.get().balance == 2000


@OWN_TRANSACTIONS
def test_a_batch_of_500_takes_as_many_as_one(paper, statements_of):
    for number in range(25):  # of 50 members, half are new
        statements_of([paper.place(number, line(1), user=person(number))])
    one = statements_of([paper.place(100, line(1), user=person(0))])
    keys = [paper.place(1000 + n, line(1), user=person(n % 50)) for n in range(500)]

    assert len(statements_of(keys)) == len(one)

    assert Entry.objects.count() == 526
    assert sum(Account.objects.values_list("balance", flat=True)) == 5260


@OWN_TRANSACTIONS
def test_rewards_and_what_takes_them_back_take_as_many_for_500_as_for_one(
    paper, statements_of, settings
):
    settings.LOYALTY_COUPONS_AT_ONCE = 1000

    def settled_and_refunded(keys: Sequence[str]) -> tuple[int, int]:
        settled = len(statements_of(keys))
        for key in keys:
            paper.charge(key, 0.0)
        return settled, len(statements_of(keys))

    one = settled_and_refunded([paper.place(0, line(512))])
    many = [paper.place(1 + n, line(512), user=person(n % 50)) for n in range(500)]

    assert settled_and_refunded(many) == one
    assert Coupon.objects.filter(status="WITHDRAWN").count() == Coupon.objects.count() > 500


def test_an_order_seen_again_takes_two(paper, statements_of):
    key = paper.place(1, line(100))
    statements_of([key])

    savepoint, *again, release = statements_of([key])

    assert (savepoint.split()[0], release.split()[0]) == ("SAVEPOINT", "RELEASE")
    assert len(again) == 2


def test_orders_of_several_customers_are_each_their_own(paper, statements_of):
    statements_of([paper.place(1, line(100)), paper.place(2, line(10), user=BEN)])

    assert balances() == {ANNA["id"]: 1000, BEN["id"]: 100}
