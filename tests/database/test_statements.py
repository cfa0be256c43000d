"""Rows of several tables, read and written by one statement, are those that Django would make."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import DataError, transaction
from django.forms.models import model_to_dict
from django.utils import timezone

from saleor_loyalty.database.statements import Writing, read
from saleor_loyalty.ledger.book import PARTS
from saleor_loyalty.models import (
    PART_FIELDS,
    ChannelTerms,
    Entry,
    Lot,
    Member,
    OrderPart,
    ProgramVersion,
    SettledOrder,
)
from saleor_loyalty.rules.parts import Part
from tests.accounts import account_of
from tests.entitlements import entitled_by

MOMENT = datetime(2026, 3, 29, 1, 59, 59, 123456, tzinfo=UTC)


def order(member: Member, number: str, **values) -> SettledOrder:
    return SettledOrder(
        shop=member.shop,
        order_id=f"order-{number}",
        number=number,
        member=member,
        channel_id="channel-1",
        version=member.shop.program.current,
        gift_card_lines=["a", 'b"}\\'],
        fully_paid_at=MOMENT,
        settled_at=MOMENT,
        **values,
    )


def entry(settled: SettledOrder, points: int) -> Entry:
    return Entry(
        shop=settled.shop,
        account=account_of(settled.member),
        kind="ORDER",
        source=f"“Zoë” said: 100 %s of {settled.order_id}",
        points=points,
        balance_after=points,
        created_at=MOMENT,
        version=settled.version,
        order=settled,
        currency="EUR",
        unpaid=Decimal("12345678901234567.891"),
        entitled=points,
    )


def test_what_is_read_is_what_django_reads(program, anna):
    versions, terms, members = read(
        ProgramVersion.objects.all(), ChannelTerms.objects.all(), Member.objects.all()
    )

    for rows, model in ((versions, ProgramVersion), (terms, ChannelTerms), (members, Member)):
        assert list(map(model_to_dict, rows)) == list(map(model_to_dict, model.objects.all()))
    assert terms[0].points_per_unit.as_tuple() == Decimal("10.0000").as_tuple()
    assert members[0].joined_at == Member.objects.get().joined_at


def test_nothing_is_read_of_a_queryset_that_asks_for_nothing(program, anna):
    nobody, members = read(Member.objects.filter(pk__in=[]), Member.objects.all())

    assert (nobody, members) == ([], [anna])
    assert read(Member.objects.none()) == [[]]


def test_what_is_written_is_what_django_reads(program, anna):
    rows = [order(anna, str(n)) for n in range(12)]
    entries = [entry(row, 10 + int(row.number)) for row in reversed(rows)]
    lots = [
        Lot(
            shop=anna.shop,
            account=entry.account,
            entry=entry,
            points=entry.points,
            remaining=entry.points,
            created_at=timezone.now(),
        )
        for entry in entries
    ]
    writing = Writing()
    for new in (rows, entries, lots):
        writing.insert(new)
    writing.write()

    for new, model in ((rows, SettledOrder), (entries, Entry), (lots, Lot)):
        kept = list(model.objects.order_by("pk"))
        assert kept == new  # by their ids, which rise as the rows were given
        assert list(map(model_to_dict, kept)) == list(map(model_to_dict, new))
    assert [e.order_id for e in Entry.objects.order_by("pk")] == [row.pk for row in reversed(rows)]
    assert SettledOrder.objects.filter(settled_at=MOMENT).count() == 12


def parts_of(entries: list[Entry], line_id: str) -> list[tuple[Entry, Part]]:
    (part,) = entitled_by(Decimal("12345678901234567.891")).parts
    return [
        (entry, replace(part, line_id=f"{line_id}{n}", name="“Zoë”", back=Decimal("0.125")))
        for entry in entries
        for n in range(3)
    ]


def test_many_rows_that_belong_to_new_ones_are_written_along_in_their_order(program, anna):
    rows = [order(anna, str(n)) for n in range(4)]
    entries = [entry(row, 10) for row in rows]
    parts = parts_of([entries[3], entries[0]], "line-")
    writing = Writing()
    writing.insert(rows)
    writing.insert(entries)
    writing.insert_many(PARTS, parts, PART_FIELDS)
    writing.insert_many(PARTS, [], PART_FIELDS)
    writing.write()

    kept = list(OrderPart.objects.order_by("pk"))
    assert [(row.entry_id, row.part) for row in kept] == [(e.pk, part) for e, part in parts]


def test_what_belongs_to_new_rows_is_not_cut_to_fit_either(program, anna):
    row = order(anna, "1")
    entries = [entry(row, 10)]
    writing = Writing()
    writing.insert([row])
    writing.insert(entries)
    writing.insert_many(PARTS, parts_of(entries, "9" * 64), PART_FIELDS)

    with pytest.raises(DataError, match="too long"), transaction.atomic():
        writing.write()


def test_rows_are_updated_beside_what_is_inserted(program, anna):
    old = order(anna, "1")
    old.save()
    old.points, old.gift_card_lines, old.settled_at = 7, [], MOMENT + timedelta(microseconds=1)
    old.number = "not to be written"
    writing = Writing()
    writing.insert([order(anna, "2")])
    writing.update([old], ["points", "gift_card_lines", "settled_at"])
    writing.write()

    first, second = SettledOrder.objects.order_by("pk")
    assert (first.number, first.points, first.gift_card_lines) == ("1", 7, [])
    assert first.settled_at == MOMENT + timedelta(microseconds=1)
    assert (second.number, second.points) == ("2", 0)


def test_what_the_database_refuses_is_not_cut_to_fit_and_leaves_nothing(program, anna):
    writing = Writing()
    writing.insert([order(anna, "1"), order(anna, "9" * 65)])

    with pytest.raises(DataError, match="too long"), transaction.atomic():
        writing.write()

    assert not SettledOrder.objects.exists()


def test_nothing_is_written_when_nothing_was_collected(program, django_assert_num_queries):
    writing = Writing()
    writing.insert([])
    writing.update([], ["points"])
    with django_assert_num_queries(0):
        writing.write()
