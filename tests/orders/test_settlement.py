"""Orders settle to their entitlement, whatever came before."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError
from django.db.models import Sum

from saleor_loyalty.models import Account, Change, Coupon, Entry, Member, SettledOrder
from saleor_loyalty.orders import inbox, settlement
from saleor_loyalty.saleor_api.client import Saleor
from saleor_loyalty.saleor_api.transport import SaleorForbade, SaleorRefused
from tests import paper_saleor
from tests.paper_saleor import (
    ANNA,
    BEN,
    PAID_AT,
    line,
    order_id,
)
from tests.shops import new_version

PAID = datetime.fromisoformat(PAID_AT)


def paid(moment: datetime) -> list[dict[str, str]]:
    """What an order tells of its payment."""
    return [{"type": "ORDER_FULLY_PAID", "date": moment.isoformat()}]


def balance() -> int:
    total = Entry.objects.aggregate(total=Sum("points"))["total"] or 0
    assert total == (Account.objects.aggregate(total=Sum("balance"))["total"] or 0)
    return total


def test_512_euro_become_5120_points_a_coupon_and_a_balance_of_120(paper, settle):
    settle(paper.place(1, line(512.00), shipping=9.90))

    assert list(Entry.objects.order_by("pk").values_list("kind", "points", "balance_after")) == [
        ("ORDER", 5120, 5120),
        ("REWARD", -5000, 120),
    ]
    assert Coupon.objects.count() == 1
    assert Change.objects.count() == 0


def test_1530_euro_become_three_coupons_and_a_balance_of_300(paper, settle):
    settle(paper.place(1, line(1530.00)))

    assert balance() == 300
    assert Coupon.objects.count() == 3


def test_the_member_is_made_from_the_order(paper, settle):
    settle(paper.place(1, line(10), user=BEN))

    member = Member.objects.get()
    assert (member.customer_id, member.email) == (BEN["id"], "ben@example.com")
    assert (member.first_name, member.language_code) == ("Ben", "pl")


def test_t01_t02_an_order_seen_again_and_again_is_credited_once(paper, settle):
    key = paper.place(1, line(100))
    for _ in range(3):
        settle(key)

    assert balance() == 1000
    assert Entry.objects.count() == 1


def test_t01_an_order_has_one_row(paper, settle):
    settle(paper.place(1, line(100)))
    row = SettledOrder.objects.get()
    row.pk, row._state.adding = None, True

    with pytest.raises(IntegrityError, match="order_settled_once"):
        row.save()


def test_t03_a_refunded_order_gives_its_points_back(paper, settle):
    key = paper.place(1, line(100))
    settle(key)
    paper.charge(key, 0.0)
    settle(key)

    assert balance() == 0
    assert Entry.objects.latest("pk").kind == "REVERSAL"


def test_t05_paid_cancelled_and_paid_again_has_its_points_back(paper, settle):
    key = paper.place(1, line(100))
    seen = []
    for status in ("UNFULFILLED", "CANCELED", "UNFULFILLED"):
        paper.orders[key]["status"] = status
        settle(key)
        seen.append(balance())

    assert seen == [1000, 0, 1000]


def test_t06_a_reversal_follows_the_rule_that_credited(paper, settle, program):
    key = paper.place(1, line(100))
    settle(key)
    program.current = new_version(program, rate="99", include_shipping=True)
    program.save()
    paper.charge(key, 50.0)
    settle(key)

    assert balance() == 500


def test_t06_an_order_seen_before_it_earned_goes_by_the_version_that_first_credits_it(
    paper, settle, program
):
    key = paper.place(1, line(50, kind="GIFT_CARD"), status="UNCONFIRMED")
    settle(key)
    program.current = new_version(program, rate="1")
    program.save()
    paper.orders[key]["lines"] = [line(50, name="l2")]
    settle(key)

    assert balance() == 50


def test_t33_a_refund_that_arrives_before_the_paid_event_ends_right(paper, settle):
    key = paper.place(1, line(100), chargeStatus="PARTIAL", totalCharged={"amount": 40.0})
    settle(key)

    assert balance() == 400


def test_an_order_never_fully_paid_earns_nothing(paper, settle):
    settle(paper.place(1, line(100), chargeStatus="PARTIAL", events=[]))

    assert balance() == 0
    assert SettledOrder.objects.count() == 0


def test_an_order_marked_as_paid_counts_as_paid(paper, settle):
    marked = [{"type": "ORDER_MARKED_AS_PAID", "date": "2026-03-01T10:00:00+00:00"}]
    settle(paper.place(1, line(100), events=marked))

    assert balance() == 1000


def test_t23_a_guests_order_earns_nothing_until_a_customer_owns_it(paper, settle):
    key = paper.place(1, line(100), user=None)
    settle(key)
    assert (balance(), Change.objects.count()) == (0, 0)  # nobody's, and no trouble

    paper.orders[key]["user"] = ANNA
    settle(key)
    assert balance() == 1000


def test_t38_switching_on_does_not_credit_the_past(paper, settle, program):
    program.activations.update(started_at=datetime(2026, 3, 2, tzinfo=UTC))
    settle(paper.place(1, line(100)))

    assert balance() == 0


def test_t38_the_programme_is_on_from_its_first_moment_and_off_from_its_last(
    paper, settle, program
):
    off = PAID + timedelta(days=1)
    program.activations.update(started_at=PAID, ended_at=off)
    settle(paper.place(1, line(100)), paper.place(2, line(1), events=paid(off)))

    assert balance() == 1000


def test_an_order_paid_while_the_programme_was_on_is_credited_after_a_break(paper, settle, program):
    program.activations.update(ended_at=datetime(2026, 3, 2, tzinfo=UTC))
    program.activations.create(started_at=datetime(2026, 4, 1, tzinfo=UTC))
    settle(paper.place(1, line(100)))

    assert balance() == 1000


def test_a_channel_without_terms_earns_nothing(paper, settle):
    settle(paper.place(1, line(100), channel={"id": "channel-2"}))

    assert balance() == 0


def test_orders_of_one_batch_are_credited_in_the_order_in_which_they_were_paid(paper, settle):
    second = paper.place(1, line(1), events=paid(PAID + timedelta(days=1)))
    first = paper.place(2, line(2), events=paid(PAID))
    settle(second, first)

    assert list(Entry.objects.order_by("pk").values_list("points", flat=True)) == [20, 10]


def test_t21_a_gift_card_line_stays_one_when_its_product_is_deleted(paper, settle):
    key = paper.place(1, line(50, kind="GIFT_CARD"), line(20, name="l2"))
    settle(key)
    paper.orders[key]["lines"][0]["variant"] = None
    settle(key)

    assert balance() == 200


def test_t32_orders_wait_while_saleor_is_down(paper, settle):
    key = paper.place(1, line(100))
    paper.down = True
    settle(key)
    assert (balance(), Change.objects.count()) == (0, 1)

    paper.down = False
    settle(key)
    assert (balance(), Change.objects.count()) == (1000, 0)


def test_one_unreadable_order_holds_up_no_other(paper, settle):
    bad, good = paper.place(1, line(100)), paper.place(2, line(100))
    del paper.orders[bad]["total"]
    settle(bad, good)

    assert balance() == 1000
    assert Change.objects.get().subject_id == bad


def test_an_order_that_saleor_stumbles_over_holds_up_no_other(paper, settle):
    *good, bad = [paper.place(n, line(10)) for n in range(7)]
    paper.stumbles_over = bad
    settle(*good, bad)

    assert balance() == 6 * 100
    assert Change.objects.get().subject_id == bad


def test_one_order_that_cannot_be_settled_holds_up_no_other(paper, settle):
    bad, good = paper.place(1, line(100)), paper.place(2, line(100))
    paper.orders[bad]["number"] = "9" * 100  # longer than its column
    settle(bad, good)

    assert balance() == 1000
    assert Change.objects.get().subject_id == bad
    assert SettledOrder.objects.get().order_id == good


def test_a_draft_is_taken_off_the_inbox(paper, settle):
    settle(order_id(404))

    assert Change.objects.count() == 0


def test_a_worker_that_lost_its_lease_settles_nothing(paper, shop):
    key = paper.place(1, line(100))
    inbox.mark(shop=shop, order_ids=[key])
    lease = inbox.lease(shop=shop, limit=10)
    Change.objects.update(lease=None)
    orders, _ = Saleor(paper).orders([key])

    settlement.settle(shop, lease, orders, [key])

    assert balance() == 0
    assert Change.objects.count() == 1


def test_an_order_with_our_code_marks_the_coupon_used(paper, settle):
    settle(paper.place(1, line(512)))
    coupon = Coupon.objects.get()
    second = paper.place(2, line(100), voucherCode=coupon.code, user=BEN)
    settle(second)

    coupon.refresh_from_db()
    assert (coupon.status, coupon.used_order_id, coupon.used_order_number) == ("USED", second, "2")
    assert coupon.used_at == datetime(2026, 3, 1, 10, tzinfo=UTC)


def test_t21_an_order_of_gift_cards_alone_earns_nothing_after_its_product_is_deleted(paper, settle):
    key = paper.place(1, line(50, kind="GIFT_CARD"))
    settle(key)
    paper.orders[key]["lines"][0]["variant"] = None
    settle(key)

    assert not Entry.objects.exists()


def test_a_refund_is_settled_though_the_order_was_moved_to_another_channel(paper, settle):
    """So Saleor does when a channel is deleted."""
    key = paper.place(1, line(100))
    settle(key)
    paper.orders[key]["channel"] = {"id": "channel-2"}
    paper.charge(key, 0.0)
    settle(key)

    assert balance() == 0


def test_a_saleor_that_does_not_answer_is_asked_once_a_round(shop, paper):
    """Other shops wait for the same worker."""
    inbox.mark(shop=shop, order_ids=[order_id(n) for n in range(250)])
    paper.down = True

    while settlement.settle_due(shop, Saleor(paper)):
        pass

    assert paper.calls == ["orders"]
    assert Change.objects.filter(lease=None).count() == 250


def test_a_saleor_that_refuses_every_order_is_not_asked_for_each(shop, paper):
    inbox.mark(shop=shop, order_ids=[order_id(n) for n in range(100)])
    paper.refuses = "orders"

    settlement.settle_due(shop, Saleor(paper))

    assert len(paper.calls) <= settlement.MOST_REQUESTS
    assert Change.objects.filter(lease=None, error__startswith="SaleorRefused").count() == 100


def test_a_saleor_that_forbids_to_see_orders_is_asked_once_a_round(shop, paper, monkeypatch):
    def orders(self, ids):
        raise SaleorForbade("MANAGE_ORDERS is missing")

    monkeypatch.setitem(paper_saleor.ANSWERS, "orders", orders)
    inbox.mark(shop=shop, order_ids=[order_id(n) for n in range(100)])

    assert settlement.settle_due(shop, Saleor(paper)) == 0
    assert paper.calls == ["orders"]


def test_two_orders_that_saleor_stumbles_over_hold_up_no_other(shop, paper, monkeypatch):
    keys = [paper.place(n, line(1)) for n in range(100)]
    stumble = type(paper)._orders

    def orders(self, ids):
        if keys[0] in ids or keys[99] in ids:
            raise SaleorRefused("some field of some order is broken")
        return stumble(self, ids)

    monkeypatch.setitem(paper_saleor.ANSWERS, "orders", orders)
    found, failed = settlement.fetch(Saleor(paper), keys)

    assert failed.keys() == {keys[0], keys[99]}
    assert len(found) == 98
