"""The walk over vouchers: which coupons it looks at, how far it comes, what it does not believe."""

import math
import time
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from saleor_loyalty.models import Coupon, Shop
from saleor_loyalty.orders import inbox, voucher_walk
from saleor_loyalty.rewards import coupons
from saleor_loyalty.rewards.coupon_book import CouponBook
from saleor_loyalty.saleor_api.client import Saleor
from saleor_loyalty.saleor_api.facts import Unreadable
from saleor_loyalty.saleor_api.transport import SaleorForbade
from tests.paper_saleor import BEN, line
from tests.shops import new_shop


@pytest.fixture
def walk(shop, paper) -> Callable[..., list[int]]:
    """What each page of a walk changed."""

    def walk(*, pause: float = 0, ends: float = math.inf) -> list[int]:
        return list(voucher_walk.walk(shop, Saleor(paper), pause=pause, ends=ends))

    return walk


@pytest.fixture
def minted(shop, paper, settle, connected) -> Callable[..., list[Coupon]]:
    """So many coupons that are made, in their order, each with a voucher."""

    def minted(number: int) -> list[Coupon]:
        settle(paper.place(len(paper.orders) + 1, line(500 * number)))
        while coupons.mint_due(shop):
            pass
        return list(Coupon.objects.order_by("pk"))

    return minted


@pytest.fixture
def asked(paper, monkeypatch) -> list[list[str]]:
    """The vouchers that were asked for, page by page."""
    pages: list[list[str]] = []
    vouchers = Saleor.vouchers

    def note(saleor, ids):
        pages.append(list(ids))
        return vouchers(saleor, ids)

    monkeypatch.setattr(Saleor, "vouchers", note)
    return pages


def ids(some: list[Coupon]) -> list[str]:
    return [coupon.current.voucher_id for coupon in some]


def now_as(coupon: Coupon) -> Coupon:
    return Coupon.objects.select_related("reward", "member").get(pk=coupon.pk)


# ---------------------------------------------------------------- how far it comes


def test_one_walk_looks_at_so_many_pages_and_the_next_goes_on(minted, walk, asked, monkeypatch):
    some = minted(5)
    monkeypatch.setattr(voucher_walk, "VOUCHERS_AT_ONCE", 1)
    monkeypatch.setattr(voucher_walk, "PAGES", 2)
    assert walk() == [0, 0]
    assert Shop.objects.get().coupons_walked_to == some[1].pk
    walk()

    assert asked == [[each] for each in ids(some)[:4]]


def test_a_round_that_ends_with_a_full_page_asks_for_nothing_more(
    shop, minted, walk, asked, monkeypatch
):
    some = minted(4)
    monkeypatch.setattr(voucher_walk, "VOUCHERS_AT_ONCE", 2)

    assert walk() == [0, 0, 0]

    assert asked == [ids(some)[:2], ids(some)[2:]]
    assert Shop.objects.get().coupons_walked_to == 0


def test_coupons_are_walked_over_in_their_order(minted, walk, asked, monkeypatch):
    some = minted(4)
    for coupon in reversed(some):  # as they lie in their tables from now on
        coupon.codes.update(made_at=timezone.now())
        Coupon.objects.filter(pk=coupon.pk).update(look_again_at=None)
    monkeypatch.setattr(voucher_walk, "VOUCHERS_AT_ONCE", 2)

    walk()

    assert asked == [ids(some)[:2], ids(some)[2:]]


def test_a_walk_whose_time_is_up_ends_after_its_page(shop, minted, walk, asked, monkeypatch):
    some = minted(4)
    monkeypatch.setattr(voucher_walk, "VOUCHERS_AT_ONCE", 1)
    monkeypatch.setattr(time, "monotonic", lambda: 100.0)

    walk(ends=100.0)
    walk(ends=100.1)

    assert asked == [[each] for each in ids(some)]


def test_between_pages_the_shop_has_a_pause(minted, walk, monkeypatch):
    minted(3)
    monkeypatch.setattr(voucher_walk, "VOUCHERS_AT_ONCE", 1)
    pauses: list[float] = []
    monkeypatch.setattr(time, "sleep", pauses.append)

    walk(pause=0.5)

    assert pauses == [0.5] * 3  # the fourth page is empty, and ends the round


def test_how_far_it_came_is_all_that_a_walk_writes_of_the_shop(shop, minted, walk):
    minted(1)
    Shop.objects.update(name="Nordlys, renamed meanwhile")

    walk()

    assert Shop.objects.get().name == "Nordlys, renamed meanwhile"


def test_a_page_that_cannot_be_read_is_passed_over(shop, minted, walk, paper, monkeypatch):
    first, second = minted(2)
    monkeypatch.setattr(voucher_walk, "VOUCHERS_AT_ONCE", 1)
    vouchers = Saleor.vouchers

    def stumble(saleor, ids):
        if first.current.voucher_id in ids:
            raise Unreadable("odd")
        return vouchers(saleor, ids)

    monkeypatch.setattr(Saleor, "vouchers", stumble)
    del paper.vouchers[second.current.voucher_id]

    assert walk() == [1, 0]
    assert [now_as(each).status for each in (first, second)] == ["ACTIVE", "WITHDRAWN"]


def test_a_page_takes_as_many_statements_however_many_coupons(minted, walk):
    def statements() -> int:
        with CaptureQueriesContext(connection) as queries:
            walk()
        return len(queries)

    minted(2)
    few = statements()
    minted(9)

    assert statements() == few


def test_where_vouchers_may_not_be_seen_one_page_is_asked_for_and_the_walk_stays_there(
    shop, minted, walk, monkeypatch
):
    first, *_ = minted(3)
    shop.coupons_walked_to = first.pk
    shop.save()
    monkeypatch.setattr(voucher_walk, "VOUCHERS_AT_ONCE", 1)
    pages = []

    def forbid(_saleor, ids):
        pages.append(ids)
        raise SaleorForbade("MANAGE_DISCOUNTS")

    monkeypatch.setattr(Saleor, "vouchers", forbid)

    assert walk() == []
    assert len(pages) == 1
    assert Shop.objects.get().coupons_walked_to == first.pk


@pytest.mark.django_db(transaction=True)
def test_each_coupon_is_followed_in_a_transaction_of_its_own(paper, minted, walk, monkeypatch):
    first, second = minted(2)
    paper.vouchers.clear()
    withdraw = CouponBook.withdraw

    def stumble(book, coupon, **options):
        withdraw(book, coupon, **options)
        if coupon.pk == second.pk:
            raise RuntimeError("no disk")

    monkeypatch.setattr(CouponBook, "withdraw", stumble)
    with pytest.raises(RuntimeError, match="no disk"):
        walk()

    assert [now_as(each).status for each in (first, second)] == ["WITHDRAWN", "ACTIVE"]
    assert now_as(first).member.balance == 5000


# ---------------------------------------------------------------- which coupons


def test_a_coupon_that_ended_is_watched_for_sixty_days_and_no_longer(minted, walk, asked, now):
    some = minted(3)
    end = now - voucher_walk.MAY_BE_EXTENDED
    for coupon, expires_at in zip(some, (None, end, end + timedelta(microseconds=1)), strict=True):
        Coupon.objects.filter(pk=coupon.pk).update(expires_at=expires_at)

    walk()

    assert asked == [[ids(some)[0], ids(some)[2]]]


def test_another_shops_coupons_are_not_asked_for(shop, minted, walk, asked):
    """Their ids may be the same: each shop has a Saleor of its own."""
    minted(1)
    other = new_shop("https://other.example.com/graphql/")
    Coupon.objects.update(shop=other)

    assert walk() == [0]
    assert asked == []


def test_a_code_that_was_retired_is_not_asked_for(shop, minted, walk, asked):
    [coupon] = minted(1)
    coupon.codes.update(retired_at=timezone.now())

    walk()

    assert asked == []


# ---------------------------------------------------------------- what is believed


def test_of_many_vouchers_the_one_that_is_gone_is_believed(paper, minted, walk):
    some = minted(voucher_walk.NOT_BELIEVED + 1)
    del paper.vouchers[some[3].current.voucher_id]

    assert walk() == [1]
    assert now_as(some[3]).status == "WITHDRAWN"


def test_fewer_than_ten_that_are_gone_at_once_are_believed(paper, minted, walk):
    minted(voucher_walk.NOT_BELIEVED - 1)
    paper.vouchers.clear()

    assert walk() == [voucher_walk.NOT_BELIEVED - 1]


def test_what_is_known_of_a_coupon_that_ended_stays_when_its_voucher_is_deleted(
    paper, minted, walk, now
):
    """Though its voucher is gone, nothing of it is news."""
    minted(1)
    paper.change(minCheckoutItemsQuantity=3)
    walk()
    ended = now - timedelta(days=1)
    Coupon.objects.update(expires_at=ended, refused_at=ended)
    known = Coupon.objects.values().get()
    assert known["shop_terms"] is not None
    paper.vouchers.clear()

    assert walk() == [0]
    assert Coupon.objects.values().get() == known


def test_a_coupon_that_was_issued_anew_while_its_voucher_was_asked_for_is_left_alone(
    shop, paper, minted, walk, settle
):
    """Its new code has a voucher of its own, of which nothing was said."""
    [coupon] = minted(1)

    def reissue() -> None:
        key = paper.place(2, line(10), voucherCode=coupon.code)
        settle(key)
        paper.orders[key]["status"] = "CANCELED"
        settle(key)
        while coupons.mint_due(shop):
            pass

    paper.vouchers["voucher-1"]["code"] = "ANOTHER"
    paper.after["vouchers"] = reissue

    assert walk() == [0]
    assert (now_as(coupon).status, now_as(coupon).current.issue) == ("ACTIVE", 2)


def test_a_refused_coupon_says_since_when_it_rests(paper, minted, walk, now):
    [coupon] = minted(1)
    paper.change(onlyForStaff=True)
    walk()
    assert now_as(coupon).refused_at == now
    since = now - timedelta(days=3)
    Coupon.objects.update(refused_at=since)
    paper.change(minCheckoutItemsQuantity=3)

    assert walk() == [1]
    assert now_as(coupon).refused_at == since


def test_a_voucher_that_begins_this_very_moment_has_begun(paper, minted, walk, now):
    [coupon] = minted(1)
    paper.change(startDate=now.isoformat())
    walk()
    assert now_as(coupon).refused_at is None

    paper.change(startDate=(now + timedelta(microseconds=1)).isoformat())
    walk()
    assert now_as(coupon).refused_at == now


# ---------------------------------------------------------------- codes gone for nothing


@pytest.fixture
def spent(paper, minted, walk) -> list[Coupon]:
    """Three coupons whose codes are gone; why, nobody has said yet."""
    some = minted(3)
    paper.spend()
    walk()
    return some


def long_ago(now: datetime, *, early: timedelta = timedelta(0)) -> None:
    Coupon.objects.update(refused_at=now - voucher_walk.BEING_ORDERED + early)


def issues(some: list[Coupon]) -> list[int]:
    return [now_as(coupon).current.issue for coupon in some]


def test_each_code_is_made_good_for_itself(paper, spent, walk, now):
    """One took something off, one is held by a draft, one is gone for nothing."""
    off, draft, nothing = spent
    paper.place(2, line(10), voucherCode=off.code)
    paper.place(3, line(10), voucherCode=draft.code, status="DRAFT")
    long_ago(now)

    assert walk() == [1]
    assert issues([off, draft, nothing]) == [1, 1, 2]


def test_only_orders_that_a_code_took_something_off_are_looked_at_for_it(shop, paper, spent, walk):
    off, nothing, void = spent
    key = paper.place(2, line(10), voucherCode=off.code)
    paper.place(3, line(10), voucherCode=nothing.code, discounts=[])
    paper.place(4, line(10), voucherCode=void.code, status="CANCELED", user=BEN)

    walk()

    assert set(inbox.lease(shop=shop, limit=10).marks) == {key}


def test_a_code_that_no_order_names_is_waited_for_to_the_very_moment(spent, walk, now):
    long_ago(now, early=timedelta(microseconds=1))
    walk()
    assert issues(spent) == [1, 1, 1]

    long_ago(now)
    walk()
    assert issues(spent) == [2, 2, 2]


def test_the_voucher_of_a_code_that_was_made_good_is_still_there_to_be_deleted(spent, walk, now):
    """The former code's rest is known to live, so it is deleted and not only looked for."""
    long_ago(now)

    walk()

    former = [coupon.codes.get(issue=1) for coupon in spent]
    assert all(code.due_at is not None and code.made_at is not None for code in former)


def test_while_no_code_is_spent_no_order_is_asked_for(paper, minted, walk):
    minted(2)
    paper.calls.clear()

    walk()

    assert paper.calls == ["vouchers"]


def test_an_end_alone_and_terms_alone_are_news(paper, minted, walk, now):
    [coupon] = minted(1)
    end = now + timedelta(days=9)
    paper.change(endDate=end.isoformat())
    assert walk() == [1]
    assert (now_as(coupon).expires_at, now_as(coupon).shop_terms) == (end, None)

    (voucher,) = paper.vouchers.values()
    (listing,) = voucher["listings"].values()
    listing |= {"discountValue": "7.50"}
    assert walk() == [1]
    assert now_as(coupon).shop_terms is not None
