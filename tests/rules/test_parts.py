"""What an order's points are computed from, part by part, and exactly."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from saleor_loyalty.rules.entitlement import EarningTerms, Entitlement, entitlement
from saleor_loyalty.rules.parts import SHIPPING, Part
from saleor_loyalty.saleor_api.facts import Order
from tests.entitlements import entitled_by
from tests.paper_saleor import PaperSaleor, fulfillment, line

TEN = EarningTerms("EUR", Decimal(10), net=False, include_shipping=False)
(COFFEE,) = entitled_by(Decimal(36)).parts


def parts(*lines, terms: EarningTerms = TEN, **changes) -> tuple[Part, ...]:
    paper = PaperSaleor()
    order = Order.from_json(paper.orders[paper.place(1, *lines, **changes)])
    return entitlement(order, terms, gift_card_lines=order.gift_card_lines).parts


def test_a_part_for_each_line_and_one_for_shipping_that_costs_something():
    assert [part.line_id for part in parts(line(1, name="b"), line(2, name="a"))] == ["b", "a"]
    assert [part.line_id for part in parts(line(1), shipping=5)] == ["l1", SHIPPING]


def test_nothing_of_a_void_order_or_one_in_another_currency_is_a_part():
    assert parts(line(1), status="CANCELED") == ()
    assert parts(line(1), terms=replace(TEN, currency="PLN")) == ()


def test_the_most_that_columns_hold_is_multiplied_and_added_up_exactly():
    vast = replace(
        COFFEE,
        amount=Decimal("12345678901234567.891"),
        rate=Decimal("12345678.1234"),
        factor=Decimal("1234.567891"),
    )
    exact = Fraction(vast.amount) * Fraction(vast.rate) * Fraction(vast.factor)

    assert Fraction(vast.exact_points) == exact
    tiny = replace(COFFEE, amount=Decimal("0.001"), rate=Decimal("0.0001"))
    assert Entitlement("EUR", Decimal(0), (vast, tiny)).exact_points == exact + Fraction(1, 10**7)


def test_a_factor_multiplies_what_the_pieces_kept_earn():
    two = replace(COFFEE, line_id="b", pieces=Decimal(2), factor=Decimal("1.5"))

    assert Entitlement("EUR", Decimal(0), (COFFEE, two)).points == 360 + 540
    assert Entitlement("EUR", Decimal(0), (COFFEE, replace(two, back=Decimal(1)))).points == 630


def test_each_line_earns_by_its_own_rate_and_the_whole_is_rounded_once():
    third = replace(COFFEE, amount=Decimal(1), rate=Decimal("33.3"))

    assert (
        Entitlement("EUR", Decimal(0), (third, third, replace(third, rate=Decimal(0)))).points == 66
    )
    assert Entitlement("EUR", Decimal(0), (third,) * 4).points == 133


def test_what_came_back_is_told_line_by_line():
    back = [fulfillment("RETURNED", a=1), fulfillment("REFUNDED", b=2)]
    lines = [line(3, name="a"), line(6, name="b", quantity=3), line(1, name="c")]
    first, second, third = parts(*lines, fulfillments=back)

    assert (first.back, first.returned, first.value) == (1, True, 3)
    assert (second.back, second.returned, second.value) == (2, False, 4)
    assert (third.back, third.returned, third.value) == (0, False, 0)
