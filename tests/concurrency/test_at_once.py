"""Several processes do the same at the same moment."""

import pytest
from django.db.models import Sum

from saleor_loyalty.members import enrolment
from saleor_loyalty.models import Coupon, Entry, Member
from saleor_loyalty.orders import inbox, settlement
from saleor_loyalty.saleor_api.client import Saleor
from saleor_loyalty.saleor_api.facts import Customer
from tests.concurrency.processes import deliver_and_settle, give, settle_past_the_inbox
from tests.paper_saleor import ANNA, line


@pytest.fixture
def anna(shop) -> Member:
    enrolment.enroll_all(shop=shop, customers=[Customer.from_json(ANNA)])
    return Member.objects.get()


def balance() -> int:
    member = Member.objects.get()
    assert member.balance == (Entry.objects.aggregate(total=Sum("points"))["total"] or 0)
    return member.balance


def test_t01_an_event_delivered_ten_times_at_once_is_credited_once(shop, saleor, at_once):
    key = saleor.paper.place(1, line(512))

    assert at_once(10, deliver_and_settle, key) == [0] * 10

    while settlement.settle_due(shop, Saleor(saleor.paper)):
        pass  # what was marked while the first of them was at work
    assert balance() == 120
    assert Coupon.objects.count() == 1


def test_t01_an_order_settled_ten_times_at_once_past_the_inbox_is_credited_once(
    shop, saleor, at_once
):
    key = saleor.paper.place(1, line(512))

    passed = at_once(10, settle_past_the_inbox, key)

    assert passed.count(1) >= 1
    assert -1 not in passed
    assert balance() == 120
    assert Coupon.objects.count() == 1


def test_t01_an_order_refunded_and_settled_ten_times_at_once_is_taken_back_once(
    shop, saleor, at_once
):
    key = saleor.paper.place(1, line(512))
    inbox.mark(shop=shop, order_ids=[key])
    settlement.settle_due(shop, Saleor(saleor.paper))
    saleor.paper.charge(key, 256.0)

    assert at_once(10, settle_past_the_inbox, key) == [1] * 10

    assert balance() == 2560
    assert Coupon.objects.get().status == "WITHDRAWN"


def test_t11_of_200_simultaneous_spends_of_one_balance_one_wins(anna, at_once):
    given = {"customer_id": anna.customer_id, "points": 4000}
    at_once(1, give, 1, given)

    won = at_once(8, give, 25, given | {"points": -4000})

    assert sum(won) == 1
    assert balance() == 0


def test_t12_no_gift_is_lost_when_eight_give_at_once(anna, at_once):
    given = at_once(8, give, 10, {"customer_id": anna.customer_id, "points": 7})

    assert sum(given) == 80
    assert balance() == 80 * 7


def test_t30_a_gift_with_one_key_given_by_eight_at_once_is_given_once(anna, at_once):
    terms = {"customer_id": anna.customer_id, "points": 7, "idempotency_key": "birthday"}

    assert at_once(8, give, 5, terms) == [5] * 8

    assert balance() == 7
