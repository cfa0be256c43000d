"""Others hear of entries and coupons, once they are there to stay."""

import pytest
from django.db import transaction
from django.utils import timezone

from saleor_loyalty.ledger import expiry, signals
from saleor_loyalty.ledger.book import open_book
from saleor_loyalty.ledger.postings import Posting
from saleor_loyalty.models import Coupon, Entry, EntryKind, Lot
from saleor_loyalty.rewards.coupon_book import CouponBook
from saleor_loyalty.rewards.signals import coupon_issued
from tests.shops import new_program

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def heard():
    """What receivers were sent, in order."""
    sent = []

    def entry_heard(entry, **_kwargs):
        sent.append((entry.kind, entry.points))
        assert Entry.objects.using("default").filter(pk=entry.pk).exists()

    def coupon_heard(coupon, **_kwargs):
        sent.append(("coupon", coupon.cost))
        assert Coupon.objects.filter(pk=coupon.pk).exists()

    signals.entry_posted.connect(entry_heard)
    coupon_issued.connect(coupon_heard)
    yield sent
    signals.entry_posted.disconnect(entry_heard)
    coupon_issued.disconnect(coupon_heard)


@pytest.fixture
def version(shop):
    """Points that end a year after they came."""
    return new_program(shop, expiry_policy="PER_LOT", expiry_days=365).current


@pytest.fixture
def gift(version, anna):
    def gift(points):
        with open_book(
            [anna.pk],
            version=version,
            now=timezone.now(),
            consequences=[CouponBook(version)],
        ) as book:
            book.post(
                Posting(
                    member_id=anna.pk,
                    kind=EntryKind.GIFT,
                    points=points,
                    source=f"gift:{points}",
                    version=version,
                )
            )

    return gift


def test_entries_and_coupons_are_heard_of_once_they_are_committed(heard, gift):
    with transaction.atomic():
        gift(5120)
        assert heard == []

    assert heard == [("GIFT", 5120), ("REWARD", -5000), ("coupon", 5000)]


def test_nobody_hears_of_what_was_undone(heard, gift):
    with transaction.atomic():
        gift(5120)
        transaction.set_rollback(True)

    assert heard == []


def test_points_that_end_are_heard_of(heard, gift, shop):
    gift(100)
    Lot.objects.update(expires_at=timezone.now())
    expiry.sweep(shop, now=timezone.now())

    assert heard == [("GIFT", 100), ("EXPIRY", -100)]


def test_a_receiver_that_fails_is_logged_and_stops_nobody(gift, heard, caplog):
    def fail(**_kwargs):
        raise RuntimeError("This receiver is broken.")

    signals.entry_posted.connect(fail)
    try:
        gift(100)
    finally:
        signals.entry_posted.disconnect(fail)

    assert heard == [("GIFT", 100)]
    assert "This receiver is broken." in caplog.text
