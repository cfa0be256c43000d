"""The walk: what events did not tell is found, a page at a time, from where the last one ended."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from saleor_loyalty import inbox, reconciliation, settlement, tasks, vault
from saleor_loyalty.models import Change, Entry, Member, Shop
from saleor_loyalty.saleor_api.client import Saleor
from saleor_loyalty.saleor_api.transport import (
    PatientTransport,
    SaleorRefused,
    SaleorUnavailable,
)
from tests.points.paper_saleor import ANNA, BEN, line

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def walk(shop, paper):
    """Walks without waiting, as a worker would, and says what was marked."""

    def walk(**options):
        shop.refresh_from_db()
        return reconciliation.reconcile(shop, Saleor(paper), pause=0, **options)

    return walk


def place(paper, number, *, minutes=0, **changes):
    moment = (NOON + timedelta(minutes=minutes)).isoformat()
    return paper.place(number, line(10), updatedAt=moment, **changes)


def orders_marked():
    return set(Change.objects.filter(subject="ORDER").values_list("subject_id", flat=True))


def work(shop, paper):
    while settlement.settle_due(shop, Saleor(paper)):
        pass


def test_t32_a_shop_that_was_down_for_a_day_ends_right(shop, paper, walk):
    paid, cancelled = place(paper, 1), place(paper, 2, status="CANCELED")
    refunded = place(paper, 3, minutes=600)
    paper.charge(refunded, 4.0)
    place(paper, 4, minutes=1000, events=[], chargeStatus="NONE")

    walk()
    work(shop, paper)

    points = Entry.objects.values_list("order__order_id", "points")
    assert dict(points) == {paid: 100, refunded: 40}
    assert cancelled not in orders_marked()


def test_orders_that_workers_asked_saleor_about_since_are_not_marked_again(
    shop, paper, walk, settle
):
    key = place(paper, 1)
    settle(key)

    assert walk().orders == 0

    paper.orders[key]["updatedAt"] = (NOON + timedelta(minutes=1)).isoformat()
    assert walk().orders == 1


def test_t33_a_refund_stamped_before_the_payment_that_saleor_was_asked_about_is_found(
    shop, paper, walk, settle
):
    key = place(paper, 1, minutes=1)
    settle(key)
    paper.orders[key]["updatedAt"] = NOON.isoformat()
    paper.charge(key, 0.0)

    assert walk().orders == 1
    work(shop, paper)
    assert Member.objects.get().balance == 0


def test_a_walk_starts_a_little_before_where_the_last_one_ended(shop, paper, walk):
    place(paper, 1)
    walk()
    shop.refresh_from_db()
    assert shop.orders_walked_to == NOON
    Change.objects.all().delete()

    committed_late = place(paper, 2, minutes=-9)
    long_ago = place(paper, 3, minutes=-11)
    walk()

    assert committed_late in orders_marked()
    assert long_ago not in orders_marked()


def test_a_walk_that_stops_halfway_is_gone_on_with(shop, paper, walk):
    paper.page = 2
    keys = [place(paper, n, minutes=20 * n) for n in range(5)]
    paper.after["orders_changed"] = lambda: setattr(paper, "refuses", "orders_changed")

    with pytest.raises(SaleorRefused):
        walk()
    assert orders_marked() == set(keys[:2])

    paper.refuses = None
    walk()
    assert orders_marked() == set(keys)
    assert Change.objects.get(subject_id=keys[0]).marks == 1


def test_an_order_that_changes_during_the_walk_is_met_at_its_end(shop, paper, walk):
    paper.page = 2
    keys = [place(paper, n, minutes=n) for n in range(4)]
    moved = (NOON + timedelta(minutes=9)).isoformat()
    paper.after["orders_changed"] = lambda: paper.orders[keys[2]].update(updatedAt=moved)

    walk()

    assert orders_marked() == set(keys)


def test_a_moment_in_the_past_is_walked_from_and_the_watermark_stays(shop, paper, walk):
    place(paper, 1)
    late = place(paper, 2, minutes=60)
    walk()
    Change.objects.all().delete()

    walk(since=NOON - timedelta(minutes=1))

    assert len(orders_marked()) == 2
    shop.refresh_from_db()
    assert shop.orders_walked_to == NOON + timedelta(minutes=60)
    assert late in orders_marked()


def test_customers_who_changed_are_marked(shop, paper, walk):
    paper.know({**ANNA, "updatedAt": NOON.isoformat()})
    paper.know({**BEN, "updatedAt": "2025-12-01T00:00:00+00:00"})

    assert walk().customers == 1
    assert Change.objects.get(subject="CUSTOMER").subject_id == ANNA["id"]


def test_a_customer_whom_staff_deleted_is_found(shop, paper, walk, anna):
    paper.forget(ANNA)

    assert walk(since=timezone.now()).customers == 1
    assert Change.objects.get(subject="CUSTOMER").subject_id == ANNA["id"]


def test_members_are_looked_up_in_turn(shop, paper, walk, monkeypatch):
    Member.objects.bulk_create(
        Member(shop=shop, customer_id=f"VXNlcj{n}", joined_at=NOON) for n in range(250)
    )
    monkeypatch.setattr(reconciliation, "MEMBER_PAGES", 2)

    assert walk(since=timezone.now()).customers == 200
    assert walk(since=timezone.now()).customers == 50
    shop.refresh_from_db()
    assert shop.members_walked_to == 0


def test_closed_members_are_not_looked_up(shop, paper, walk, anna):
    paper.forget(ANNA)
    Member.objects.update(status="CLOSED")

    assert walk(since=timezone.now()).customers == 0


def test_what_saleor_cannot_answer_just_now_is_asked_again_after_the_wait_it_asked_for():
    waits = []
    answers = [
        SaleorUnavailable("busy"),
        SaleorUnavailable("429", retry_after=timedelta(seconds=30)),
        {"orders": "at last"},
    ]

    class Busy:
        def execute(self, _document, _variables):
            answer = answers.pop(0)
            if isinstance(answer, Exception):
                raise answer
            return answer

    assert PatientTransport(Busy(), sleep=waits.append).execute("", {}) == {"orders": "at last"}
    assert waits == [1.0, 30.0]


@pytest.mark.parametrize(("retry_after", "tries"), [(0, 5), (61, 1)])
def test_patience_has_an_end(retry_after, tries):
    calls = []

    class Down:
        def execute(self, _document, _variables):
            calls.append(1)
            raise SaleorUnavailable("down", retry_after=timedelta(seconds=retry_after))

    with pytest.raises(SaleorUnavailable):
        PatientTransport(Down(), sleep=lambda _: None).execute("", {})
    assert len(calls) == tries


def test_a_change_waits_as_long_as_saleor_asked(shop, paper):
    inbox.mark(shop=shop, order_ids=["T3JkZXI6MQ=="])
    claim = inbox.claim(shop=shop, limit=1)

    inbox.postpone(claim, claim.marks, error=SaleorUnavailable("x", retry_after=timedelta(hours=1)))

    assert Change.objects.get().due_at > timezone.now() + timedelta(minutes=59)


def test_the_command_says_which_shops_it_could_not_finish(shop, capsys, monkeypatch):
    def refuse(*_args, **_options):
        raise SaleorRefused("no")

    monkeypatch.setattr(reconciliation, "reconcile", refuse)
    Shop.objects.update(sealed_token=vault.seal("token"))

    with pytest.raises(CommandError, match="1 of 1 shops not finished"):
        call_command("loyalty_reconcile")
    assert f"{shop.api_url}: no" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["yesterday", "2026-13-01"])
def test_the_command_refuses_what_is_no_moment(db, text):
    with pytest.raises(CommandError, match="is no moment"):
        call_command("loyalty_reconcile", "--since", text)


def test_the_scheduled_walk_goes_on_with_the_next_shop_when_one_is_in_trouble(
    shop, monkeypatch, caplog
):
    Shop.objects.update(sealed_token=vault.seal("token"))
    other = Shop.objects.create(
        api_url="https://other.example.com/graphql/",
        sealed_token=vault.seal("token"),
        installed_at=NOON,
    )
    walked = []

    def reconcile(each, _saleor):
        walked.append(each.pk)
        raise SaleorRefused("no")

    monkeypatch.setattr(reconciliation, "reconcile", reconcile)

    tasks.reconcile()

    assert sorted(walked) == [shop.pk, other.pk]
