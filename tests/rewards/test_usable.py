"""Whether a coupon can be used is said once: what Python, the database and the proof say agree."""

from datetime import timedelta
from itertools import product

import pytest
from django.utils import timezone

from saleor_loyalty import proof
from saleor_loyalty.graphql.coupon import coupons_of
from saleor_loyalty.models import Coupon, CouponStatus, unused
from tests.accounts import account_of
from tests.paper_saleor import line

HOUR = timedelta(hours=1)
STATES = list(product(CouponStatus.values, (None, -HOUR, HOUR), (False, True)))


@pytest.fixture(params=STATES, ids=str)
def coupon(request, paper, settle) -> Coupon:
    """In each state that its columns can be in: status, end, whether the shop takes its code."""
    status, ends_in, is_refused = request.param
    settle(paper.place(1, line(512)))
    now = timezone.now()
    Coupon.objects.update(
        status=status,
        expires_at=ends_in and now + ends_in,
        refused_at=now if is_refused else None,
    )
    return Coupon.objects.get()


def test_the_database_knows_the_same_coupons_as_unused(coupon):
    now = timezone.now()
    assert Coupon.objects.filter(unused(now)).exists() == coupon.is_unused_at(now)
    assert Coupon.objects.exclude(unused(now)).exists() != coupon.is_unused_at(now)


def test_what_can_be_used_is_unused_and_has_not_run_out(coupon):
    now = timezone.now()
    if coupon.is_usable_at(now):
        assert coupon.is_unused_at(now)
        assert (coupon.status_at(now), coupon.refused_at) == (CouponStatus.ACTIVE, None)


def test_graphql_says_active_of_what_can_be_used_alone(coupon):
    (edge,) = coupons_of(coupon.member).edges
    now = timezone.now()
    assert (edge.node.status_now == CouponStatus.ACTIVE) == coupon.is_usable_at(now)
    if coupon.refused_at is None:
        assert edge.node.status_now == coupon.status_at(now)


def test_the_proof_finds_an_unused_coupon_beside_a_debt(coupon):
    account_of(coupon.member, balance=-1)
    broken = {each.law.says for each in proof.differences()}
    says = "who owes points has no unused coupon"
    assert (says in broken) == coupon.is_unused_at(timezone.now())


@pytest.mark.parametrize(
    ("ends_in", "lasts"), [(timedelta(0), False), (timedelta(seconds=1), True)]
)
def test_a_coupon_ends_with_its_last_moment(ends_in, lasts):
    now = timezone.now()
    coupon = Coupon(status=CouponStatus.ACTIVE, expires_at=now + ends_in)
    assert (coupon.is_unused_at(now), coupon.is_usable_at(now)) == (lasts, lasts)
