"""What an order entitles to: the formula, exactly."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saleor_loyalty.rules.entitlement import EarningTerms, entitlement
from saleor_loyalty.rules.purchase import Price
from saleor_loyalty.saleor_api.facts import Order
from tests.paper_saleor import PaperSaleor, line

TEN_PER_EURO = EarningTerms("EUR", Decimal(10), net=False, include_shipping=False)


def order(*lines, **changes) -> Order:
    paper = PaperSaleor()
    return Order.from_json(paper.orders[paper.place(1, *lines, **changes)])


def points(order: Order, terms: EarningTerms = TEN_PER_EURO) -> int:
    return entitlement(order, terms, gift_card_lines=order.gift_card_lines).points


def test_goods_earn_and_shipping_does_not():
    assert points(order(line(512.00), shipping=9.90)) == 5120


def test_shipping_earns_when_the_programme_includes_it():
    terms = replace(TEN_PER_EURO, include_shipping=True)
    assert points(order(line(512.00), shipping=9.90), terms) == 5219


@pytest.mark.parametrize(("net", "expected"), [(False, 1230), (True, 1000)])
def test_t20_tax_counts_only_on_a_gross_basis(net, expected):
    assert points(order(line(123.00, 100.00)), replace(TEN_PER_EURO, net=net)) == expected


def test_t21_gift_card_lines_earn_nothing():
    assert points(order(line(50, kind="GIFT_CARD"), line(20, name="l2"))) == 200


def test_t21_paying_with_a_gift_card_still_counts_once():
    paid_by_gift_card = order(
        line(60),
        total={"gross": {"amount": 0.0, "currency": "EUR"}},
        totalCharged={"amount": 0.0},
    )
    assert points(paid_by_gift_card) == 600


def test_t19_another_currency_earns_nothing():
    assert points(order(line(512)), replace(TEN_PER_EURO, currency="PLN")) == 0


@pytest.mark.parametrize("status", ["DRAFT", "CANCELED", "EXPIRED"])
def test_a_void_order_earns_nothing(status):
    assert points(order(line(512), status=status)) == 0


def test_t08_a_partial_refund_takes_its_share():
    assert points(order(line(512), totalCharged={"amount": 460.80})) == 4608


def test_t07_small_refunds_are_rounded_on_the_whole_and_not_one_by_one():
    one_per_ten = replace(TEN_PER_EURO, points_per_unit=Decimal("0.1"))
    seen = [
        points(order(line(300), totalCharged={"amount": charged}), one_per_ten)
        for charged in (300.00, 299.95, 299.90)
    ]
    assert seen == [30, 29, 29]


def test_an_overcharge_earns_no_more():
    assert points(order(line(50), totalCharged={"amount": 75.0})) == 500


def test_t17_the_third_of_a_cent_is_not_lost_to_binary_floats():
    # 0.1 + 0.2 is 0.30000000000000004 in floats, and 4.35 x 100 is 434.99999999999994.
    terms = replace(TEN_PER_EURO, points_per_unit=Decimal(100))
    assert points(order(line(4.35)), terms) == 435
    assert points(order(line(0.1), line(0.2, name="l2")), terms) == 30


def test_t18_points_are_rounded_down_once_at_the_end():
    two_per_euro = replace(TEN_PER_EURO, points_per_unit=Decimal(2))
    assert points(order(line(3.40), line(3.40, name="l2")), two_per_euro) == 13


cents = st.integers(0, 10_000_000).map(lambda n: Decimal(n) / 100)


@given(prices=st.lists(cents, max_size=5), paid=cents, gift_card=cents, rate=cents)
def test_the_formula_holds_for_any_amounts(prices, paid, gift_card, rate):
    goods = order(*(line(0, name=f"l{n}") for n in range(len(prices))))
    lines = tuple(
        replace(each, price=Price(p, p)) for each, p in zip(goods.lines, prices, strict=True)
    )
    whole = sum(prices, Decimal(0))
    total = max(Decimal(0), whole - gift_card)
    changed = replace(goods, lines=lines, charged=paid, total=total)

    seen = points(changed, replace(TEN_PER_EURO, points_per_unit=rate))

    unpaid = max(Decimal(0), total - paid)
    kept = 1 - Fraction(unpaid) / Fraction(whole) if whole else Fraction(1)
    assert seen == floor(sum(map(Fraction, prices)) * kept * Fraction(rate))
