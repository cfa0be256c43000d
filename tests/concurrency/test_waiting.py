"""One transaction waits for another: what it then does must follow from what the other left."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import Sum
from django.utils import timezone

from saleor_loyalty.database.statements import Writing
from saleor_loyalty.ledger.book import open_book
from saleor_loyalty.ledger.postings import Posting
from saleor_loyalty.members import enrolment
from saleor_loyalty.models import (
    Change,
    Coupon,
    Entry,
    EntryKind,
    Lot,
    Member,
    Message,
    Program,
    SettledOrder,
    Shop,
)
from saleor_loyalty.orders import backfill, inbox, settlement
from saleor_loyalty.orders.context import read_context
from saleor_loyalty.rewards.coupon_book import CouponBook
from saleor_loyalty.saleor_api.client import Saleor
from saleor_loyalty.saleor_api.facts import Customer, Order
from tests.locks import PATIENCE, wait_until_somebody_waits_for_a_lock
from tests.paper_saleor import ANNA, line
from tests.shops import LONG_AGO, new_version


def one_after_the_other(first: Callable[[], object], second: Callable[[], object]) -> None:
    """Have the second begin, and wait while the first has done its work but not committed."""
    with ThreadPoolExecutor() as threads:
        with transaction.atomic():
            first()
            waiting = threads.submit(_with_own_connection, second)
            wait_until_somebody_waits_for_a_lock()
        waiting.result()


def _with_own_connection(work: Callable[[], Any]) -> Any:
    try:
        return work()
    finally:
        connection.close()


@pytest.fixture
def version(shop):
    return Program.objects.get().current


@pytest.fixture
def anna(shop) -> Member:
    enrolment.enroll_all(shop=shop, customers=[Customer.from_json(ANNA)])
    return Member.objects.get()


@pytest.fixture
def post(anna, version) -> Callable[..., Callable[[], None]]:
    """Work that posts points to Anna."""

    def post(kind: EntryKind, points: int, source: str) -> Callable[[], None]:
        posting = Posting(
            member_id=anna.pk, kind=kind, points=points, source=source, version=version
        )

        def work() -> None:
            now = timezone.now()
            with (
                transaction.atomic(),
                open_book(
                    [anna.pk], version=version, now=now, consequences=[CouponBook(version)]
                ) as book,
            ):
                book.post(posting)

        return work

    return post


@pytest.fixture
def bring(shop) -> Callable[..., Callable[[], None]]:
    """Work that brings orders to their entitlement."""

    def bring(orders: list[Order]) -> Callable[[], None]:
        def work() -> None:
            with transaction.atomic():
                settlement.bring_to_entitlement(shop, orders)

        return work

    return bring


@pytest.fixture
def facts(saleor) -> Callable[..., list[Order]]:
    """What Saleor says of orders now."""
    return lambda *keys: list(Saleor(saleor.paper).orders(keys)[0].values())


def assert_lots_hold_the_balance() -> None:
    left = Lot.objects.aggregate(left=Sum("remaining"))["left"] or 0
    assert left == max(0, Member.objects.get().balance)


def test_t12_who_waits_for_a_member_sees_the_balance_the_other_left(post):
    one_after_the_other(post(EntryKind.GIFT, 700, "a"), post(EntryKind.GIFT, 50, "b"))

    assert Member.objects.get().balance == 750
    assert list(Entry.objects.order_by("pk").values_list("balance_after", flat=True)) == [700, 750]


def test_t15_who_waits_for_a_member_spends_from_the_lots_the_other_made(post):
    one_after_the_other(post(EntryKind.GIFT, 700, "a"), post(EntryKind.ADJUSTMENT, -300, "b"))

    assert list(Lot.objects.values_list("remaining", flat=True)) == [400]
    assert_lots_hold_the_balance()


def test_t11_who_waits_for_a_member_withdraws_the_coupon_the_other_brought(post):
    one_after_the_other(post(EntryKind.GIFT, 5100, "a"), post(EntryKind.ADJUSTMENT, -300, "b"))

    assert Coupon.objects.get().status == "WITHDRAWN"
    assert Member.objects.get().balance == 4800
    assert_lots_hold_the_balance()


def test_t24_a_customer_whose_first_two_orders_settle_at_once_is_one_member(saleor, bring, facts):
    first, second = (facts(saleor.paper.place(n, line(100))) for n in (1, 2))

    one_after_the_other(bring(first), bring(second))

    assert Member.objects.get().balance == 2000
    assert_lots_hold_the_balance()


def test_t06_who_waits_for_an_order_reverses_by_the_rules_the_other_credited_by(
    shop: Shop, saleor, bring, facts
):
    key = saleor.paper.place(1, line(50, kind="GIFT_CARD"), status="UNCONFIRMED")
    bring(facts(key))()
    assert SettledOrder.objects.get().revision == 0
    saleor.paper.orders[key]["lines"] = [line(50, name="l2")]
    paid = facts(key)
    saleor.paper.charge(key, 10.0)
    refunded = facts(key)

    def credit_by_new_rules() -> None:
        program = Program.objects.get()
        program.current = new_version(program, rate="1")
        program.save()
        bring(paid)()

    one_after_the_other(credit_by_new_rules, bring(refunded))

    assert Member.objects.get().balance == 10


def test_a_worker_that_waits_for_an_orders_first_settlement_settles_after_it(shop, saleor, facts):
    key = saleor.paper.place(1, line(100))
    inbox.mark(shop=shop, order_ids=[key])
    lease = inbox.lease(shop=shop, limit=1)
    before = facts(key)
    saleor.paper.charge(key, 40.0)
    after = facts(key)

    def fill() -> None:
        settlement.bring_to_entitlement(shop, before)
        inbox.mark(shop=shop, order_ids=[key])

    one_after_the_other(fill, lambda: settlement.settle(shop, lease, {key: after[0]}, [key]))

    assert Member.objects.get().balance == 400
    assert inbox.lease(shop=shop, limit=1).marks == {key: 2}


def test_a_change_whose_mark_a_worker_waits_for_stays_due(shop):
    inbox.mark(shop=shop, order_ids=["a", "b"])
    lease = inbox.lease(shop=shop, limit=2)

    def finish() -> None:
        with transaction.atomic():
            inbox.finish(lease, inbox.held(lease), writing := Writing())
            writing.write()

    one_after_the_other(lambda: inbox.mark(shop=shop, order_ids=["a"]), finish)

    assert inbox.lease(shop=shop, limit=2).marks == {"a": 2}
    assert Change.objects.count() == 1


def test_a_door_waits_for_no_settlement(shop, saleor, facts):
    """Only for its last statement: the change is locked by that, and not while points are found."""
    key = saleor.paper.place(1, line(100))
    inbox.mark(shop=shop, order_ids=[key])
    lease = inbox.lease(shop=shop, limit=1)

    with ThreadPoolExecutor() as threads, transaction.atomic():
        read_context(shop, facts(key), lease)
        mark = partial(inbox.mark, shop=shop, order_ids=[key])
        threads.submit(_with_own_connection, mark).result(PATIENCE)

    assert Change.objects.get().marks == 2


@pytest.mark.parametrize("settled_before", [True, False])
def test_a_worker_and_a_backfill_at_one_order_both_come_to_an_end(
    shop, saleor, facts, bring, monkeypatch, settled_before
):
    key = saleor.paper.place(1, line(100))
    if settled_before:
        bring(facts(key))()
    saleor.paper.charge(key, 40.0)
    inbox.mark(shop=shop, order_ids=[key])
    lease = inbox.lease(shop=shop, limit=1)
    orders = {key: facts(key)[0]}
    workers = []

    def have_a_worker_wait_and_mark(**what: Any) -> None:
        if not workers:
            settle = partial(settlement.settle, shop, lease, orders, [key])
            workers.append(threads.submit(_with_own_connection, settle))
            wait_until_somebody_waits_for_a_lock()
        mark(**what)

    mark = inbox.mark
    monkeypatch.setattr(inbox, "mark", have_a_worker_wait_and_mark)
    with ThreadPoolExecutor() as threads:
        pages = backfill.backfill(
            shop, Saleor(saleor.paper), since=LONG_AGO, dry_run=False, pause=0
        )
        assert [page.unread for page in pages] == [{}]
        workers[0].result()

    assert Member.objects.get().balance == 400


def test_what_another_transaction_claims_just_now_is_passed_over(shop):
    for subject in ("a", "b", "c"):
        inbox.mark(shop=shop, order_ids=[subject])

    with ThreadPoolExecutor() as threads, transaction.atomic():
        first = inbox.lease(shop=shop, limit=2)
        second = threads.submit(_with_own_connection, lambda: inbox.lease(shop=shop, limit=3))

        assert first.marks.keys() == {"a", "b"}
        assert second.result(PATIENCE).marks.keys() == {"c"}


def test_what_is_noted_of_a_member_waits_for_no_change_of_their_customer(shop, anna):
    """A message, say: it refers to the member, and changes nothing of them."""

    def note() -> None:
        now = timezone.now()
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '5s'")
        Message.objects.create(shop=shop, member=anna, kind="GIFT_EMAIL", cause="a", created_at=now)

    with ThreadPoolExecutor() as threads, transaction.atomic():
        enrolment.follow(shop=shop, customers={anna.customer_id: Customer.from_json(ANNA)})
        threads.submit(_with_own_connection, note).result(PATIENCE)

    assert Message.objects.filter(cause="a").exists()
