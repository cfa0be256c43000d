"""Facts that came with events: what they may settle, and what is asked of Saleor instead."""

import copy
import json
from datetime import UTC, datetime, timedelta

import pytest
from django.db.models import Sum
from django.utils import timezone

from saleor_loyalty import inbox, settlement, snapshots
from saleor_loyalty.inbox import Snapshot
from saleor_loyalty.models import Change, Entry, Sighting
from saleor_loyalty.saleor_api.client import Saleor
from saleor_loyalty.saleor_api.facts import Order
from tests.points.paper_saleor import ANNA, line


@pytest.fixture
def saleor(paper):
    """A paper Saleor whose orders change at moments of today."""

    class Now:
        def __init__(self):
            self.moment = timezone.now() - timedelta(minutes=5)

        def order(self, number=1, *lines, **changes):
            return self.touch(paper.place(number, *(lines or [line(10)]), **changes))

        def touch(self, key, **changes):
            self.moment += timedelta(seconds=1)
            paper.orders[key] |= {"updatedAt": self.moment.isoformat(), **changes}
            return key

        def cancel(self, key):
            cancelled = {"type": "CANCELED", "date": self.moment.isoformat()}
            events = [*paper.orders[key]["events"], cancelled]
            return self.touch(key, status="CANCELED", events=events)

        def note(self, key, event):
            """One more entry in the order's history."""
            noted = {"type": event, "date": self.moment.isoformat()}
            paper.orders[key]["events"] = [*paper.orders[key]["events"], noted]
            return key

        def refund(self, key, *, left):
            return self.touch(key, totalCharged={"amount": left})

        def snapshot(self, key):
            """What an event of this moment would say."""
            order = copy.deepcopy(paper.orders[key])
            order["transactions"] = [{"chargedAmount": order["totalCharged"]}]
            order["payments"] = []
            return Snapshot(json.dumps(order), datetime.fromisoformat(order["updatedAt"]))

    return Now()


@pytest.fixture
def deliver(shop, paper):
    """Has events arrive, in this order, and workers settle; the documents they asked Saleor."""

    def deliver(*told, settle_each=False):
        paper.calls.clear()
        for snapshot in told:
            key = json.loads(snapshot.facts)["id"]
            inbox.mark(shop=shop, order_ids=[key], snapshots={key: snapshot})
            if settle_each:
                work()
        work()
        return paper.calls

    def work():
        while settlement.settle_due(shop, Saleor(paper)):
            pass

    return deliver


def balance():
    return Entry.objects.aggregate(sum=Sum("points"))["sum"] or 0


def test_a_paid_order_is_settled_by_its_event_alone(saleor, deliver, paper):
    key = saleor.order()
    told = saleor.snapshot(key)
    paper.down = True

    asked = deliver(told)

    assert balance() == 100
    assert asked == []
    assert not Change.objects.exists()


def test_an_event_settles_to_the_same_as_a_question(saleor, deliver, settle, paper):
    told = saleor.order(1, line(10), line(5, name="card", kind="GIFT_CARD"))
    asked = saleor.order(2, line(10), line(5, name="card", kind="GIFT_CARD"))

    deliver(saleor.snapshot(told))
    settle(asked)

    assert list(Entry.objects.values_list("points", flat=True)) == [100, 100]


def test_t01_events_of_one_moment_are_settled_once_and_without_a_question(saleor, deliver):
    told = saleor.snapshot(saleor.order())

    assert deliver(told, told, told, settle_each=True) == []
    assert balance() == 100


@pytest.mark.parametrize("settle_each", [True, False])
def test_t33_an_older_snapshot_never_overwrites_newer_facts(saleor, deliver, settle_each):
    key = saleor.order()
    paid = saleor.snapshot(key)
    refunded = saleor.snapshot(saleor.refund(key, left=4.0))

    deliver(refunded, paid, settle_each=settle_each)

    assert balance() == 40


def test_t33_an_older_snapshot_credits_no_order_that_earned_nothing(saleor, deliver):
    key = saleor.order()
    paid = saleor.snapshot(key)
    cancelled = saleor.snapshot(saleor.cancel(key))

    deliver(cancelled, paid, settle_each=True)

    assert balance() == 0


def test_t33_a_snapshot_that_comes_late_is_old_news(saleor, deliver, settle, paper):
    key = saleor.order()
    late = saleor.snapshot(key)
    settle(saleor.refund(key, left=4.0))

    assert deliver(late) == []
    assert balance() == 40
    assert not Change.objects.exists()


def test_a_snapshot_of_the_same_moment_that_says_something_else_has_saleor_asked(
    saleor, deliver, paper
):
    key = saleor.order()
    one = saleor.snapshot(key)
    paper.orders[key]["user"] = None  # a guest's order gets its customer without a new updatedAt
    other = saleor.snapshot(key)

    assert deliver(one, other) == ["orders"]
    assert deliver(one) == ["orders"]


def test_an_order_marked_without_facts_is_asked_for_whatever_else_events_tell(
    saleor, deliver, shop, paper
):
    key = saleor.order()
    stale = saleor.snapshot(key)
    inbox.mark(shop=shop, order_ids=[key])

    assert deliver(stale) == ["orders"]


def test_newer_facts_of_an_order_being_settled_are_looked_at_next(saleor, shop, paper):
    key = saleor.order()
    paid = saleor.snapshot(key)
    inbox.mark(shop=shop, order_ids=[key], snapshots={key: paid})
    claim = inbox.claim(shop=shop, limit=10)
    orders = snapshots.of(shop, claim).orders
    refunded = saleor.snapshot(saleor.refund(key, left=4.0))
    inbox.mark(shop=shop, order_ids=[key], snapshots={key: refunded})

    settlement.settle(shop, claim, orders, [key], told=[key])
    settlement.settle_due(shop, Saleor(paper))

    assert balance() == 40
    assert paper.calls == []


def test_a_snapshot_too_old_to_be_the_newest_has_saleor_asked(saleor, deliver, paper):
    saleor.moment = timezone.now() - snapshots.BELIEVED_FOR - timedelta(minutes=1)
    told = saleor.snapshot(saleor.order())

    assert deliver(told) == ["orders"]


def test_a_snapshot_that_lacks_something_has_saleor_asked(saleor, deliver, paper):
    told = saleor.snapshot(saleor.order())
    facts = json.loads(told.facts)
    del facts["lines"]

    assert deliver(told._replace(facts=json.dumps(facts))) == ["orders"]


def test_t32_while_saleor_is_down_only_those_it_must_be_asked_for_wait(
    saleor, deliver, shop, paper
):
    told, asked = saleor.order(1), saleor.order(2)
    inbox.mark(shop=shop, order_ids=[asked])
    snapshot = saleor.snapshot(told)
    paper.down = True

    deliver(snapshot)

    assert balance() == 100
    assert Change.objects.get().subject_id == asked


def test_what_saleor_was_asked_after_a_change_need_not_be_asked_again(
    saleor, deliver, settle, shop, paper
):
    told, asked, never = saleor.order(1), saleor.order(2), saleor.order(3)
    moment, stamped = saleor.moment, datetime.fromisoformat(paper.orders[asked]["updatedAt"])
    deliver(saleor.snapshot(told))
    settle(asked)

    changed = [(told, moment), (asked, stamped), (never, moment)]

    assert snapshots.not_asked_about(shop, changed) == [told, never]
    assert snapshots.not_asked_about(shop, [(asked, timezone.now())]) == [asked]


def test_t33_a_change_with_an_earlier_stamp_than_what_saleor_was_asked_is_asked_about(
    saleor, settle, shop
):
    """Hosts stamp by their own clocks, and before they wait for the row."""
    key = saleor.order()
    settle(key)

    assert snapshots.not_asked_about(shop, [(key, saleor.moment - timedelta(seconds=1))]) == [key]


@pytest.mark.parametrize("settle_each", [True, False])
def test_t33_a_refund_with_an_earlier_stamp_than_the_payment_has_saleor_asked(
    saleor, deliver, settle_each
):
    key = saleor.order()
    paid = saleor.snapshot(key)
    saleor.moment -= timedelta(seconds=2)  # another host's clock
    refunded = saleor.snapshot(saleor.note(saleor.refund(key, left=4.0), "PAYMENT_REFUNDED"))

    assert deliver(paid, refunded, settle_each=settle_each) == ["orders"]
    assert balance() == 40


def test_t33_a_later_stamp_with_a_shorter_history_has_saleor_asked(saleor, deliver, settle):
    key = saleor.order()
    shorter = saleor.snapshot(key)
    settle(saleor.note(key, "PAYMENT_REFUNDED"))
    later = json.loads(shorter.facts) | {
        "updatedAt": (saleor.moment + timedelta(seconds=1)).isoformat()
    }
    told = Snapshot(json.dumps(later), datetime.fromisoformat(later["updatedAt"]))

    assert deliver(told) == ["orders"]


def test_sightings_outlast_every_snapshot_that_is_believed(saleor, deliver, shop):
    deliver(saleor.snapshot(saleor.order()))

    snapshots.forget_old(shop)
    assert Sighting.objects.exists()
    Sighting.objects.update(seen_at=timezone.now() - snapshots.KEPT_FOR - timedelta(minutes=1))
    snapshots.forget_old(shop)

    assert not Sighting.objects.exists()
    assert snapshots.KEPT_FOR > 2 * snapshots.BELIEVED_FOR


def test_facts_that_nobody_will_believe_are_not_kept(saleor, shop):
    saleor.moment = timezone.now() - timedelta(days=1)
    key = saleor.order()
    inbox.mark(shop=shop, order_ids=[key], snapshots={key: saleor.snapshot(key)})

    snapshots.forget_old(shop)

    assert Change.objects.get().facts is None


def test_equal_facts_have_one_fingerprint_however_their_numbers_are_written(saleor, paper):
    order = paper.orders[saleor.order()]
    other = json.loads(json.dumps(order).replace("10,", "10.00,").replace("+00:00", "Z"))

    assert Order.from_json(order).fingerprint == Order.from_json(other).fingerprint
    other["totalCharged"]["amount"] = 9.99
    assert Order.from_json(order).fingerprint != Order.from_json(other).fingerprint


def test_t33_of_one_moment_the_longer_history_is_the_newer(saleor, deliver, paper):
    key = saleor.order(events=[])
    paid_is_not_noted_yet = saleor.snapshot(key)
    paper.orders[key]["events"] = [{"type": "ORDER_FULLY_PAID", "date": saleor.moment.isoformat()}]
    paid = saleor.snapshot(key)

    assert deliver(paid_is_not_noted_yet, paid) == []
    assert balance() == 100


def test_a_charge_that_is_ahead_of_its_history_credits_nothing_yet(saleor, deliver, paper):
    told = saleor.snapshot(saleor.order(events=[]))

    assert deliver(told) == []
    assert balance() == 0


def test_an_order_cancelled_by_one_process_and_refunded_by_another_has_saleor_asked(
    saleor, deliver, paper
):
    """Each tells the order as it held it: measured, docs/decisions/snapshots.md."""
    key = saleor.order()
    cancelled = [*paper.orders[key]["events"], {"type": "CANCELED", "date": "2026-03-02T00:00:00Z"}]
    saleor.touch(key, events=cancelled)
    refunded_without_knowing = saleor.snapshot(key)
    paper.orders[key]["status"] = "CANCELED"

    assert deliver(refunded_without_knowing) == ["orders"]
    assert balance() == 0


def test_a_torn_snapshot_has_saleor_asked(saleor, deliver, paper):
    """One process refunded while another, which held the order as it was, changed it last."""
    key = saleor.order()
    torn = json.loads(saleor.snapshot(key).facts)
    torn["transactions"] = [{"chargedAmount": {"amount": 4.0}}]
    saleor.refund(key, left=4.0)

    asked = deliver(Snapshot(json.dumps(torn), saleor.moment))

    assert asked == ["orders"]
    assert balance() == 40


def test_a_customer_of_the_snapshot_becomes_a_member(saleor, deliver):
    deliver(saleor.snapshot(saleor.order(user=ANNA)))

    assert Entry.objects.get().member.customer_id == ANNA["id"]
    assert Entry.objects.get().created_at > datetime(2026, 1, 1, tzinfo=UTC)
