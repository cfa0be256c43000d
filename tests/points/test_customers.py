"""Customers who confirm, change, leave and come back: their members and points follow."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F

from saleor_loyalty import customers, inbox, members, settlement
from saleor_loyalty.models import (
    Change,
    Coupon,
    Device,
    Entry,
    FollowedCustomer,
    Member,
    MemberStatus,
    SettledOrder,
    Shop,
)
from saleor_loyalty.problems import Refused
from saleor_loyalty.saleor_api.client import Saleor
from saleor_loyalty.saleor_api.facts import Customer
from tests.points.paper_saleor import ANNA, BEN, line

UNCONFIRMED = {**ANNA, "isConfirmed": False}
ANNA_AGAIN = {**ANNA, "id": "VXNlcjo3"}


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


def balances() -> dict[str, int]:
    return dict(Member.objects.values_list("customer_id", "balance"))


def member_of(person: dict) -> Member:
    return Member.objects.get(customer_id=person["id"])


def test_t23_an_order_with_a_typed_in_email_earns_nothing_until_its_owner_confirms(
    paper, settle, hear
):
    paper.know(UNCONFIRMED)
    settle(paper.place(1, line(100), user=UNCONFIRMED))
    assert balances() == {}

    paper.know(ANNA)
    hear(ANNA)
    assert balances() == {ANNA["id"]: 1000}


def test_t23_a_guests_old_orders_count_once_the_customer_they_became_has_confirmed(
    paper, settle, hear
):
    keys = [paper.place(number, line(100), user=None) for number in range(3)]
    settle(*keys)
    for key in keys:  # as Saleor does on confirmation; it tells of the customer alone
        paper.orders[key]["user"] = ANNA
    hear(ANNA)

    assert balances() == {ANNA["id"]: 3000}


def test_t23_an_order_keeps_its_points_while_its_customer_is_to_confirm_anew(paper, settle, hear):
    key = paper.place(1, line(100))
    settle(key)
    paper.know(UNCONFIRMED)
    settle(key)
    hear(ANNA)

    assert balances() == {ANNA["id"]: 1000}


def test_t38_an_order_paid_while_the_programme_was_off_earns_nothing_on_confirmation(
    paper, settle, hear, program
):
    program.activations.update(started_at=datetime(2026, 3, 2, tzinfo=UTC))
    paper.place(1, line(100))
    hear(ANNA)

    assert balances() == {}


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


def test_a_changed_profile_reaches_the_member(paper, anna, hear):
    paper.know({**ANNA, "email": "anna@new.example.com", "firstName": "Ann", "languageCode": "FR"})
    hear(ANNA)

    anna.refresh_from_db()
    assert (anna.email, anna.first_name, anna.language_code) == (
        "anna@new.example.com",
        "Ann",
        "fr",
    )


def test_a_customer_who_is_no_member_does_not_become_one_by_a_changed_profile(paper, hear):
    hear(ANNA)

    assert Member.objects.count() == 0
    assert Change.objects.count() == 0


def test_a_deleted_customer_closes_the_member_and_keeps_the_points(paper, settle, hear):
    settle(paper.place(1, line(100)))
    paper.forget(ANNA)
    hear(ANNA)

    member = member_of(ANNA)
    assert (member.status, member.balance) == ("CLOSED", 1000)
    assert member.entries.count() == 1


def test_a_deleted_customers_devices_are_forgotten_and_no_others(paper, anna, shop, hear):
    members.enroll_all(shop=shop, customers=[Customer.from_json(BEN)])
    ben = member_of(BEN)
    for member in (anna, ben):
        Device.objects.create(
            shop=shop,
            member=member,
            token=f"token-{member.pk}",
            platform="WEB",
            registered_at=anna.joined_at,
        )
    paper.forget(ANNA)
    hear(ANNA, BEN)

    assert Device.objects.get().member == ben


def test_t35_a_deleted_customers_order_earns_no_more_and_gives_back_what_is_taken_back(
    paper, settle, hear
):
    key = paper.place(1, line(100), totalCharged={"amount": 60.0})
    settle(key)
    paper.forget(ANNA)
    hear(ANNA)
    paper.charge(key, 100.0)
    settle(key)
    assert balances() == {ANNA["id"]: 600}

    paper.charge(key, 40.0)
    settle(key)
    assert balances() == {ANNA["id"]: 400}


def test_t24_who_registers_again_is_another_member(paper, settle, hear):
    settle(paper.place(1, line(100)))
    paper.forget(ANNA)
    paper.know(ANNA_AGAIN)
    settle(paper.place(2, line(50), user=ANNA_AGAIN))
    hear(ANNA, ANNA_AGAIN)

    assert balances() == {ANNA["id"]: 1000, ANNA_AGAIN["id"]: 500}
    assert member_of(ANNA).status == "CLOSED"
    assert member_of(ANNA_AGAIN).status == "ACTIVE"


def test_t24_points_not_spent_go_along_with_the_orders_to_who_registers_again(paper, settle, hear):
    key = paper.place(1, line(100))
    settle(key)
    paper.forget(ANNA)
    hear(ANNA)
    paper.know(ANNA_AGAIN)
    paper.orders[key]["user"] = ANNA_AGAIN
    hear(ANNA_AGAIN)

    assert balances() == {ANNA["id"]: 0, ANNA_AGAIN["id"]: 1000}


def test_t24_registering_again_does_not_bring_spent_points_a_second_time(paper, settle, hear):
    key = paper.place(1, line(512))
    settle(key)
    paper.forget(ANNA)
    hear(ANNA)
    paper.know(ANNA_AGAIN)
    paper.orders[key]["user"] = ANNA_AGAIN
    hear(ANNA_AGAIN)
    settle(key)

    assert balances() == {ANNA["id"]: 120, ANNA_AGAIN["id"]: 0}
    assert Coupon.objects.count() == 1


def test_an_order_moves_away_from_an_active_member_who_has_spent_its_points(paper, settle):
    key = paper.place(1, line(512))
    settle(key)
    settle(paper.place(2, line(0), voucherCode=Coupon.objects.get().code))
    paper.orders[key]["user"] = BEN
    settle(key)

    assert balances() == {ANNA["id"]: -5000, BEN["id"]: 120}


def test_t24_an_order_charged_anew_is_its_new_owners_though_the_former_left_in_debt(
    paper, settle, hear
):
    key = paper.place(1, line(512))
    settle(key)
    settle(paper.place(2, line(0), voucherCode=Coupon.objects.get().code))
    paper.forget(ANNA)
    hear(ANNA)
    paper.charge(key, 0.0)
    settle(key)
    paper.know(ANNA_AGAIN)
    paper.orders[key]["user"] = ANNA_AGAIN
    paper.charge(key, 512.0)
    settle(key)

    assert balances() == {ANNA["id"]: -5000, ANNA_AGAIN["id"]: 120}


def test_t24_the_database_refuses_a_second_member_for_a_customer(anna, shop):
    with pytest.raises(IntegrityError), transaction.atomic():
        Member.objects.create(shop=shop, customer_id=ANNA["id"], joined_at=anna.joined_at)


def test_t32_customers_wait_while_saleor_is_down(paper, settle, hear):
    settle(paper.place(1, line(100)))
    paper.forget(ANNA)
    paper.down = True
    hear(ANNA)
    assert member_of(ANNA).status == "ACTIVE"
    assert Change.objects.get().attempts == 1

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


def test_whom_the_shop_has_again_it_opens_again(paper, settle, hear):
    """Absent once is no proof: a replica lags, staff without orders are no customers to Saleor."""
    settle(paper.place(1, line(100)))
    del paper.customers[ANNA["id"]]
    hear(ANNA)
    assert member_of(ANNA).status == "CLOSED"

    paper.know(ANNA)
    hear(ANNA)
    settle(paper.place(2, line(100)))

    assert member_of(ANNA).status == "ACTIVE"
    assert balances() == {ANNA["id"]: 2000}


def test_whom_staff_closed_the_shop_does_not_open(anna, shop, hear):
    members.set_status(shop=shop, customer_id=ANNA["id"], status="CLOSED", actor="eva@example.com")
    hear(ANNA)

    assert (member_of(ANNA).status, member_of(ANNA).status_by) == ("CLOSED", "eva@example.com")


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
        taken.append(inbox.claim(shop=shop, subject="CUSTOMER", limit=1))
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
    paper.after["orders_of_customers"] = lambda: Change.objects.update(claim=uuid.uuid4())
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


@pytest.mark.parametrize("status", MemberStatus.values)
def test_staff_set_a_members_status(anna, shop, status):
    member = members.set_status(
        shop=shop, customer_id=ANNA["id"], status=status, actor="staff@example.com"
    )

    assert member.status == status
    assert member_of(ANNA).status == status


def test_who_set_a_status_is_kept_until_the_next_does(paper, anna, shop, hear):
    members.set_status(shop=shop, customer_id=ANNA["id"], status="BLOCKED", actor="eva@example.com")
    assert member_of(ANNA).status_by == "eva@example.com"

    paper.forget(ANNA)
    hear(ANNA)
    assert member_of(ANNA).status == "BLOCKED"

    members.set_status(shop=shop, customer_id=ANNA["id"], status="ACTIVE", actor="eva@example.com")
    hear(ANNA)
    assert (member_of(ANNA).status, member_of(ANNA).status_by) == ("CLOSED", "")


@pytest.mark.parametrize(
    ("customer_id", "status", "field", "code"),
    [
        (BEN["id"], "BLOCKED", "customer_id", "NOT_FOUND"),
        (ANNA["id"], "ASLEEP", "status", "INVALID"),
    ],
)
def test_a_status_that_cannot_be_set_is_refused(anna, shop, customer_id, status, field, code):
    with pytest.raises(Refused) as refused:
        members.set_status(shop=shop, customer_id=customer_id, status=status, actor="staff")

    (problem,) = refused.value.problems
    assert (problem.field, problem.code) == (field, code)


@pytest.mark.parametrize("status", ["ACTIVE", "BLOCKED"])
def test_staff_do_not_open_a_member_whose_customer_is_gone(paper, anna, shop, hear, status):
    paper.forget(ANNA)
    hear(ANNA)

    with pytest.raises(Refused, match="stays closed"):
        members.set_status(shop=shop, customer_id=ANNA["id"], status=status, actor="staff")

    assert (member_of(ANNA).status, member_of(ANNA).status_by) == ("CLOSED", "")


def test_another_shops_member_is_not_found(anna):
    other = Shop.objects.create(
        api_url="https://other.example.com/graphql/", installed_at=anna.joined_at
    )
    with pytest.raises(Refused):
        members.set_status(shop=other, customer_id=ANNA["id"], status="BLOCKED", actor="staff")


def test_t35_a_member_who_is_active_again_earns_from_then_on(paper, settle, anna, shop):
    members.set_status(shop=shop, customer_id=ANNA["id"], status="BLOCKED", actor="staff")
    settle(paper.place(1, line(100)))
    members.set_status(shop=shop, customer_id=ANNA["id"], status="ACTIVE", actor="staff")
    settle(paper.place(2, line(50)))

    assert balances() == {ANNA["id"]: 500}
    assert SettledOrder.objects.get(number="1").waived
    assert Entry.objects.count() == 1


def test_t23_a_shop_that_asks_for_no_confirmation_may_say_so(paper, settle, settings):
    settings.LOYALTY_TRUST_UNCONFIRMED_EMAILS = True
    settle(paper.place(1, line(100), user=UNCONFIRMED))

    assert Member.objects.get().balance == 1000
