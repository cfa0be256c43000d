"""A shop whose programme can have any expiry, members, and a clock that tests set."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone

from saleor_loyalty.ledger import expiry
from saleor_loyalty.ledger.book import open_book
from saleor_loyalty.ledger.postings import Posting
from saleor_loyalty.members import enrolment
from saleor_loyalty.models import (
    Entry,
    EntryKind,
    Member,
    Program,
    ProgramVersion,
    Shop,
)
from saleor_loyalty.program import programs
from saleor_loyalty.program.ruleset import Changes
from saleor_loyalty.rewards.coupon_book import CouponBook
from saleor_loyalty.saleor_api.facts import Customer
from tests.shops import new_program, new_shop

START = datetime(2027, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """`clock.now` is the time; it stands still until a test sets it."""
    clock = SimpleNamespace(now=START)
    monkeypatch.setattr(timezone, "now", lambda: clock.now)
    return clock


@pytest.fixture
def shop(clock: SimpleNamespace, db: None) -> Shop:
    return new_shop(installed_at=START)


@pytest.fixture
def set_up(shop: Shop) -> Callable[..., ProgramVersion]:
    """Start the shop's programme; 1,000,000 points make a coupon unless told otherwise."""

    def set_up(
        policy: str, days: int | None = None, time_zone: str = "UTC", threshold: int = 1_000_000
    ) -> ProgramVersion:
        program = new_program(
            shop,
            since=START,
            threshold=threshold,
            coupon_valid_days=None,
            expiry_policy=policy,
            expiry_days=days,
            time_zone=time_zone,
            created_at=START,
            rate="1",
            min_spent=None,
        )
        assert program.current
        return program.current

    return set_up


@pytest.fixture
def change(shop: Shop) -> Callable[..., ProgramVersion]:
    """Change the programme as the owner does."""

    def change(**changes: Any) -> ProgramVersion:
        version = programs.update(shop=shop, changes=Changes(**changes), actor="Olga").current
        assert version
        return version

    return change


@pytest.fixture
def enroll(shop: Shop) -> Callable[[str], Member]:
    def enroll(name: str) -> Member:
        customer = Customer(f"customer-{name}", f"{name}@example.com", "", "en")
        ids = enrolment.enroll_all(shop=shop, customers=[customer])
        return Member.objects.get(pk=ids[customer.id])

    return enroll


@pytest.fixture
def ada(enroll: Callable[[str], Member]) -> Member:
    return enroll("ada")


@pytest.fixture
def post(shop: Shop, clock: SimpleNamespace) -> Callable[..., Entry]:
    """Post points by the current rules, now."""
    numbers = count(1)

    def post(
        member: Member, points: int, kind: EntryKind = EntryKind.ORDER, *, renews: bool = False
    ) -> Entry:
        version = Program.objects.select_related("current").get(shop=shop).current
        posting = Posting(
            member_id=member.pk,
            kind=kind,
            points=points,
            source=f"{next(numbers)}",
            version=version,
            renews=renews,
        )
        with open_book(
            [posting.member_id], version=version, now=clock.now, consequences=[CouponBook(version)]
        ) as book:
            return book.post(posting)

    return post


@pytest.fixture
def order(post: Callable[..., Entry]) -> Callable[[Member, int], Entry]:
    """A newly paid order's points."""
    return lambda member, points: post(member, points, renews=True)


@pytest.fixture
def gift(post: Callable[..., Entry]) -> Callable[[Member, int], Entry]:
    return lambda member, points: post(member, points, EntryKind.GIFT)


@pytest.fixture
def refund(post: Callable[..., Entry]) -> Callable[[Member, int], Entry]:
    return lambda member, points: post(member, -points, EntryKind.REVERSAL)


@pytest.fixture
def sweep(shop: Shop, clock: SimpleNamespace) -> Callable[..., int]:
    """Sweep now, or at the given moment, which becomes now."""

    def sweep(at: datetime | None = None, **options: Any) -> int:
        clock.now = at or clock.now
        return expiry.sweep(shop, now=clock.now, **options)

    return sweep


@pytest.fixture
def last_moment(sweep: Callable[..., int]) -> Callable[[Member, datetime], tuple[int, int]]:
    """A member's balance after a sweep just before a moment, and after one at that moment."""

    def last_moment(member: Member, end: datetime) -> tuple[int, int]:
        balances = []
        for at in (end - timedelta(microseconds=1), end):
            sweep(at)
            balances.append(balance(member))
        return balances[0], balances[1]

    return last_moment


def balance(member: Member) -> int:
    return Member.objects.get(pk=member.pk).balance


def expired(member: Member) -> list[int]:
    """The points of a member that ended, in the order they did."""
    entries = Entry.objects.filter(account__member=member, kind=EntryKind.EXPIRY).order_by("pk")
    return [-entry.points for entry in entries]
