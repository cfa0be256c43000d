"""Customers who confirm, change, leave and come back: their members and points follow."""

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, transaction

from saleor_loyalty import proof
from saleor_loyalty.members import enrolment, followed
from saleor_loyalty.messages.explanations import explain
from saleor_loyalty.models import (
    Change,
    Coupon,
    Device,
    Member,
)
from saleor_loyalty.saleor_api.facts import Customer
from tests.accounts import balances, entries_of
from tests.orders.conftest import member_of
from tests.paper_saleor import ANNA, BEN, line

UNCONFIRMED = {**ANNA, "isConfirmed": False}
ANNA_AGAIN = {**ANNA, "id": "VXNlcjo3"}


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
    assert entries_of(member).count() == 1


def test_a_deleted_customers_devices_are_forgotten_and_no_others(paper, anna, shop, hear):
    enrolment.enroll_all(shop=shop, customers=[Customer.from_json(BEN)])
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

    assert balances() == {ANNA["id"]: 0, ANNA_AGAIN["id"]: 120}  # what is still there moves
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


def register_again(paper, hear, *keys: str, person: dict, former: dict) -> None:
    """Saleor gives the orders of a deleted account to who registers with its email."""
    paper.forget(former)
    hear(former)
    paper.know(person)
    for key in keys:
        paper.orders[key]["user"] = person
    hear(person)


def test_t24_of_several_orders_what_is_still_there_moves_and_no_more(paper, settle, hear):
    keys = [paper.place(number, line(300)) for number in (1, 2)]
    settle(*keys)  # 6,000: one coupon of 5,000, 1,000 left

    register_again(paper, hear, *keys, person=ANNA_AGAIN, former=ANNA)

    assert balances() == {ANNA["id"]: 0, ANNA_AGAIN["id"]: 1000}
    assert Coupon.objects.count() == 1
    assert list(proof.differences()) == []


def test_t24_a_refund_after_the_move_is_owed_by_who_has_the_order_now(paper, settle, hear):
    key = paper.place(1, line(512))
    settle(key)
    register_again(paper, hear, key, person=ANNA_AGAIN, former=ANNA)

    paper.charge(key, 0.0)
    settle(key)
    assert balances() == {ANNA["id"]: 0, ANNA_AGAIN["id"]: -5000}

    paper.charge(key, 512.0)
    settle(key)
    assert balances() == {ANNA["id"]: 0, ANNA_AGAIN["id"]: 120}
    assert list(proof.differences()) == []


def test_t24_an_order_that_moves_on_takes_along_only_what_came_with_it(paper, settle, hear):
    key = paper.place(1, line(512))
    settle(key)
    register_again(paper, hear, key, person=ANNA_AGAIN, former=ANNA)
    settle(paper.place(2, line(100), user=ANNA_AGAIN))
    paper.orders[key]["user"] = BEN
    settle(key)

    assert balances() == {ANNA["id"]: 0, ANNA_AGAIN["id"]: 1000, BEN["id"]: 120}
    assert list(proof.differences()) == []


def test_t24_a_debt_moves_along_with_its_order(paper, settle, hear):
    key = paper.place(1, line(512))
    settle(key)
    register_again(paper, hear, key, person=ANNA_AGAIN, former=ANNA)
    paper.charge(key, 0.0)
    settle(key)
    again = {**ANNA, "id": "VXNlcjo4"}
    register_again(paper, hear, key, person=again, former=ANNA_AGAIN)

    assert balances() == {ANNA["id"]: 0, ANNA_AGAIN["id"]: 0, again["id"]: -5000}
    assert list(proof.differences()) == []
    moved = entries_of(member_of(ANNA_AGAIN)).latest("pk")
    assert explain(moved, "en") == (
        "Order 1 now belongs to another customer: −5,000 points went with it"
    )


def test_what_went_along_with_an_order_is_explained(paper, settle, hear):
    key = paper.place(1, line(512))
    settle(key)
    register_again(paper, hear, key, person=ANNA_AGAIN, former=ANNA)

    moved = entries_of(member_of(ANNA)).select_related("version", "order").order_by("-pk")[0]

    assert explain(moved, "en") == (
        "Order 1 now belongs to another customer: 120 points went with it"
    )


def test_t24_the_database_refuses_a_second_member_for_a_customer(anna, shop):
    with pytest.raises(IntegrityError), transaction.atomic():
        Member.objects.create(shop=shop, customer_id=ANNA["id"], joined_at=anna.joined_at)


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
    enrolment.set_status(
        shop=shop, customer_id=ANNA["id"], status="CLOSED", actor="eva@example.com"
    )
    hear(ANNA)

    assert (member_of(ANNA).status, member_of(ANNA).status_by) == ("CLOSED", "eva@example.com")


def test_t23_a_shop_that_asks_for_no_confirmation_may_say_so(paper, settle, settings):
    settings.LOYALTY_TRUST_UNCONFIRMED_EMAILS = True
    settle(paper.place(1, line(100), user=UNCONFIRMED))

    assert Member.objects.get().balance == 1000


# ------------------------------------------------------------------ who waits


@pytest.fixture
def waiting(shop, program):
    return lambda: list(followed.have_orders_waiting(shop).values_list("customer_id", flat=True))


def test_t23_who_paid_before_they_confirmed_is_noted_until_they_do(paper, settle, hear, waiting):
    paper.know(UNCONFIRMED)
    order = paper.place(1, line(10), user=UNCONFIRMED)
    settle(order)
    settle(order)
    hear(ANNA)
    assert waiting() == [ANNA["id"]]
    assert balances() == {}

    paper.know(ANNA)
    hear(ANNA)

    assert waiting() == []


def test_who_was_credited_before_waits_for_nothing(paper, settle, waiting):
    order = paper.place(1, line(10))
    settle(order)
    paper.know(UNCONFIRMED)
    settle(order)

    assert waiting() == []


@pytest.mark.parametrize(
    ("user", "changes"),
    [
        (ANNA, {}),
        (None, {}),
        ({**ANNA, "isActive": False}, {}),
        (UNCONFIRMED, {"events": [], "chargeStatus": "PARTIAL"}),
    ],
    ids=["confirmed", "a guest", "inactive", "not paid"],
)
def test_nobody_else_is_said_to_wait_for_a_confirmation(paper, settle, waiting, user, changes):
    settle(paper.place(1, line(10), user=user, **changes))

    assert waiting() == []
