"""Finding members and making customers members: whom exactly, whose welcome, and what stays."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from saleor_loyalty.members import enrolment
from saleor_loyalty.models import Account, AuditRecord, Device, Member, Message, Shop, audit
from saleor_loyalty.saleor_api.facts import Customer
from tests.shops import new_program, new_shop


def customer(name: str, **fields: Any) -> Customer:
    given = {"email": f"{name}@example.com", "first_name": name.title(), "language_code": "en"}
    return Customer(id=name, **{**given, **fields})


@pytest.fixture
def other_shop(shop, program) -> Shop:
    other = new_shop("https://other.example.com/graphql/")
    new_program(other)
    return other


@pytest.fixture
def enroll(shop, program):
    """Makes customers members; them, by first name."""

    def enroll(*names: str, of: Shop = shop, **options: bool) -> dict[str, Member]:
        ids = enrolment.enroll_all(shop=of, customers=map(customer, names), **options)
        return {name: Member.objects.get(pk=pk) for name, pk in ids.items()}

    return enroll


def welcomed() -> list[str]:
    messages = Message.objects.order_by("member__customer_id")
    return list(messages.values_list("member__customer_id", flat=True))


# ---------------------------------------------------------------- who becomes a member


def test_only_those_who_were_asked_for_are_told_of(enroll, other_shop):
    enroll("ada")
    there = enroll("ada", "bob", of=other_shop)

    assert enroll("bob").keys() == {"bob"}
    here = enroll("ada", "bob")
    assert {member.shop_id for member in here.values()}.isdisjoint({other_shop.pk})
    assert {member.shop for member in there.values()} == {other_shop}


def test_of_those_who_come_the_new_ones_are_welcomed_at_once(enroll, monkeypatch):
    woken: list[str] = []
    monkeypatch.setattr(enrolment, "wake", woken.append)
    enroll("ada", welcome=False)
    assert (welcomed(), woken) == ([], [])

    enroll("ada", "bob")
    assert (welcomed(), woken) == (["bob"], ["send_messages"])

    enroll("ada", "bob")
    assert (welcomed(), woken) == (["bob"], ["send_messages"])


def test_who_is_inactive_in_the_shop_is_not_welcomed(shop, program):
    enrolment.enroll_all(shop=shop, customers=[customer("ada", is_active=False)])

    assert not Member.objects.get().customer_is_active
    assert welcomed() == []


def test_who_was_a_member_before_stays_who_they_were(shop, enroll):
    [ada] = enroll("ada").values()
    enrolment.enroll_all(shop=shop, customers=[customer("ada", first_name="Another")])

    assert Member.objects.get() == ada
    assert Member.objects.get().first_name == "Ada"


# ---------------------------------------------------------------- locking


def test_members_are_locked_as_they_are_and_newcomers_among_them(shop, enroll):
    """All of them, though some of the newcomers are members already."""
    known = enroll("ada", "bob")
    late = [
        enrolment.newcomer(shop=shop, customer=customer(name), now=timezone.now())
        for name in ("cid", "bob")
    ]

    locked = enrolment.lock([known["ada"].pk], late)

    assert {member.customer_id for member in locked} == {"ada", "bob", "cid"}
    assert late[1].pk == known["bob"].pk
    assert late[0].pk == Member.objects.get(customer_id="cid").pk


def test_newcomers_and_members_are_locked_by_one_statement(shop, enroll, django_assert_num_queries):
    known = enroll("ada", "bob")
    new = enrolment.newcomer(shop=shop, customer=customer("cid"), now=timezone.now())

    with django_assert_num_queries(1):
        locked = enrolment.lock([known["bob"].pk, known["ada"].pk], [new])

    assert {member.customer_id for member in locked} == {"ada", "bob", "cid"}


def test_a_newcomer_is_not_taken_for_another_shops_member(shop, other_shop, enroll):
    there = enroll("ada", of=other_shop)["ada"]
    enroll("ada")
    late = enrolment.newcomer(shop=shop, customer=customer("ada"), now=timezone.now())

    locked = enrolment.lock([], [late])

    assert [member.shop for member in locked] == [shop]
    assert late.pk != there.pk


# ---------------------------------------------------------------- who is found


def test_a_member_is_found_by_all_that_is_given(shop, other_shop, enroll):
    members = enroll("ada", "bob")
    enroll("ada", of=other_shop)
    ada, bob = members["ada"], members["bob"]

    assert enrolment.find(shop=shop, customer_id="ada") == ada
    assert enrolment.find(shop=shop, customer_id="a\x00da") == ada
    assert enrolment.find(shop=shop, pk=ada.pk) == ada
    assert enrolment.find(shop=shop, email="ADA@example.com") == ada
    assert enrolment.find(shop=shop, pk=ada.pk, customer_id="ada", email=ada.email) == ada
    assert enrolment.find(shop=shop, pk=bob.pk, customer_id="ada") is None
    assert enrolment.find(shop=shop, pk=bob.pk, email=ada.email) is None
    assert enrolment.find(shop=shop, customer_id="bob", email=ada.email) is None
    assert enrolment.find(shop=other_shop, pk=ada.pk) is None


def test_of_two_with_an_address_the_one_who_joined_last_is_found(shop, enroll):
    members = enroll("ada", "bob", "cid")
    Member.objects.filter(customer_id__in=["ada", "bob"]).update(email="shared@example.com")
    last = max(members["ada"].pk, members["bob"].pk)

    assert enrolment.find(shop=shop, email="shared@example.com").pk == last


def test_a_member_is_given_points_without_the_shop_being_asked(shop, enroll):
    ada = enroll("ada")["ada"]

    assert enrolment.find_or_enroll(shop=shop, customer_id="ada") == ada


# ---------------------------------------------------------------- status


def set_status(shop: Shop, status: str, actor: str = "Sam") -> Member:
    return enrolment.set_status(shop=shop, customer_id="ada", status=status, actor=actor)


def test_a_status_that_a_member_has_already_is_nobody_elses_decision(shop, enroll):
    enroll("ada")
    set_status(shop, "BLOCKED", "Eva")
    set_status(shop, "BLOCKED", "Sam")

    assert Member.objects.get().status_by == "Eva"
    assert [record.actor for record in AuditRecord.objects.all()] == ["Eva"]


def test_whom_the_shop_closed_staff_may_close_which_changes_nothing(shop, enroll):
    enroll("ada")
    enrolment.follow(shop=shop, customers={"ada": None})

    assert set_status(shop, "CLOSED").is_closed_by_shop
    assert not AuditRecord.objects.exists()


def test_whom_staff_closed_staff_open(shop, enroll):
    enroll("ada")
    set_status(shop, "CLOSED")

    assert set_status(shop, "ACTIVE").status == "ACTIVE"


def test_a_status_is_not_set_without_a_note_of_who_did(shop, enroll, monkeypatch):
    enroll("ada")

    def fail(**_: object) -> None:
        raise RuntimeError("no disk")

    monkeypatch.setattr(audit, "note", fail)
    with pytest.raises(RuntimeError, match="no disk"):
        set_status(shop, "BLOCKED")

    assert Member.objects.get().status == "ACTIVE"


def test_nothing_but_the_status_is_written(shop, enroll, monkeypatch):
    """Points that came in the meantime stay."""
    enroll("ada")
    locked = enrolment._locked

    def read_and_another_writes(*args: Any) -> Any:
        found = list(locked(*args))
        Member.objects.update(email_enabled=False)
        return type("Found", (), {"first": lambda _self: found[0]})()

    monkeypatch.setattr(enrolment, "_locked", read_and_another_writes)
    set_status(shop, "BLOCKED")

    member = Member.objects.get()
    assert (member.status, member.status_by, member.email_enabled) == ("BLOCKED", "Sam", False)


# ---------------------------------------------------------------- following customers


def test_each_member_follows_their_own_customer_of_their_own_shop(shop, other_shop, enroll):
    enroll("ada", "bob")
    there = enroll("ada", of=other_shop)["ada"]

    enrolment.follow(
        shop=shop, customers={"ada": customer("ada", first_name="Adele"), "bob": None, "cid": None}
    )

    here = dict(Member.objects.filter(shop=shop).values_list("first_name", "status"))
    assert here == {"Adele": "ACTIVE", "Bob": "CLOSED"}
    there.refresh_from_db()
    assert (there.first_name, there.status) == ("Ada", "ACTIVE")


def test_only_of_those_who_are_gone_the_devices_are_forgotten(shop, enroll):
    for member in enroll("ada", "bob").values():
        Device.objects.create(
            shop=shop, member=member, token=member.first_name, registered_at=timezone.now()
        )

    enrolment.follow(shop=shop, customers={"ada": customer("ada"), "bob": None})

    assert Device.objects.get().token == "Ada"


def test_a_blocked_member_whose_customer_is_gone_stays_blocked_by_whom_it_was(shop, enroll):
    enroll("ada")
    set_status(shop, "BLOCKED", "Eva")

    enrolment.follow(shop=shop, customers={"ada": None})
    enrolment.follow(shop=shop, customers={"ada": customer("ada")})

    assert (Member.objects.get().status, Member.objects.get().status_by) == ("BLOCKED", "Eva")


def test_who_was_once_set_active_by_staff_is_closed_by_the_shop_alone(shop, enroll):
    """So the shop opens them again."""
    enroll("ada")
    set_status(shop, "BLOCKED")
    set_status(shop, "ACTIVE")

    enrolment.follow(shop=shop, customers={"ada": None})
    assert Member.objects.get().is_closed_by_shop
    enrolment.follow(shop=shop, customers={"ada": customer("ada")})
    assert Member.objects.get().status == "ACTIVE"


def test_the_language_follows_the_customer_unless_the_member_chose_one(shop, enroll):
    enroll("ada", "bob")
    Member.objects.filter(customer_id="bob").update(language_is_own=True)

    enrolment.follow(
        shop=shop, customers={name: customer(name, language_code="fr") for name in ("ada", "bob")}
    )

    languages = dict(Member.objects.values_list("customer_id", "language_code"))
    assert languages == {"ada": "fr", "bob": "en"}


@pytest.mark.parametrize(
    ("status", "is_active", "takes_part"),
    [
        ("ACTIVE", True, True),
        ("ACTIVE", False, False),
        ("BLOCKED", True, False),
        ("CLOSED", True, False),
    ],
)
def test_who_takes_part_is_active_here_and_in_the_shop(status, is_active, takes_part):
    assert Member(status=status, customer_is_active=is_active).takes_part is takes_part


@pytest.mark.parametrize(("balance", "spendable", "debt"), [(5, 5, 0), (0, 0, 0), (-5, 0, 5)])
def test_a_debt_cannot_be_spent(balance, spendable, debt):
    member = Member(account=Account(balance=balance))

    assert (member.spendable, member.debt) == (spendable, debt)


def test_who_joined_at_another_moment_is_no_newcomer(shop, enroll, monkeypatch):
    """Though they were enrolled a moment ago: whoever did so has had them welcomed, or not."""
    now = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: now)
    enroll("ada", welcome=False)
    monkeypatch.setattr(timezone, "now", lambda: now + timedelta(microseconds=1))

    enroll("ada")

    assert welcomed() == []


def test_two_who_enrol_somebody_at_the_same_moment_welcome_them_once(shop, enroll, monkeypatch):
    now = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: now)
    enroll("ada")

    enroll("ada")

    assert welcomed() == ["ada"]
