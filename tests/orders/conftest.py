"""Customers who change and what becomes of their members; a clock, and whom a mark wakes."""

from datetime import datetime

import pytest
from django.utils import timezone

from saleor_loyalty.models import Member
from saleor_loyalty.orders import customers, inbox, settlement
from saleor_loyalty.saleor_api.client import Saleor


@pytest.fixture
def hear(shop, paper):
    """Marks customers as changed and does all that is due."""

    def hear(*people: dict) -> None:
        inbox.mark(shop=shop, customer_ids=[person["id"] for person in people])
        work(shop, paper)

    return hear


@pytest.fixture
def now(monkeypatch) -> datetime:
    """The clock stands still."""
    now = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: now)
    return now


@pytest.fixture
def woken(monkeypatch) -> list[str]:
    """The tasks that were asked for."""
    tasks: list[str] = []
    monkeypatch.setattr(inbox, "wake", tasks.append)
    return tasks


def work(shop, paper) -> None:
    saleor = Saleor(paper)
    while customers.follow_due(shop, saleor) or settlement.settle_due(shop, saleor):
        pass


def member_of(person: dict) -> Member:
    return Member.objects.get(customer_id=person["id"])
