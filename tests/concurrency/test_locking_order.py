"""Rows that several transactions lock are locked in one order, so none waits for another in a ring.

A retry would hide it: what would have been a deadlock ends well, a second later. So here it is seen
what a transaction holds that waits for its first row: none of the later ones. The first row lies
behind the others in its table, where whoever locks as it reads comes to it last.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from saleor_loyalty.database.statements import Writing
from saleor_loyalty.ledger.book import open_book
from saleor_loyalty.ledger.postings import Posting
from saleor_loyalty.members import enrolment, followed
from saleor_loyalty.models import (
    Change,
    Coupon,
    EntryKind,
    FollowedCustomer,
    Member,
    Program,
    ProgramVersion,
    SettledOrder,
    Shop,
    Subject,
)
from saleor_loyalty.orders import customers, inbox
from saleor_loyalty.orders.context import read_context
from saleor_loyalty.program import ends
from saleor_loyalty.rewards.coupon_book import CouponBook
from saleor_loyalty.saleor_api.client import Saleor
from saleor_loyalty.saleor_api.facts import Customer
from saleor_loyalty.saleor_api.transport import SaleorUnavailable
from tests.accounts import account_of
from tests.locks import PATIENCE, wait_until_somebody_waits_for_a_lock
from tests.paper_saleor import ANNA, PaperSaleor, global_id, line
from tests.shops import LONG_AGO, new_program, new_shop

NAMES = ("a", "b", "c")


def customer(name: str) -> Customer:
    return Customer(name, f"{name}@example.com", "", "en")


@pytest.fixture
def people(shop: Shop) -> list[Member]:
    enrolment.enroll_all(shop=shop, customers=map(customer, NAMES))
    return list(Member.objects.order_by("pk"))


@pytest.fixture
def version(shop: Shop) -> ProgramVersion:
    version = Program.objects.get().current
    assert version
    return version


def locked_while_waiting_for_the_first(
    rows: QuerySet[Any], work: Callable[[], object], *, order_by: str = "pk"
) -> list[Any]:
    """Those of the rows that `work` holds while it waits for the first of them."""
    keys = list(rows.order_by(order_by).values_list("pk", flat=True))
    first = rows.filter(pk=keys[0])
    first.update(id=keys[0])  # a new version of the row, which lies behind all others
    with ThreadPoolExecutor() as threads:
        with transaction.atomic():
            list(first.select_for_update())
            waiting = threads.submit(_with_own_connection, _reading_tables_whole, work)
            wait_until_somebody_waits_for_a_lock()
            free = {row.pk for row in rows.select_for_update(skip_locked=True)}
        waiting.result(PATIENCE)
    return [key for key in keys if key not in free]


def _with_own_connection(run: Callable[..., None], work: Callable[[], object]) -> None:
    try:
        run(work)
    finally:
        connection.close()


def _reading_tables_whole(work: Callable[[], object]) -> None:
    """As PostgreSQL may at any time: rows come as they lie, unless an order is asked for."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_indexscan = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
        work()


def test_members_are_locked_in_the_order_of_their_ids(people):
    ids = [member.pk for member in reversed(people)]

    held = locked_while_waiting_for_the_first(Member.objects.all(), lambda: enrolment.lock(ids))

    assert held == []


def test_members_are_locked_in_the_order_of_their_ids_beside_newcomers(shop, people):
    def enrol_and_lock() -> None:
        newcomer = enrolment.newcomer(shop=shop, customer=customer("d"), now=timezone.now())
        enrolment.lock([member.pk for member in reversed(people)], [newcomer])

    old = Member.objects.filter(pk__in=[member.pk for member in people])

    assert locked_while_waiting_for_the_first(old, enrol_and_lock) == []


def test_members_whose_customers_changed_are_locked_in_the_order_of_their_ids(shop, people):
    changed = {name: customer(name) for name in reversed(NAMES)}

    held = locked_while_waiting_for_the_first(
        Member.objects.all(), lambda: enrolment.follow(shop=shop, customers=changed)
    )

    assert held == []


def test_coupons_are_locked_in_the_order_of_their_ids(people, version):
    now = timezone.now()
    for member in people:
        posting = Posting(
            member_id=member.pk, kind=EntryKind.GIFT, points=5000, source="a", version=version
        )
        with (
            transaction.atomic(),
            open_book(
                [member.pk], version=version, now=now, consequences=[CouponBook(version)]
            ) as book,
        ):
            book.post(posting)

    def open_and_close() -> None:
        with open_book(
            [member.pk for member in people],
            version=version,
            now=now,
            consequences=[CouponBook(version)],
        ):
            pass

    assert locked_while_waiting_for_the_first(Coupon.objects.all(), open_and_close) == []


def test_settled_orders_are_locked_in_the_order_of_their_ids(shop, saleor, settled):
    orders = list(Saleor(saleor.paper).orders(settled)[0].values())

    held = locked_while_waiting_for_the_first(
        SettledOrder.objects.all(), lambda: read_context(shop, orders)
    )

    assert held == []


@pytest.fixture
def settled(shop, saleor, settle) -> Sequence[str]:
    keys = [saleor.paper.place(number, line(100)) for number in (1, 2, 3)]
    settle(*keys)
    return keys


@pytest.fixture
def paper(saleor):
    return saleor.paper


def test_changes_are_marked_in_the_order_of_their_ids(shop):
    inbox.mark(shop=shop, order_ids=NAMES)

    held = locked_while_waiting_for_the_first(
        Change.objects.all(),
        lambda: inbox.mark(shop=shop, order_ids=reversed(NAMES)),
        order_by="subject_id",
    )

    assert held == []


@pytest.fixture
def lease(shop: Shop) -> inbox.Lease:
    """Of changes that were marked in another order than that of their ids."""
    for name in reversed(NAMES):
        inbox.mark(shop=shop, order_ids=[name])
    lease = inbox.lease(shop=shop, limit=3)
    assert lease
    return lease


def test_changes_are_taken_off_in_the_order_of_their_ids(lease):
    changes = list(inbox.held(lease))

    def finish() -> None:
        inbox.finish(lease, changes, writing := Writing())
        writing.write()

    held = locked_while_waiting_for_the_first(Change.objects.all(), finish, order_by="subject_id")

    assert held == []


def test_changes_are_renewed_in_the_order_of_their_ids(lease):
    held = locked_while_waiting_for_the_first(
        Change.objects.all(), lambda: inbox.renew(lease), order_by="subject_id"
    )

    assert held == []


def test_changes_are_postponed_in_the_order_of_their_ids(lease):
    held = locked_while_waiting_for_the_first(
        Change.objects.all(),
        lambda: inbox.postpone(lease, NAMES, error=RuntimeError("down")),
        order_by="subject_id",
    )

    assert held == []


def test_changes_are_given_back_in_the_order_of_their_ids(shop, lease):
    held = locked_while_waiting_for_the_first(
        Change.objects.all(),
        lambda: inbox.rest(shop, lease, error=SaleorUnavailable("down")),
        order_by="subject_id",
    )

    assert held == []


@pytest.mark.parametrize("enrol", ["all", "lock"])
def test_customers_are_enrolled_in_the_order_of_their_ids(shop, enrol):
    """Whoever waits for the first to be enrolled has enrolled none of the others yet."""
    people = [customer(name) for name in reversed(NAMES)]
    now = timezone.now()

    def enrol_them() -> None:
        if enrol == "all":
            enrolment.enroll_all(shop=shop, customers=people)
        else:
            enrolment.lock([], [enrolment.newcomer(shop=shop, customer=c, now=now) for c in people])

    with ThreadPoolExecutor() as threads:
        with transaction.atomic():
            enrolment.enroll_all(shop=shop, customers=[customer("a")])
            waiting = threads.submit(_with_own_connection, _in_a_transaction, enrol_them)
            wait_until_somebody_waits_for_a_lock()
            enrolment.enroll_all(shop=shop, customers=[customer("c")])  # or a deadlock ends one
        waiting.result(PATIENCE)

    assert Member.objects.count() == 3


def _in_a_transaction(work: Callable[[], object]) -> None:
    with transaction.atomic():
        work()


@pytest.fixture
def followed_before(shop: Shop, paper: PaperSaleor) -> list[Customer]:
    """Customers who were active then and are not now, in the order of their ids."""
    people = [{**ANNA, "id": global_id("User", number), "isActive": False} for number in (1, 2, 3)]
    for person in people:
        paper.know(person)
    followed.note(shop, [Customer.from_json({**p, "isActive": True}) for p in people], now=LONG_AGO)
    return [Customer.from_json(person) for person in people]


def test_who_is_inactive_is_noted_in_the_order_of_customers(shop, followed_before):
    held = locked_while_waiting_for_the_first(
        FollowedCustomer.objects.all(),
        lambda: followed.note_inactive(shop, reversed(followed_before)),
        order_by="customer_id",
    )

    assert held == []


def test_whose_orders_were_looked_for_is_noted_in_the_order_of_customers(
    shop, paper, followed_before
):
    ids = [customer.id for customer in followed_before]
    inbox.mark(shop=shop, customer_ids=reversed(ids))
    lease = inbox.lease(shop=shop, subject=Subject.CUSTOMER, limit=3)

    held = locked_while_waiting_for_the_first(
        FollowedCustomer.objects.all(),
        lambda: customers.follow(shop, Saleor(paper), lease, list(reversed(ids))),
        order_by="customer_id",
    )

    assert held == []


def test_members_whose_points_end_elsewhere_are_held_in_the_order_of_their_ids(
    shop, people, version
):
    """And nobody whose points never end, who has none."""
    for member in people:
        _give(member, version)
    bystander = enrolment.enroll_all(shop=shop, customers=[customer("d")])["d"]
    held: set[int] = set()

    def move() -> None:
        ends.move(shop, shown_in="Europe/Paris", time_zone="Asia/Tokyo", now=timezone.now())
        free = _free_elsewhere()
        held.update({member.pk for member in people} - free)
        assert bystander in free

    old = Member.objects.filter(pk__in=[member.pk for member in people])

    assert locked_while_waiting_for_the_first(old, move) == []
    assert held == {member.pk for member in people}


def test_who_has_no_points_but_a_period_that_runs_is_held_while_ends_move(shop, people):
    soon = timezone.now() + timedelta(days=1)
    account_of(people[1], expires_at=soon)

    with transaction.atomic():
        ends.move(shop, shown_in="Europe/Paris", time_zone="Asia/Tokyo", now=timezone.now())
        free = _free_elsewhere()

    assert free == {people[0].pk, people[2].pk}


def test_another_shops_members_are_not_held_while_ends_move(shop, people, version):
    _give(people[0], version)
    other = new_shop("https://other.example.com/graphql/")
    new_program(other)

    with transaction.atomic():
        ends.move(other, shown_in="Europe/Paris", time_zone="Asia/Tokyo", now=timezone.now())
        assert _free_elsewhere() == {member.pk for member in people}


def _give(member: Member, version: ProgramVersion) -> None:
    posting = Posting(
        member_id=member.pk, kind=EntryKind.GIFT, points=10, source="a", version=version
    )
    with (
        transaction.atomic(),
        open_book(
            [member.pk], version=version, now=timezone.now(), consequences=[CouponBook(version)]
        ) as book,
    ):
        book.post(posting)


def _free_elsewhere() -> set[int]:
    """The members that another transaction may lock now."""

    def look() -> set[int]:
        try:
            with transaction.atomic():
                members = Member.objects.select_for_update(skip_locked=True)
                return set(members.values_list("pk", flat=True))
        finally:
            connection.close()

    with ThreadPoolExecutor() as threads:
        return threads.submit(look).result(PATIENCE)
