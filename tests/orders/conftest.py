"""Customers who change, and what becomes of their members."""

import pytest

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


def work(shop, paper) -> None:
    saleor = Saleor(paper)
    while customers.follow_due(shop, saleor) or settlement.settle_due(shop, saleor):
        pass


def member_of(person: dict) -> Member:
    return Member.objects.get(customer_id=person["id"])
