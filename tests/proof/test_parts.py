"""The database computes an order's points from its parts too, exactly, and apart from Python."""

import random
from dataclasses import replace
from decimal import Decimal
from math import ceil

import pytest
from django.db import transaction
from django.utils import timezone

from saleor_loyalty.ledger.book import open_book
from saleor_loyalty.ledger.postings import Posting
from saleor_loyalty.models import Entry, EntryKind, Member, Program, SettledOrder
from saleor_loyalty.rules.entitlement import Entitlement
from saleor_loyalty.rules.parts import SHIPPING, Part
from tests.entitlements import entitled_by
from tests.paper_saleor import fulfillment, granted, line
from tests.proof.conftest import damage, found
from tests.shops import new_version

LAW = "an order's points are what its parts kept earn, in the share that was paid"


def broken() -> list[tuple[str, str, str]]:
    return [(where, what, expected) for law, _, where, what, expected in found() if law == LAW]


def test_thirds_and_sevenths_of_prices_are_added_up_exactly(program, paper, settle):
    """2/3 of 20, 5/7 of 7 and 1/9 of 9, at 30 points, are 580 on the point."""
    lines = [line(20, name="a", quantity=3), line(7, name="b", quantity=7)]
    key = paper.place(1, *lines, line(9, name="c", quantity=9))
    program.current = new_version(program, rate="30")
    program.save()
    paper.orders[key]["fulfillments"] = [fulfillment("RETURNED", a=1, b=2, c=8)]
    settle(key)

    entry = Entry.objects.get()
    assert (entry.points, broken()) == (580, [])
    damage("UPDATE saleor_loyalty_entry SET entitled = 579 WHERE id = %s", entry.pk)
    assert broken() == [(f"entry {entry.pk}", "579", "580")]


@pytest.mark.parametrize(
    ("column", "value", "expected"),
    [("amount", 30, 300), ("rate", 11, 825), ("factor", "1.5", 1125), ("back", 2, 250)],
)
def test_a_part_that_was_changed(paper, settle, column, value, expected):
    settle(paper.place(1, line(75, name="a", quantity=3)))
    damage(f"UPDATE saleor_loyalty_orderpart SET {column} = %s", value)

    assert broken() == [(f"entry {Entry.objects.get().pk}", "750", str(expected))]


def test_a_price_that_was_changed_changes_the_share_that_was_paid(paper, settle):
    key = paper.place(1, line(100), totalCharged={"amount": 50.0})
    settle(key)
    damage("UPDATE saleor_loyalty_orderpart SET gross = 200")

    assert broken() == [(f"entry {Entry.objects.get().pk}", "500", "750")]


def test_what_was_unpaid_and_changed(paper, settle):
    settle(paper.place(1, line(100), shipping=100))
    damage("UPDATE saleor_loyalty_entry SET unpaid = 50")

    assert broken() == [(f"entry {Entry.objects.get().pk}", "1000", "750")]


def test_parts_that_are_gone(paper, settle):
    settle(paper.place(1, line(100)))
    damage("DELETE FROM saleor_loyalty_orderpart")

    assert broken() == [(f"entry {Entry.objects.get().pk}", "1000", "0")]


def test_parts_of_what_was_computed_from_no_order(history):
    gift = Entry.objects.get(kind="GIFT")
    damage(
        """
        UPDATE saleor_loyalty_orderpart SET entry_id = %s
        WHERE id = (SELECT max(id) FROM saleor_loyalty_orderpart)
        """,
        gift.pk,
    )

    law = "only what was computed from an order has parts"
    assert [(where, what) for says, _, where, what, _ in found() if says == law] == [
        (f"parts of entry {gift.pk}", "1")
    ]


@pytest.mark.parametrize(
    ("currency", "price", "refunded", "left"),
    [
        ("EUR", 20, 6.67, 400),
        ("JPY", 200, 67, 4000),
        ("KWD", 2, 0.667, 40),
        ("KWD", 2, 0.67, 39),  # that is more than rounding
    ],
)
def test_a_refund_may_miss_the_price_by_half_the_unit_of_its_currency(
    program, paper, settle, currency, price, refunded, left
):
    program.current = new_version(program, rate="30", currency=currency)
    program.save()
    key = paper.place(
        1,
        line(price, name="a", quantity=3),
        grantedRefunds=[granted(refunded, a=1)],
        total={"gross": {"amount": price, "currency": currency}},
        totalCharged={"amount": price - refunded},
    )
    settle(key)

    assert (Entry.objects.get().points, broken()) == (left, [])


def some_part(number: int, chance: random.Random) -> Part:
    """Of any pieces and prices that a shop can have; the last one is shipping."""
    gross = Decimal(chance.choice([0, chance.randrange(1, 10**6), 999, 10])) / 100
    pieces = gross if number == 0 else Decimal(chance.choice([0, 1, 2, 3, 7, 9, 11, 96]))
    back = Decimal(chance.randrange(int(pieces) + 1)) if chance.random() < 0.5 else Decimal(0)
    return Part(
        line_id=f"line-{number}" if number else SHIPPING,
        name="thing",
        pieces=pieces,
        back=back,
        returned=False,
        gross=gross,
        amount=chance.choice([gross, gross * 0, round(gross / 3, 3)]),
        rate=Decimal(chance.randrange(1, 300_000)) / 10_000,
        factor=chance.choice([Decimal(1), Decimal("1.5"), Decimal("1.953125")]),
    )


def some_entitlement(chance: random.Random) -> Entitlement:
    parts = tuple(some_part(n, chance) for n in range(chance.randrange(1, 9)))
    whole = Entitlement("EUR", Decimal(0), parts)
    cents = chance.choice(
        [0, chance.randrange(10**6), ceil(whole.value * 100) + chance.randrange(3)]
    )
    return replace(whole, unpaid=Decimal(cents) / 100)


def post(program: Program, member: Member, basis: Entitlement, number: int) -> Posting:
    order = SettledOrder.objects.create(
        shop=program.shop,
        order_id=str(number),
        number=str(number),
        member=member,
        version=program.current,
        points=basis.points,
        revision=1,
        fully_paid_at=timezone.now(),
        settled_at=timezone.now(),
    )
    return Posting(
        member_id=member.pk,
        kind=EntryKind.ORDER,
        points=basis.points or 1,  # as a reversal has some, where nothing is left
        source=f"order:{number}:1",
        version=program.current,
        order=order,
        entitled=basis.points,
        basis=basis,
    )


def test_python_and_the_database_agree_on_any_order(program, anna):
    chance = random.Random(20260302)
    seen = [entitled_by(Decimal("0.1")), *(some_entitlement(chance) for _ in range(600))]
    assert sum(0 < basis.kept < 1 for basis in seen) > 100
    assert sum(basis.points == 0 for basis in seen) > 100
    assert sum(basis.exact_points != basis.points for basis in seen) > 200
    with (
        transaction.atomic(),
        open_book([anna.pk], version=program.current, now=timezone.now()) as book,
    ):
        for number, basis in enumerate(seen):
            book.post(post(program, anna, basis, number))

    assert broken() == []
    damage("UPDATE saleor_loyalty_entry SET entitled = entitled + 1")
    assert len(broken()) == len(seen)
