"""The walk: what events did not tell is found, a page at a time, from where the last one ended."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F, Value
from django.db.models.functions import Concat
from django.utils import timezone

from saleor_loyalty import tasks
from saleor_loyalty.models import Change, Coupon, Entry, Member, SettledOrder, Shop
from saleor_loyalty.orders import inbox, reconciliation, settlement
from saleor_loyalty.saleor_api.client import Saleor
from saleor_loyalty.saleor_api.transport import (
    PatientTransport,
    SaleorRefused,
    SaleorUnavailable,
)
from saleor_loyalty.shop import vault
from tests.paper_saleor import (
    ANNA,
    BEN,
    fulfillment,
    line,
)

WALKED = reconciliation.Marked(orders=0, customers=0, coupons=0, is_done=True)
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


def test_the_shops_name_is_that_of_saleor_and_changes_with_it(shop, paper, walk):
    walk()
    assert Shop.objects.get().name == "Nordlys"

    paper.name = " Nordlys\n& sons" + " x" * 255
    walk()

    assert Shop.objects.get().name.startswith("Nordlys & sons x x")


def test_orders_that_workers_asked_saleor_about_since_are_not_marked_again(
    shop, paper, walk, settle
):
    key = place(paper, 1)
    settle(key)

    assert walk().orders == 0

    paper.orders[key]["updatedAt"] = (NOON + timedelta(minutes=1)).isoformat()
    assert walk().orders == 1


def test_an_order_asked_for_again_without_a_difference_is_not_marked_again(
    shop, paper, walk, settle
):
    key = place(paper, 1)
    settle(key)
    paper.orders[key]["updatedAt"] = (NOON + timedelta(minutes=1)).isoformat()
    settle(key)

    assert SettledOrder.objects.get().asked_as_of == NOON + timedelta(minutes=1)
    assert walk().orders == 0


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


def test_whom_the_shop_closed_and_has_again_is_found(shop, paper, walk, anna):
    Member.objects.update(status="CLOSED")

    assert walk(since=timezone.now()).customers == 1

    Member.objects.update(status_by="eva@example.com")
    Change.objects.all().delete()
    assert walk(since=timezone.now()).customers == 0


def test_a_whole_page_of_absent_members_is_not_believed(shop, paper, walk, caplog):
    """A replica being rebuilt, a shop restored from a backup: not ten deleted accounts."""
    Member.objects.bulk_create(
        Member(shop=shop, customer_id=f"VXNlcj{n}", joined_at=NOON) for n in range(10)
    )

    assert walk(since=timezone.now()).customers == 0
    assert "has none of the 10 members" in caplog.text


def used_coupon(shop, paper, settle):
    """A coupon used by an order that is not paid yet, two days ago; the order's id."""
    settle(paper.place(1, line(512)))
    code = Coupon.objects.get().code
    key = paper.place(
        2, line(10), voucherCode=code, events=[], chargeStatus="NONE", totalCharged={"amount": 0}
    )
    settle(key)
    Coupon.objects.update(used_at=timezone.now() - timedelta(days=2))
    return key


def test_t13_an_expired_order_of_which_no_event_told_gives_its_coupon_back(
    shop, paper, walk, settle
):
    key = used_coupon(shop, paper, settle)
    paper.orders[key]["status"] = "EXPIRED"  # Saleor does not touch updatedAt

    assert walk(since=timezone.now()).orders == 1
    work(shop, paper)

    assert Coupon.objects.get().status == "PENDING"


def test_orders_that_used_a_coupon_are_asked_for_once_a_day_and_not_for_ever(
    shop, paper, walk, settle
):
    used_coupon(shop, paper, settle)
    walk(since=timezone.now())
    work(shop, paper)
    assert walk(since=timezone.now()).orders == 0

    Coupon.objects.update(look_again_at=timezone.now())
    assert walk(since=timezone.now()).orders == 1

    Coupon.objects.update(look_again_at=timezone.now(), used_at=timezone.now() - timedelta(days=61))
    assert walk(since=timezone.now()).orders == 0


def test_a_walk_out_of_time_is_gone_on_with_by_the_next(shop, paper, walk):
    paper.page = 1
    keys = [place(paper, n, minutes=20 * n) for n in range(4)]

    walk(budget=timedelta(0))
    assert orders_marked() == {keys[0]}
    walk(budget=timedelta(0))
    assert orders_marked() == {keys[0], keys[1]}


def test_a_walk_out_of_time_gets_beyond_the_overlap(shop, paper, walk):
    paper.page = 1
    keys = [place(paper, n, minutes=n) for n in range(4)]
    Shop.objects.update(orders_walked_to=NOON + timedelta(minutes=2))

    walk(budget=timedelta(0))

    assert orders_marked() == set(keys)


def test_one_worker_walks_a_shop_at_a_time(shop, monkeypatch):
    Shop.objects.update(sealed_token=vault.seal("token"))
    walks = []

    def reconcile(each, _saleor, **_options):
        walks.append(each.pk)
        if len(walks) == 1:
            tasks.reconcile()
        return WALKED

    monkeypatch.setattr(reconciliation, "reconcile", reconcile)
    tasks.reconcile()
    assert len(walks) == 1

    tasks.reconcile()
    assert len(walks) == 2


def test_a_killed_workers_walk_is_another_workers_soon(shop, monkeypatch):
    Shop.objects.update(sealed_token=vault.seal("token"), walk_until=timezone.now())
    walks = []

    def reconcile(*_args, **_options):
        walks.append(1)
        return WALKED

    monkeypatch.setattr(reconciliation, "reconcile", reconcile)

    tasks.reconcile()

    assert walks == [1]


def test_members_are_looked_up_in_turn(shop, paper, walk, monkeypatch):
    Member.objects.bulk_create(
        Member(shop=shop, customer_id=f"VXNlcj{n}", joined_at=NOON) for n in range(250)
    )
    Member.objects.filter(customer_id__endswith="0").update(
        customer_id=Concat("customer_id", Value("id"))
    )
    for present in Member.objects.filter(customer_id__endswith="id"):
        paper.know({**ANNA, "id": present.customer_id, "updatedAt": "2025-12-01T00:00:00+00:00"})
    monkeypatch.setattr(reconciliation, "MEMBER_PAGES", 2)

    assert walk(since=timezone.now()).customers == 180
    assert walk(since=timezone.now()).customers == 45
    shop.refresh_from_db()
    assert shop.members_walked_to == 0


def test_members_are_looked_up_until_the_time_is_used_up(shop, paper, walk):
    Member.objects.bulk_create(
        Member(shop=shop, customer_id=f"VXNlcj{n}", joined_at=NOON) for n in range(201)
    )
    paper.calls.clear()

    walk(since=timezone.now(), budget=timedelta(0))
    assert paper.calls.count("customers") == 1
    shop.refresh_from_db()
    assert shop.members_walked_to == Member.objects.order_by("pk")[99].pk

    walk(since=timezone.now())
    assert paper.calls.count("customers") == 3


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
    lease = inbox.lease(shop=shop, limit=1)

    inbox.postpone(lease, lease.marks, error=SaleorUnavailable("x", retry_after=timedelta(hours=1)))

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

    def reconcile(each, _saleor, **_options):
        walked.append(each.pk)
        raise SaleorRefused("no")

    monkeypatch.setattr(reconciliation, "reconcile", reconcile)

    tasks.reconcile()

    assert sorted(walked) == [shop.pk, other.pk]


def test_t40_a_second_return_of_which_no_event_told_is_found_within_a_day(
    shop, paper, settle, walk
):
    """It leaves the order PARTIALLY_RETURNED, and with it its `updatedAt`."""
    paid_at = timezone.now().isoformat()
    coffee = line(30, quantity=3)
    order = {
        "status": "PARTIALLY_RETURNED",
        "updatedAt": paid_at,
        "events": [{"type": "ORDER_FULLY_PAID", "date": paid_at}],
    }
    one = [fulfillment("RETURNED", l1=1)]
    key = paper.place(1, coffee, fulfillments=one, **order)
    settle(key)
    paper.place(1, coffee, fulfillments=[*one, *one], **order)

    walk()
    assert key not in orders_marked()

    SettledOrder.objects.update(look_again_at=F("look_again_at") - timedelta(days=1))
    walk()
    work(shop, paper)
    assert SettledOrder.objects.get().points == 100

    walk()
    assert key not in orders_marked()


def test_an_order_that_came_back_whole_or_long_ago_is_not_asked_for_again(paper, settle):
    long_ago = [{"type": "ORDER_FULLY_PAID", "date": NOON.isoformat()}]
    today = [{"type": "ORDER_FULLY_PAID", "date": timezone.now().isoformat()}]
    settle(paper.place(1, line(10), status="RETURNED", events=today))
    settle(paper.place(2, line(10), status="PARTIALLY_RETURNED", events=long_ago))

    assert not SettledOrder.objects.exclude(look_again_at=None).exists()
