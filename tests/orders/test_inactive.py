"""Customers whom the shop's staff set inactive: nothing new until they are active again."""

from datetime import timedelta

import pytest
from django.utils import timezone

from saleor_loyalty import proof
from saleor_loyalty.activities import staff_points
from saleor_loyalty.models import FollowedCustomer, Member
from saleor_loyalty.orders import reconciliation
from saleor_loyalty.problems import Refused
from saleor_loyalty.saleor_api.client import Saleor
from tests.accounts import balances
from tests.orders.conftest import member_of, work
from tests.paper_saleor import ANNA, line

INACTIVE = {**ANNA, "isActive": False}


@pytest.fixture
def walk(shop, paper):
    """The walk, and all that it finds to do."""

    def walk() -> None:
        reconciliation.reconcile(shop, Saleor(paper), pause=0)
        work(shop, paper)

    return walk


def test_who_is_inactive_earns_nothing_until_active_again(paper, settle, hear):
    settle(paper.place(1, line(100)))
    paper.know(INACTIVE)
    hear(ANNA)
    settle(paper.place(2, line(50), user=INACTIVE))
    assert balances() == {ANNA["id"]: 1000}

    paper.know(ANNA)
    hear(ANNA)
    assert balances() == {ANNA["id"]: 1500}
    assert member_of(ANNA).customer_is_active


def test_who_is_inactive_with_their_first_order_is_a_member_once_active(paper, settle, hear):
    paper.know(INACTIVE)
    settle(paper.place(1, line(100), user=INACTIVE))
    assert balances() == {}

    paper.know(ANNA)
    hear(ANNA)
    assert balances() == {ANNA["id"]: 1000}


def test_what_an_order_gains_while_its_customer_is_inactive_waits(paper, settle, hear):
    key = paper.place(1, line(100), totalCharged={"amount": 60.0})
    settle(key)
    paper.know(INACTIVE)
    hear(ANNA)
    paper.charge(key, 100.0)
    settle(key)
    assert balances() == {ANNA["id"]: 600}

    paper.know(ANNA)
    hear(ANNA)
    assert balances() == {ANNA["id"]: 1000}


def test_what_is_taken_back_is_taken_back_from_the_inactive_too(paper, settle, hear):
    key = paper.place(1, line(100))
    settle(key)
    paper.know(INACTIVE)
    hear(ANNA)

    paper.charge(key, 40.0)
    settle(key)

    assert balances() == {ANNA["id"]: 400}


def test_an_order_tells_that_its_customer_is_inactive_when_no_event_did(paper, settle):
    settle(paper.place(1, line(100)))
    paper.know(INACTIVE)

    settle(paper.place(2, line(50), user=INACTIVE))

    assert not member_of(ANNA).customer_is_active
    assert not FollowedCustomer.objects.get().is_active


def test_the_walk_sees_who_was_set_inactive_and_active_again_though_nobody_tells(
    paper, settle, walk
):
    settle(paper.place(1, line(100)))
    paper.know(INACTIVE)
    walk()
    assert not member_of(ANNA).customer_is_active

    settle(paper.place(2, line(50), user=INACTIVE))
    paper.know(ANNA)
    walk()
    assert member_of(ANNA).customer_is_active
    assert balances() == {ANNA["id"]: 1500}


def test_the_walk_sees_that_someone_who_is_no_member_yet_is_active_again(paper, settle, walk):
    paper.know(INACTIVE)
    settle(paper.place(1, line(100), user=INACTIVE))
    walk()
    assert balances() == {}

    paper.know(ANNA)
    walk()
    assert balances() == {ANNA["id"]: 1000}


def test_orders_that_wait_for_an_inactive_customer_are_not_asked_for_again_and_again(
    paper, settle, shop
):
    paper.know(INACTIVE)
    settle(paper.place(1, line(100), user=INACTIVE))
    work(shop, paper)
    paper.calls.clear()

    work(shop, paper)

    assert paper.calls == []


def test_the_inactive_are_given_no_points_but_may_be_corrected_downwards(anna, shop, settle, paper):
    settle(paper.place(1, line(100)))
    Member.objects.update(customer_is_active=False)
    action = {"shop": shop, "customer_id": ANNA["id"], "reason": "Sorry", "actor": "Sam"}

    with pytest.raises(Refused, match="inactive in the shop and takes no points"):
        staff_points.give(**action, points=10)
    with pytest.raises(Refused, match="inactive in the shop and takes no points"):
        staff_points.adjust(**action, points=10)
    staff_points.adjust(**action, points=-10)

    assert balances() == {ANNA["id"]: 990}


def test_an_order_that_moves_to_someone_inactive_moves_when_they_are_active(paper, settle, hear):
    other = {**ANNA, "id": "VXNlcjo3", "email": "other@example.com", "isActive": False}
    key = paper.place(1, line(100))
    settle(key)
    paper.know(other)
    paper.orders[key]["user"] = other
    settle(key)
    assert balances() == {ANNA["id"]: 1000}

    paper.know({**other, "isActive": True})
    hear(other)
    assert balances() == {ANNA["id"]: 0, other["id"]: 1000}


def test_long_known_customers_orders_are_looked_for_once_active_again(paper, settle, hear):
    """Later than the ten minutes in which a customer's orders are looked for anyway."""
    settle(paper.place(1, line(100)))
    hear(ANNA)
    FollowedCustomer.objects.update(since=timezone.now() - timedelta(hours=1))
    paper.know(INACTIVE)
    settle(paper.place(2, line(50), user=INACTIVE))

    paper.know(ANNA)
    hear(ANNA)

    assert balances() == {ANNA["id"]: 1500}
    assert list(proof.differences()) == []
