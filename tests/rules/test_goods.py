"""Points follow the goods: what came back earns nothing, whatever became of the money."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from saleor_loyalty.rules.entitlement import EarningTerms, Entitlement, entitlement
from saleor_loyalty.rules.goods import Back, what_came_back
from saleor_loyalty.saleor_api.facts import Order
from tests.paper_saleor import (
    PaperSaleor,
    fulfillment,
    granted,
    line,
    price,
)

TEN = EarningTerms("EUR", Decimal(10), net=False, include_shipping=False)
LATER = "2026-03-02T10:00:00+00:00"


def order(*lines, gift_card: float = 0, refund: float = 0, back=(), grants=(), **changes) -> Order:
    """Paid in full but for what a gift card paid, less what was paid back."""
    paper = PaperSaleor()
    order = paper.orders[paper.place(1, *lines, **changes)]
    total = round(order["total"]["gross"]["amount"] - gift_card, 2)
    order["total"]["gross"]["amount"] = total
    order["totalCharged"] = {"amount": round(total - refund, 2)}
    return Order.from_json({**order, "fulfillments": list(back), "grantedRefunds": list(grants)})


def basis(order: Order, terms: EarningTerms = TEN) -> Entitlement:
    return entitlement(order, terms, gift_card_lines=order.gift_card_lines)


def points(order: Order, terms: EarningTerms = TEN) -> int:
    return basis(order, terms).points


A, B = line(80, name="a"), line(20, name="b")
EVERYTHING = {"a": 1, "b": 1}


@pytest.mark.parametrize("gift_card", [80, 60])
@pytest.mark.parametrize("grants", [[granted(20, b=1)], []], ids=["named", "unnamed"])
def test_t39_a_line_refunded_while_a_gift_card_paid_the_rest_takes_its_own_points(
    gift_card, grants
):
    assert points(order(A, B, gift_card=gift_card, refund=20, grants=grants)) == 800


def test_t40_goods_paid_by_gift_card_and_returned_earn_nothing():
    assert points(order(A, B, gift_card=100, back=[fulfillment("RETURNED", **EVERYTHING)])) == 0


def test_t40_goods_returned_against_cash_outside_earn_nothing():
    assert points(order(A, B, back=[fulfillment("RETURNED", **EVERYTHING)])) == 0


def test_t40_all_goods_returned_earn_nothing_though_shipping_was_kept():
    returned = [fulfillment("RETURNED", **EVERYTHING)]
    assert points(order(A, B, shipping=23.9, refund=100, back=returned)) == 0


def test_t40_a_piece_returned_earns_nothing_whether_or_not_money_moved():
    coffee = line(72, name="a", quantity=2)
    returned = [fulfillment("RETURNED", a=1)]
    refunded = [fulfillment("REFUNDED_AND_RETURNED", refunded=36, a=1)]
    assert points(order(coffee, back=returned)) == 360
    assert points(order(coffee, refund=36, back=returned)) == 360
    assert points(order(coffee, refund=36, back=refunded)) == 360


@pytest.mark.parametrize("status", ["REFUNDED", "REFUNDED_AND_RETURNED"])
def test_t40_pieces_refunded_earn_nothing_whatever_part_of_their_price_was_paid_back(status):
    """The share that the money says would leave 900."""
    back = [fulfillment(status, refunded=10, b=1)]
    assert points(order(A, B, refund=10, back=back)) == 800


def test_t41_a_refund_of_shipping_takes_no_points_of_goods():
    goods = line(100)
    for grants in ([granted(10, shipping=True)], [granted(4, shipping=True)]):
        refund = grants[0]["amount"]["amount"]
        assert points(order(goods, shipping=10, refund=refund, grants=grants)) == 1000


def test_t41_a_refund_of_shipping_takes_the_points_of_shipping_where_that_earns():
    terms = replace(TEN, include_shipping=True)
    refund = order(line(100), shipping=10, refund=10, grants=[granted(10, shipping=True)])
    part = order(line(100), shipping=10, refund=4, grants=[granted(4, shipping=True)])
    assert (points(refund, terms), points(part, terms)) == (1000, 1060)


def test_t41_shipping_refunded_with_a_return_is_no_refund_of_goods():
    back = [fulfillment("REFUNDED_AND_RETURNED", refunded=30, shipping=10, b=1)]
    assert points(order(A, B, shipping=10, refund=30, back=back)) == 800


def test_t41_shipping_named_by_a_return_that_paid_nothing_back_is_not_refunded():
    """Saleor notes what would be paid back for shipping though no refund is asked for."""
    back = [fulfillment("RETURNED", shipping=10, b=1)]
    terms = replace(TEN, include_shipping=True)
    assert points(order(A, B, shipping=10, back=back), terms) == 900


def test_a_refund_of_the_gift_card_bought_leaves_the_points_of_the_goods():
    card = line(50, name="card", kind="GIFT_CARD")
    assert points(order(A, card, refund=50, grants=[granted(50, card=1)])) == 800


def test_a_refund_of_all_goods_leaves_nothing_though_the_gift_card_bought_is_kept():
    card = line(50, name="card", kind="GIFT_CARD")
    assert points(order(A, card, refund=80, grants=[granted(80, a=1)])) == 0


def test_a_refund_that_names_nothing_is_spread_over_everything():
    assert points(order(line(100), shipping=10, refund=10)) == 909


def test_t20_refunded_tax_takes_its_share_of_the_net_price():
    assert points(order(line(120, 100), refund=20), replace(TEN, net=True)) == 833


def test_what_is_refunded_beyond_the_pieces_is_spread_over_what_is_kept():
    assert points(order(A, B, refund=60, grants=[granted(20, b=1)])) == 400


def test_a_refund_of_a_part_of_the_price_brings_no_piece_back():
    assert points(order(A, B, refund=5, grants=[granted(5, a=1)])) == 950


def test_a_return_with_a_deduction_is_a_return_all_the_same():
    back = [fulfillment("RETURNED", a=1)]
    assert points(order(A, B, refund=70, back=back, grants=[granted(70, a=1)])) == 200


def test_a_replaced_or_sent_piece_did_not_come_back():
    back = [fulfillment(s, a=1) for s in ("REPLACED", "FULFILLED", "CANCELED")]
    assert points(order(A, B, back=back)) == 1000


def test_a_refund_granted_and_not_paid_takes_nothing_yet():
    assert points(order(A, B, grants=[granted(20, b=1)])) == 1000


def test_a_refund_that_failed_names_nothing():
    grants = [granted(20, status="FAILURE", b=1)]
    assert points(order(A, B, refund=20, grants=grants)) == 800  # spread, and not by what it names
    assert not basis(order(A, B, refund=20, grants=grants)).came_back


def test_of_granted_refunds_those_count_that_succeeded_then_the_oldest():
    newer = granted(80, status="SUCCESS", at=LATER, a=1)
    assert points(order(A, B, refund=80, grants=[granted(80, b=4, at=LATER), newer])) == 200
    both = [granted(20, at=LATER, b=1), granted(80, a=1)]
    assert points(order(A, B, refund=80, grants=both)) == 200
    assert points(order(A, B, refund=100, grants=both)) == 0


def test_a_granted_refund_is_covered_whole_or_not_at_all():
    both = [granted(80, a=1), granted(20, at=LATER, b=1)]
    assert points(order(A, B, refund=20, grants=both)) == 800


def test_money_paid_back_with_a_return_pays_for_no_granted_refund():
    back = [fulfillment("REFUNDED_AND_RETURNED", refunded=20, b=1)]
    assert points(order(A, B, refund=20, back=back, grants=[granted(20, a=1)])) == 800


def test_what_was_charged_again_is_kept_again():
    assert points(order(A, B, grants=[granted(20, status="SUCCESS", b=1)])) == 1000


def test_a_piece_returned_and_refunded_is_one_piece():
    coffee = line(72, name="a", quantity=2)
    back, grants = [fulfillment("RETURNED", a=1)], [granted(36, a=1)]
    assert points(order(coffee, refund=36, back=back, grants=grants)) == 360


def test_no_more_pieces_come_back_than_were_bought():
    assert points(order(A, B, back=[fulfillment("RETURNED", b=7)])) == 800


def test_pieces_of_a_line_that_an_edit_took_away_are_nobodys():
    back, grants = [fulfillment("RETURNED", gone=1)], [granted(20, gone=1)]
    assert points(order(A, B, back=back, grants=grants)) == 1000


def test_a_price_that_does_not_divide_is_refunded_to_the_cent_and_leaves_no_rest():
    thirds = line(20, name="a", quantity=3)  # 6.67 each, says Saleor
    thirty = replace(TEN, points_per_unit=Decimal(30))
    for amount in (6.67, 6.66):
        refund = order(thirds, line(100, name="b"), refund=amount, grants=[granted(amount, a=1)])
        assert points(refund, thirty) == 3400


def test_a_net_price_counts_by_its_pieces():
    coffee = line(120, 100, name="a", quantity=4)
    back = [fulfillment("RETURNED", a=1)]
    assert points(order(coffee, back=back), replace(TEN, net=True)) == 750


def test_an_order_of_nothing_but_shipping_that_came_back_earns_nothing():
    nothing = order(line(0), shipping=10, refund=10, grants=[granted(10, shipping=True)])
    assert points(nothing) == 0


C = line(20, name="c")  # as dear as B: money does not tell which of them came back


def test_pieces_of_two_returns_are_counted_together():
    coffee = line(72, name="a", quantity=3)
    back = [fulfillment("RETURNED", a=1), fulfillment("RETURNED", a=1)]
    assert what_came_back(order(coffee, back=back)).returned == {"a": 2}


def test_of_granted_refunds_one_that_succeeded_is_taken_for_paid_before_an_older_one():
    grants = [granted(20, b=1), granted(20, status="SUCCESS", at=LATER, c=1)]
    assert what_came_back(order(A, B, C, refund=20, grants=grants)).refunded == {"c": 1}


def test_of_granted_refunds_the_oldest_is_taken_for_paid():
    grants = [granted(20, at=LATER, c=1), granted(20, b=1)]
    assert what_came_back(order(A, B, C, refund=20, grants=grants)).refunded == {"b": 1}


def test_a_granted_refund_too_large_to_have_been_paid_is_passed_over():
    grants = [granted(80, a=1), granted(20, at=LATER, b=1)]
    assert what_came_back(order(A, B, refund=20, grants=grants)).refunded == {"b": 1}


def test_money_paid_back_with_a_return_is_not_there_for_a_refund_of_the_same_amount():
    back = [fulfillment("REFUNDED_AND_RETURNED", refunded=20, b=1)]
    seen = what_came_back(order(A, B, C, refund=20, back=back, grants=[granted(20, c=1)]))
    assert seen == Back({"b": 1}, {}, 0)


def test_a_refund_pays_for_all_the_pieces_that_it_names_or_for_none():
    two = line(40, name="b", quantity=2)
    for lines, grant in (((A, B), granted(20, a=1, b=1)), ((A, two), granted(20, b=2))):
        assert not what_came_back(order(*lines, refund=20, grants=[grant])).refunded


def test_a_refund_of_a_line_that_is_gone_is_spread_and_settles():
    assert points(order(A, B, refund=20, grants=[granted(20, gone=1)])) == 800


def test_a_line_of_no_pieces_costs_a_refund_nothing():
    none = line(0, name="c", quantity=0)
    assert points(order(A, B, none, refund=20, grants=[granted(20, b=1, c=1)])) == 800


def test_a_price_that_divides_forgives_no_cent():
    two = line(40, name="b", quantity=2)
    assert not what_came_back(order(A, two, refund=39.99, grants=[granted(39.99, b=2)])).refunded


def test_a_refund_may_miss_the_price_by_half_a_cent_for_each_of_its_pieces():
    fives = [line(50.02, name=name, quantity=5) for name in "ab"]  # 10.004 each, refunded as 10.00
    one, both = granted(40, a=4), granted(80, a=4, b=4)
    assert what_came_back(order(*fives, refund=40, grants=[one])).refunded == {"a": 4}
    assert what_came_back(order(*fives, refund=80, grants=[both])).refunded == {"a": 4, "b": 4}


def test_what_was_refunded_too_much_for_rounding_is_no_rest():
    fives = line(50.03, name="a", quantity=5)  # 10.006 each, refunded as 10.01
    halves = line(20.01, name="a", quantity=2)  # 10.005
    assert basis(order(fives, refund=40.04, grants=[granted(40.04, a=4)])).rest == 0
    assert basis(order(halves, refund=10.01, grants=[granted(10.01, a=1)])).rest == 0


def test_a_currency_without_cents_is_rounded_to_the_whole():
    thirds = line(100, name="a", quantity=3)
    yen = {"gross": {"amount": 100, "currency": "JPY"}}
    refund = order(thirds, total=yen, refund=33, grants=[granted(33, a=1)])
    assert what_came_back(refund).refunded == {"a": 1}


def test_t41_a_refund_of_pieces_and_shipping_brings_all_of_the_shipping_back_and_no_more():
    cheap = line(2, name="b")
    part = [granted(5, shipping=True, b=1)]
    twice = [fulfillment("REFUNDED_AND_RETURNED", refunded=12, shipping=10, b=1)]
    assert what_came_back(order(A, cheap, shipping=10, refund=5, grants=part)).shipping == 10
    again = order(A, cheap, shipping=10, refund=22, back=twice, grants=[granted(10, shipping=True)])
    assert what_came_back(again).shipping == 10


def test_t41_a_refund_that_does_not_name_shipping_leaves_it():
    assert what_came_back(order(A, B, shipping=10, refund=20, grants=[granted(20, b=1)])) == Back(
        {}, {"b": 1}, 0
    )


def test_t41_shipping_refunded_with_pieces_that_were_not_sent_is_back():
    back = [fulfillment("REFUNDED", refunded=30, shipping=10, b=1)]
    assert what_came_back(order(A, B, shipping=10, refund=30, back=back)).shipping == 10


def test_a_rest_beyond_the_rounding_counts_whole():
    thirds = line(20, name="a", quantity=3)
    seen = basis(order(thirds, line(100, name="b"), refund=16.67, grants=[granted(6.67, a=1)]))
    assert seen.rest == Fraction(1667, 100) - Fraction(20, 3)


def test_a_piece_both_returned_and_refunded_is_said_to_be_returned():
    back, grants = [fulfillment("RETURNED", b=1)], [granted(20, b=1)]
    (seen,) = basis(order(A, B, refund=20, back=back, grants=grants)).came_back
    assert seen.returned


def test_what_was_charged_beyond_the_price_is_not_said_to_be_unpaid():
    assert basis(order(A, B, refund=-25)).unpaid == 0


cents = st.integers(0, 1_000_000).map(lambda n: float(Decimal(n) / 100))


@given(
    prices=st.lists(st.tuples(cents, st.integers(1, 5)), min_size=1, max_size=4),
    paid_back=cents,
    shipping=cents,
)
def test_all_goods_returned_earn_nothing_whatever_was_paid_back(prices, paid_back, shipping):
    lines = [line(gross, name=f"l{n}", quantity=q) for n, (gross, q) in enumerate(prices)]
    pieces = {each["id"]: each["quantity"] for each in lines}
    back = [fulfillment("RETURNED", **pieces)]
    assert points(order(*lines, shipping=shipping, refund=paid_back, back=back)) == 0


@given(
    gross=st.integers(1, 1_000_000),
    quantity=st.integers(1, 9),
    back=st.integers(0, 9),
    other=st.integers(0, 1_000_000),
)
def test_a_return_refunded_by_its_price_is_a_return(gross, quantity, back, other):
    """To the point: the refund's rounding to a cent changes nothing."""
    back = min(back, quantity)
    amount = round(gross / quantity) * back / 100
    lines = [line(gross / 100, name="a", quantity=quantity), line(other / 100, name="b")]
    returned = [fulfillment("RETURNED", a=back)] if back else []
    grants = [granted(amount, a=back)] if back else []

    seen = points(order(*lines, refund=amount, back=returned, grants=grants))

    exact = Fraction(gross, 100) * (quantity - back) / quantity + Fraction(other, 100)
    assert seen == floor(exact * 10)


def test_lines_may_lack_a_net_price_that_divides():
    thirds = {**line(9, name="a", quantity=3), "totalPrice": price(9, 7.5)}
    returned = order(thirds, back=[fulfillment("RETURNED", a=2)])
    assert points(returned, replace(TEN, net=True)) == 25
