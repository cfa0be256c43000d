"""What members are told of, and when not: gifts once, a welcome to those who come now."""

import pytest
from django.utils import timezone

from saleor_loyalty.activities import staff_points
from saleor_loyalty.members import enrolment
from saleor_loyalty.models import Activation, Member, Message, MessageKind, Program
from saleor_loyalty.orders import due, settlement
from saleor_loyalty.saleor_api.facts import Customer, Order
from tests.messages.conftest import NOW
from tests.paper_saleor import PaperSaleor, line

pytestmark = pytest.mark.django_db

GIFT = {"points": 250, "reason": "Happy birthday", "actor": "Sam"}


def customer(number: int = 1, *, is_confirmed: bool = True) -> Customer:
    return Customer(f"customer-{number}", f"{number}@mail.example", "Ada", "en", is_confirmed)


def kinds() -> list[str]:
    return sorted(Message.objects.values_list("kind", flat=True))


@pytest.fixture(autouse=True)
def _programme(shop, version):
    Activation.objects.create(program=shop.program, started_at=timezone.now())


@pytest.fixture
def ada(make_member) -> Member:
    return make_member(customer_id="customer-1")


@pytest.fixture
def push(settings) -> None:
    """Firebase is configured; nothing is sent here."""
    settings.LOYALTY_FCM_SERVICE_ACCOUNT_FILE = "key.json"


def test_a_gift_is_told_of_by_email_and_push_with_its_entry(shop, ada, make_device, push):
    make_device(ada, "token")

    entry = staff_points.give(shop=shop, customer_id=ada.customer_id, **GIFT)

    assert kinds() == [MessageKind.GIFT_EMAIL, MessageKind.GIFT_PUSH]
    for message in Message.objects.all():
        assert (message.entry, message.cause, message.member) == (entry, entry.source, ada)
        assert message.due_at is not None


def test_t30_a_gift_given_again_under_its_key_is_told_of_once(shop, ada):
    for _ in range(2):
        staff_points.give(
            shop=shop, customer_id=ada.customer_id, idempotency_key="birthday", **GIFT
        )

    assert Message.objects.count() == 1


def test_nobody_is_told_by_push_who_has_no_device(shop, ada, push):
    staff_points.give(shop=shop, customer_id=ada.customer_id, **GIFT)

    assert kinds() == [MessageKind.GIFT_EMAIL]


def test_nobody_is_told_by_push_on_the_device_of_another(shop, ada, make_member, make_device, push):
    make_device(make_member(), "token")

    staff_points.give(shop=shop, customer_id=ada.customer_id, **GIFT)

    assert kinds() == [MessageKind.GIFT_EMAIL]


def test_nobody_is_told_by_push_where_it_is_not_configured(shop, ada, make_device):
    make_device(ada, "token")

    staff_points.give(shop=shop, customer_id=ada.customer_id, **GIFT)

    assert kinds() == [MessageKind.GIFT_EMAIL]


def test_a_correction_is_no_gift(shop, ada):
    staff_points.adjust(shop=shop, customer_id=ada.customer_id, **GIFT)

    assert kinds() == []


def test_a_new_member_is_welcomed_once(shop):
    for _ in range(2):
        enrolment.enroll_all(shop=shop, customers=[customer(1), customer(2)])

    assert kinds() == [MessageKind.WELCOME_EMAIL] * 2
    assert Message.objects.values("member").distinct().count() == 2


def test_t23_an_address_that_may_be_anybody_s_is_not_welcomed(shop):
    enrolment.enroll_all(shop=shop, customers=[customer(is_confirmed=False)])

    assert kinds() == []


def test_a_shop_that_trusts_unconfirmed_addresses_welcomes_them(shop, settings):
    settings.LOYALTY_TRUST_UNCONFIRMED_EMAILS = True

    enrolment.enroll_all(shop=shop, customers=[customer(is_confirmed=False)])

    assert kinds() == [MessageKind.WELCOME_EMAIL]


def test_while_the_programme_is_off_nobody_is_welcomed_then_or_later(shop):
    Program.objects.update(is_active=False)
    enrolment.enroll_all(shop=shop, customers=[customer()])
    Program.objects.update(is_active=True)
    enrolment.enroll_all(shop=shop, customers=[customer()])

    assert kinds() == []


def test_the_first_order_is_welcomed_but_not_those_of_a_backfill(shop):
    now, past = (order_of(user(number), number) for number in (1, 2))
    Activation.objects.update(started_at=NOW)

    settlement.bring_to_entitlement(shop, [now])
    settlement.bring_to_entitlement(shop, [past], past=True)

    assert Member.objects.count() == 2
    assert [message.member.customer_id for message in Message.objects.all()] == ["user-1"]


def test_who_became_a_member_meanwhile_is_welcomed_by_whom_made_them_one(shop, monkeypatch):
    """Another transaction was first, and has had them welcomed, or had a reason not to."""
    unsettled = due.unsettled

    def and_another_enrols_them(context, **options):
        Member.objects.create(shop=shop, customer_id="user-1", joined_at=NOW)
        return unsettled(context, **options)

    monkeypatch.setattr(due, "unsettled", and_another_enrols_them)
    Activation.objects.update(started_at=NOW)

    settlement.bring_to_entitlement(shop, [order_of(user(1), 1)])

    assert Member.objects.get().balance > 0
    assert kinds() == []


def order_of(customer: dict, number: int) -> Order:
    paper = PaperSaleor()
    key = paper.place(number, line(10), user=customer)
    paid = {"type": "ORDER_FULLY_PAID", "date": NOW.isoformat()}
    return Order.from_json(paper.orders[key] | {"channel": {"id": "eu"}, "events": [paid]})


def user(number: int) -> dict:
    return {
        "id": f"user-{number}",
        "email": f"{number}@example.com",
        "firstName": "",
        "languageCode": "EN",
        "isConfirmed": True,
        "isActive": True,
    }
