"""The numbers of the overview."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from saleor_loyalty.dashboard_extension import statistics
from saleor_loyalty.models import Change, Coupon, Entry, EntryKind, Shop, Subject
from saleor_loyalty.orders import inbox
from tests.accounts import account_of

PARIS = "Europe/Paris"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def moved(ada, program, monkeypatch):
    """Entries at moments, without a ledger: only the sums matter here."""
    monkeypatch.setattr(timezone, "now", lambda: NOW)

    def moved(points, at, kind=EntryKind.GIFT):
        Entry.objects.create(
            shop=ada.shop,
            account=account_of(ada),
            kind=kind,
            source=f"{at}{points}",
            points=points,
            balance_after=0,
            created_at=at,
            version=program.current,
        )

    return moved


def test_a_day_ends_at_midnight_in_the_programs_time_zone(shop, moved):
    moved(1, datetime(2026, 11, 21, 22, 59, 59, tzinfo=UTC))
    moved(10, datetime(2026, 11, 21, 23, 0, tzinfo=UTC))  # midnight in Paris

    days = statistics.by_day(shop=shop, days=7, time_zone=PARIS)

    assert [day.moved.issued for day in days[-2:]] == [1, 10]
    assert str(days[-1].day) == "2026-11-22"
    assert len(days) == 7


def test_a_day_has_its_own_length_when_clocks_change(shop, moved):
    moved(1, datetime(2026, 10, 25, 22, 30, tzinfo=UTC))  # 23:30 of a day of 25 hours

    days = {str(d.day): d.moved for d in statistics.by_day(shop=shop, days=30, time_zone=PARIS)}

    assert days["2026-10-25"].issued == 1


def test_each_kind_of_movement_counts_where_it_belongs(shop, moved):
    at = NOW - timedelta(hours=1)
    moved(1000, at, EntryKind.ORDER)
    moved(-100, at, EntryKind.REVERSAL)
    moved(-500, at, EntryKind.REWARD)
    moved(500, at, EntryKind.REVERSAL)
    moved(-30, at, EntryKind.EXPIRY)
    moved(-7, at, EntryKind.ADJUSTMENT)
    moved(20, at, EntryKind.ADJUSTMENT)

    total = statistics.total(statistics.by_day(shop=shop, days=7, time_zone=PARIS))

    assert total == statistics.Movement(
        issued=1020, taken_back=107, spent=500, returned=500, expired=30
    )


def test_what_is_stuck_is_said_and_what_is_busy_is_not(shop, ask, program):
    now = timezone.now()
    late = {"shop": shop, "subject": Subject.ORDER, "due_at": now}
    Change.objects.create(**late, subject_id="1", marked_at=now - timedelta(hours=1))
    Change.objects.create(**late, subject_id="2", marked_at=now)

    page = ask("overview").text

    assert "1 change of an order or customer waits" in page
    assert "Look at it" in page
    assert "Coupons get their vouchers" in page


def test_t32_that_the_shops_api_is_silent_and_how_many_orders_wait_is_said(shop, ask, program):
    at = datetime(2026, 3, 1, 12, tzinfo=UTC)
    for number in range(3):
        inbox.mark(shop=shop, order_ids=[str(number)])
    assert "Orders are settled as they are paid" in ask("overview").text

    Shop.objects.update(silent_since=at, ask_again_at=at)

    said = "3 orders wait for their points: your shop’s API has not answered since Mar 1, 2026, "
    page = ask("overview").text
    assert said in page
    assert "Nothing is lost: they are settled as soon as it answers again." in page


def test_t44_a_coupon_that_the_shop_refuses_is_seen_with_the_reason(shop, ask, program, coupon):
    why = "Saleor refused: discountValue: Invalid amount precision. (INVALID)"
    an_hour_ago = timezone.now() - timedelta(hours=1)
    Coupon.objects.filter(pk=coupon.pk).update(status="PENDING", issued_at=an_hour_ago)
    coupon.codes.update(error=why)

    page = ask("overview").text

    assert "1 coupon has no voucher yet" in page
    assert why in page


def test_before_there_is_a_program_the_overview_leads_to_setting_it_up(ask, shop):
    assert "Set up the program" in ask("overview").text
