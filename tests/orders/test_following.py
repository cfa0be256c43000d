"""How changed customers are followed: what is asked of Saleor, and what becomes of trouble."""

import uuid
from datetime import timedelta

import pytest
from django.db.models import F

from saleor_loyalty.members import followed
from saleor_loyalty.models import (
    Change,
    FollowedCustomer,
    Member,
    Shop,
)
from saleor_loyalty.orders import customers, inbox
from saleor_loyalty.saleor_api.client import Saleor
from saleor_loyalty.saleor_api.transport import SaleorForbade, SaleorUnavailable
from tests.accounts import balances
from tests.orders.conftest import member_of
from tests.paper_saleor import ANNA, BEN, line


def test_t38_while_the_programme_is_off_changed_customers_wait(shop, program):
    program.is_active = False
    program.save()
    inbox.mark(shop=shop, customer_ids=[ANNA["id"]])

    assert inbox.shops_with_work() == []
    assert Change.objects.count() == 1


def test_all_orders_of_a_customer_are_looked_at_page_by_page(paper, hear):
    paper.page = 2
    for number in range(5):
        paper.place(number, line(100))
    hear(ANNA)

    assert balances() == {ANNA["id"]: 5000 - 5000}
    assert paper.calls.count("orders_of_customers") == 3


def test_orders_that_have_their_points_are_not_asked_for_again(paper, settle, hear):
    settle(paper.place(1, line(100)))
    paper.calls.clear()
    hear(ANNA)

    assert paper.calls == ["customers", "orders_of_customers"]


def test_t32_customers_wait_while_saleor_is_down(paper, settle, hear):
    settle(paper.place(1, line(100)))
    paper.forget(ANNA)
    paper.down = True
    hear(ANNA)
    assert member_of(ANNA).status == "ACTIVE"
    assert Change.objects.count() == 1

    paper.down = False
    hear(ANNA)
    assert member_of(ANNA).status == "CLOSED"
    assert Change.objects.count() == 0


def test_a_refusal_is_not_taken_for_a_deletion(paper, anna, hear):
    paper.refuses = "customers"
    hear(ANNA)

    anna.refresh_from_db()
    assert anna.status == "ACTIVE"
    assert Change.objects.get().attempts > 0


def test_one_bad_customer_id_holds_up_no_other(paper, anna, hear):
    paper.forget(ANNA)
    hear(ANNA, {"id": "nonsense"})

    anna.refresh_from_db()
    assert anna.status == "CLOSED"
    assert Change.objects.get().subject_id == "nonsense"


def test_a_customer_changed_while_being_followed_is_looked_at_again(paper, anna, shop, hear):
    paper.after["customers"] = lambda: inbox.mark(shop=shop, customer_ids=[ANNA["id"]])
    hear(ANNA)

    assert paper.calls.count("customers") == 2
    assert Change.objects.count() == 0


def test_a_worker_that_lost_its_lease_writes_nothing_old(paper, anna, shop):
    def taken_over() -> None:
        Change.objects.update(due_at=anna.joined_at)
        paper.know({**ANNA, "firstName": "Ann"})
        customers.follow_due(shop, Saleor(paper))

    paper.after["customers"] = taken_over
    inbox.mark(shop=shop, customer_ids=[ANNA["id"]])
    customers.follow_due(shop, Saleor(paper))

    anna.refresh_from_db()
    assert anna.first_name == "Ann"


def test_following_many_customers_takes_no_statement_per_customer(
    paper, settle, shop, django_assert_max_num_queries
):
    people = [{**ANNA, "id": f"VXNlcj{number:03}"} for number in range(60)]
    for person in people:
        paper.know(person)
        paper.place(int(person["id"][-3:]), line(10), user=person)
    settle(*paper.orders)
    paper.know({**people[0], "firstName": "Ann"})
    inbox.mark(shop=shop, customer_ids=[person["id"] for person in people])
    with django_assert_max_num_queries(15):
        customers.follow_due(shop, Saleor(paper))

    assert Member.objects.filter(first_name="Ann").count() == 1


def test_a_customer_with_more_orders_than_a_lease_lasts_is_followed(paper, shop):
    """A minute and a half goes by with every page."""
    paper.page = 1
    for number in range(3):
        paper.place(number, line(10))
    inbox.mark(shop=shop, customer_ids=[ANNA["id"]])
    waiting = Change.objects.filter(subject="CUSTOMER")
    taken = []

    def page_took_long() -> None:
        waiting.update(due_at=F("due_at") - timedelta(seconds=90))
        taken.append(inbox.lease(shop=shop, subject="CUSTOMER", limit=1))
        if paper.calls.count("orders_of_customers") < 3:
            paper.after["orders_of_customers"] = page_took_long

    paper.after["orders_of_customers"] = page_took_long
    customers.follow_due(shop, Saleor(paper))

    assert taken == [None, None, None]
    assert not waiting.exists()


def test_who_lost_their_lease_asks_for_no_further_page(paper, shop):
    paper.page = 1
    for number in range(3):
        paper.place(number, line(10))
    inbox.mark(shop=shop, customer_ids=[ANNA["id"]])
    paper.after["orders_of_customers"] = lambda: Change.objects.update(lease=uuid.uuid4())
    customers.follow_due(shop, Saleor(paper))

    assert paper.calls.count("orders_of_customers") == 1


def test_who_only_logs_in_has_their_orders_walked_no_more(paper, hear):
    paper.place(1, line(100), events=[], chargeStatus="NONE", totalCharged={"amount": 0})
    hear(ANNA)
    long_ago()
    hear(ANNA)  # what became theirs just after the confirmation
    paper.calls.clear()

    hear(ANNA)

    assert paper.calls == ["customers"]


@pytest.mark.parametrize("news", [{"email": "new@example.com"}, {"isConfirmed": False}])
def test_a_new_email_or_confirmation_has_the_orders_walked_anew(paper, hear, news):
    hear(ANNA)
    long_ago()
    hear(ANNA)
    guests = paper.place(1, line(100), user=None)
    paper.know({**ANNA, **news})
    hear(ANNA)
    paper.know(ANNA)
    paper.orders[guests]["user"] = ANNA
    hear(ANNA)

    assert balances() == {ANNA["id"]: 1000}


def test_orders_that_become_theirs_just_after_the_confirmation_was_seen_are_found(paper, hear):
    guests = paper.place(1, line(100), user=None)
    hear(ANNA)
    paper.orders[guests]["user"] = ANNA
    hear(ANNA)

    assert balances() == {ANNA["id"]: 1000}


def long_ago() -> None:
    FollowedCustomer.objects.update(since=F("since") - customers.MATCHED_WITHIN)


# ---------------------------------------------------------------- together, and in trouble


def test_customers_are_asked_for_together(paper, shop):
    inbox.mark(shop=shop, customer_ids=[ANNA["id"], BEN["id"]])

    assert customers.follow_due(shop, Saleor(paper)) == 2

    assert paper.calls == ["customers", "orders_of_customers"]
    assert customers.follow_due(shop, Saleor(paper)) == 0


def test_t32_a_shop_that_is_silent_when_asked_for_customers_rests(paper, shop):
    """And what waits for it has lost no try."""
    paper.down = True
    inbox.mark(shop=shop, customer_ids=[ANNA["id"]])

    assert customers.follow_due(shop, Saleor(paper)) == 0

    assert Shop.objects.get().silent_since is not None
    assert Change.objects.get().attempts == 0


def test_without_the_permission_customers_wait_and_are_not_asked_for_one_by_one(
    paper, shop, monkeypatch
):
    asked = []

    def forbid(_saleor, ids):
        asked.append(ids)
        raise SaleorForbade("MANAGE_USERS")

    monkeypatch.setattr(Saleor, "customers", forbid)
    inbox.mark(shop=shop, customer_ids=[ANNA["id"], BEN["id"]])

    assert customers.follow_due(shop, Saleor(paper)) == 0

    assert asked == [[ANNA["id"], BEN["id"]]]
    assert [change.lease for change in Change.objects.all()] == [None, None]
    assert customers.follow_due(shop, Saleor(paper)) == 0  # not due before a later try
    assert len(asked) == 1


def test_a_bad_customer_is_put_off_and_the_others_of_its_lease_are_followed_now(paper, shop):
    """Though the bad one comes first; and there may be more to do for the shop."""
    inbox.mark(shop=shop, customer_ids=[ANNA["id"], "A bad one", BEN["id"]])

    assert customers.follow_due(shop, Saleor(paper)) == 3

    waits = Change.objects.get()
    assert (waits.subject_id, waits.lease, waits.attempts) == ("A bad one", None, 1)
    assert FollowedCustomer.objects.count() == 2


def test_who_loses_the_lease_while_it_follows_leaves_members_as_they_were(
    paper, anna, shop, monkeypatch
):
    """All that follows from a look is written with the change that is taken off, or nothing is."""
    note = followed.note

    def and_another_takes_over(*args, **options):
        note(*args, **options)
        Change.objects.update(lease=uuid.uuid4())

    monkeypatch.setattr(followed, "note", and_another_takes_over)
    paper.know({**ANNA, "firstName": "Ann"})
    inbox.mark(shop=shop, customer_ids=[ANNA["id"]])
    customers.follow_due(shop, Saleor(paper))

    anna.refresh_from_db()
    assert anna.first_name == "Anna"
    assert not FollowedCustomer.objects.exists()


def test_what_another_has_taken_over_meanwhile_is_not_followed(paper, shop):
    """Of two customers in one lease, the one that is still held is."""
    paper.after["orders_of_customers"] = lambda: Change.objects.filter(subject_id=BEN["id"]).update(
        lease=uuid.uuid4()
    )
    inbox.mark(shop=shop, customer_ids=[ANNA["id"], BEN["id"]])
    customers.follow_due(shop, Saleor(paper))

    assert FollowedCustomer.objects.get().customer_id == ANNA["id"]
    assert Change.objects.get(subject="CUSTOMER").subject_id == BEN["id"]


def test_a_shop_that_falls_silent_over_one_customer_is_not_asked_for_the_next(
    paper, shop, monkeypatch
):
    asked = []

    def stumble_and_fall(_saleor, ids):
        asked.append(ids)
        raise ValueError("odd") if len(ids) > 1 else SaleorUnavailable("down")

    monkeypatch.setattr(Saleor, "customers", stumble_and_fall)
    inbox.mark(shop=shop, customer_ids=[ANNA["id"], BEN["id"]])

    assert customers.follow_due(shop, Saleor(paper)) == 0

    assert asked == [[ANNA["id"], BEN["id"]], [ANNA["id"]]]
    assert [change.lease for change in Change.objects.all()] == [None, None]
