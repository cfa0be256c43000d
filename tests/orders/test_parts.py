"""What an order's points were computed from is kept by its lines, entry by entry."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from saleor_loyalty import proof
from saleor_loyalty.models import Entry, OrderPart
from tests.paper_saleor import fulfillment, granted, line
from tests.shops import new_version

COFFEE = line(72, 60, name="coffee", quantity=2, product="Coffee")
FILTER = line(7.99, 6.5, name="filter", product="Filter")


def kept(entry: Entry) -> dict[str, tuple]:
    """Pieces, those that came back, gross price, what counts, and points, by the line's id."""
    columns = ("pieces", "back", "gross", "amount", "exact_points")
    return {
        row["line_id"]: tuple(row[column] for column in columns)
        for row in entry.parts.order_by("pk").values()
    }


def entries() -> list[Entry]:
    return list(Entry.objects.order_by("pk"))


def test_each_line_of_an_order_is_a_part_and_so_is_shipping(program, paper, settle):
    settle(paper.place(1, COFFEE, FILTER, shipping=4.5))

    (entry,) = entries()
    assert kept(entry) == {
        "coffee": (2, 0, 72, 72, 720),
        "filter": (1, 0, Decimal("7.99"), Decimal("7.99"), Decimal("79.9")),
        "": (Decimal("4.5"), 0, Decimal("4.5"), 0, 0),
    }
    names, rates, factors = zip(
        *entry.parts.order_by("pk").values_list("name", "rate", "factor"), strict=True
    )
    assert names == ("Coffee", "Filter", "")
    assert (set(rates), set(factors)) == ({10}, {1})


def test_of_a_net_price_the_net_counts_and_shipping_where_the_rules_say_so(program, paper, settle):
    program.current = new_version(program, rate="0.0125", basis="NET", include_shipping=True)
    program.save()

    settle(paper.place(1, COFFEE, shipping=200, shippingPrice=line(200, 160)["totalPrice"]))

    (entry,) = entries()
    assert kept(entry) == {
        "coffee": (2, 0, 72, 60, Decimal("0.75")),
        "": (200, 0, 200, 160, Decimal(2)),
    }
    assert entry.points == 2


def test_nothing_of_a_gift_card_counts_and_its_price_is_kept_all_the_same(paper, settle):
    settle(paper.place(1, FILTER, line(50, name="card", kind="GIFT_CARD")))

    (entry,) = entries()
    assert kept(entry)["card"] == (1, 0, 50, 0, 0)


def test_what_came_back_is_said_by_the_next_entry_and_the_first_stays(paper, settle):
    key = paper.place(1, COFFEE, FILTER, shipping=4.5)
    settle(key)
    first = kept(entries()[0])
    paper.orders[key] |= {
        "fulfillments": [fulfillment("RETURNED", coffee=1)],
        "grantedRefunds": [granted(7.99, filter=1), granted(2, shipping=True)],
        "totalCharged": {"amount": 84.49 - 9.99},
    }
    settle(key)

    credit, reversal = entries()
    assert kept(credit) == first
    assert {id_: back for id_, (_, back, *_) in kept(reversal).items()} == {
        "coffee": 1,
        "filter": 1,
        "": 2,
    }
    assert list(reversal.parts.filter(returned=True).values_list("line_id", flat=True)) == [
        "coffee"
    ]
    assert (reversal.entitled, reversal.basis.points) == (360, 360)
    assert list(proof.differences()) == []


def test_how_an_order_earned_at_first_is_read_again_when_the_rules_are_others(
    program, paper, settle
):
    key = paper.place(1, COFFEE)
    settle(key)
    program.current = new_version(program, rate="99")
    program.save()
    paper.charge(key, 36.0)
    settle(key)

    rates = OrderPart.objects.filter(entry__order__order_id=key).values_list("rate", flat=True)
    assert list(rates) == [10, 10]


def test_a_cancelled_order_has_no_parts_any_more(paper, settle):
    key = paper.place(1, COFFEE)
    settle(key)
    paper.orders[key]["status"] = "CANCELED"
    settle(key)

    credit, reversal = entries()
    assert (credit.parts.count(), reversal.parts.count()) == (1, 0)
    assert (reversal.entitled, reversal.basis.points) == (0, 0)
    assert list(proof.differences()) == []


def test_a_line_of_no_pieces_is_a_part(paper, settle):
    settle(paper.place(1, COFFEE, line(0, name="none", quantity=0)))

    assert kept(entries()[0])["none"] == (0, 0, 0, 0, 0)
    assert list(proof.differences()) == []


@pytest.mark.parametrize("lines", [1, 30])
def test_parts_take_no_statement_of_their_own(
    program, anna, paper, settle, lines, django_assert_max_num_queries
):
    key = paper.place(1, *(line(1, name=f"l{n}") for n in range(lines)), shipping=5)

    with django_assert_max_num_queries(30) as asked:
        settle(key)

    assert OrderPart.objects.count() == lines + 1
    assert sum("saleor_loyalty_orderpart" in query["sql"] for query in asked.captured_queries) == 1


@pytest.mark.parametrize(
    "changed",
    [
        {"line_id": "coffee"},
        {"line_id": "other", "back": 3},
        {"line_id": "other", "back": -1},
    ],
    ids=["a second part of a line", "more back than bought", "less than nothing back"],
)
def test_the_database_refuses_a_part_that_cannot_be(paper, settle, changed):
    settle(paper.place(1, COFFEE))
    part = OrderPart.objects.get()
    part.pk = None
    for name, value in changed.items():
        setattr(part, name, value)

    with pytest.raises(IntegrityError), transaction.atomic():
        part.save()


@pytest.mark.parametrize("changed", [{"entitled": None}, {"order": None}, {"unpaid": 1}])
def test_the_database_refuses_an_entry_of_half_an_order(paper, settle, shop, anna, changed):
    settle(paper.place(1, COFFEE))
    entry = Entry.objects.get()
    entry.pk, entry.source = None, "another"
    if "unpaid" in changed:
        entry.order = entry.entitled = None
    for name, value in changed.items():
        setattr(entry, name, value)

    with pytest.raises(IntegrityError, match="entry_of_an_order"), transaction.atomic():
        entry.save()
