"""Retired codes open no discount any more, whatever their coupon's worker does meanwhile."""

import pytest
from django.utils import timezone

from saleor_loyalty import tasks
from saleor_loyalty.models import Coupon, CouponCode, Message
from saleor_loyalty.rewards import coupons, issues, retirement
from saleor_loyalty.saleor_api.client import Saleor
from saleor_loyalty.saleor_api.transport import SaleorForbade, SaleorRefused, SaleorUnavailable
from tests.paper_saleor import line, order_id

pytestmark = pytest.mark.usefixtures("connected")
PAID = order_id(1)


@pytest.fixture
def coupon(paper, settle) -> Coupon:
    """Still PENDING: order 1 of 512.00 was paid, no worker has been there yet."""
    settle(paper.place(1, line(512)))
    return Coupon.objects.get()


@pytest.fixture
def mint(shop, coupon):
    def mint() -> Coupon:
        coupons.mint_due(shop)
        coupon.refresh_from_db()
        return coupon

    return mint


@pytest.fixture
def withdraw(paper, settle, coupon):
    """Order 1 is refunded."""

    def withdraw() -> None:
        paper.charge(PAID, 0.0)
        settle(PAID)

    return withdraw


@pytest.fixture
def reissue(paper, settle, coupon):
    """An order is placed with the coupon and called off."""

    def reissue() -> None:
        key = paper.place(9, line(0), voucherCode=coupon.code, user=None)
        settle(key)
        paper.orders[key]["status"] = "CANCELED"
        settle(key)

    return reissue


def leases_end() -> None:
    """Those of workers that make vouchers, or delete them."""
    now = timezone.now()
    CouponCode.objects.filter(due_at__isnull=False).update(due_at=now)
    CouponCode.objects.filter(sought_until__isnull=False).update(sought_until=now)


def retired() -> CouponCode:
    return CouponCode.objects.get(retired_at__isnull=False)


def codes(paper) -> list[str]:
    return [voucher["code"] for voucher in paper.vouchers.values()]


def is_done(code: str) -> bool:
    return CouponCode.objects.get(code=code).due_at is None


def crash():
    raise KeyboardInterrupt


def test_t03_a_withdrawn_coupons_voucher_is_deleted_in_saleor(paper, shop, mint, withdraw):
    Saleor(paper).create_voucher(name="x", code="OTHER", percentage=True, ends_at=None)
    coupon = mint()
    withdraw()
    assert codes(paper) == ["OTHER", coupon.code]

    assert retirement.retire_due(shop) == 1

    assert codes(paper) == ["OTHER"]
    assert is_done(coupon.code)
    assert retirement.retire_due(shop) == 0


def test_t13_a_reissued_coupon_keeps_its_new_voucher(paper, shop, mint, reissue):
    former = mint().code
    reissue()
    coupon = mint()

    assert retirement.retire_due(shop) == 0

    assert codes(paper) == [former, coupon.code]
    assert coupon.status == "ACTIVE"


def test_a_voucher_that_somebody_else_deleted_is_no_work(paper, shop, mint, withdraw):
    code = mint().code
    withdraw()
    leases_end()
    paper.vouchers.clear()

    retirement.retire_due(shop)

    assert is_done(code)


def test_a_voucher_that_vanishes_once_it_is_found_is_no_work(paper, shop, mint, withdraw):
    code = mint().code
    withdraw()
    paper.after["voucher_by_code"] = paper.vouchers.clear

    retirement.retire_due(shop)

    assert "voucher_delete" in paper.calls
    assert is_done(code)


def test_t32_codes_wait_while_saleor_is_down(paper, shop, mint, withdraw):
    code = mint().code
    withdraw()
    paper.down = True

    assert retirement.retire_due(shop) == 0

    assert (retired().attempts, retired().error) == (1, "SaleorUnavailable: down")
    assert retired().due_at > timezone.now()
    assert retirement.retire_due(shop) == 0  # not before its time

    paper.down = False
    leases_end()
    retirement.retire_due(shop)
    assert (codes(paper), is_done(code)) == ([], True)


@pytest.mark.parametrize("error", [SaleorForbade, SaleorUnavailable])
def test_t32_a_saleor_that_will_not_work_with_us_now_is_asked_once_per_batch(
    paper, shop, settle, withdraw, error
):
    key = paper.place(2, line(1000))
    settle(key)
    paper.charge(key, 0.0)
    settle(key)
    withdraw()

    def fail():
        raise error("not now")

    paper.before["voucher_by_code"], paper.calls = fail, []
    assert retirement.retire_due(shop) == 0

    assert paper.calls.count("voucher_by_code") == 1
    assert set(CouponCode.objects.values_list("error", flat=True)) == {f"{error.__name__}: not now"}
    assert not CouponCode.objects.filter(due_at__lte=timezone.now()).exists()


@pytest.mark.parametrize("error", [SaleorForbade, SaleorUnavailable])
def test_t32_what_was_done_before_saleor_went_down_stays_done(
    paper, shop, settle, mint, withdraw, error
):
    settle(paper.place(2, line(500)))
    mint()
    paper.charge(order_id(2), 0.0)
    settle(order_id(2))
    withdraw()

    def fail():
        raise error("no more")

    paper.after["voucher_delete"] = lambda: paper.before.update(voucher_by_code=fail)
    assert retirement.retire_due(shop) == 0

    assert sorted(CouponCode.objects.values_list("error", flat=True)) == [
        "",
        f"{error.__name__}: no more",
    ]
    assert CouponCode.objects.filter(due_at=None).count() == 1


def test_a_code_that_saleor_refuses_holds_up_no_other(paper, shop, settle, mint, withdraw):
    settle(paper.place(2, line(500)))
    mint()
    paper.charge(order_id(2), 0.0)
    settle(order_id(2))
    withdraw()

    def refuse():
        raise SaleorRefused("not this one")

    paper.before["voucher_by_code"] = refuse
    assert retirement.retire_due(shop) == 2

    assert len(codes(paper)) == 1
    assert CouponCode.objects.filter(due_at=None, error="").count() == 1
    assert CouponCode.objects.get(due_at__isnull=False).error == "SaleorRefused: not this one"


def test_t38_codes_are_retired_while_the_programme_is_off_too(shop, program, withdraw):
    withdraw()
    program.is_active = False
    program.save()

    assert retirement.shops_with_work() == [shop]


def test_a_shop_that_left_is_left_alone(shop, withdraw):
    withdraw()
    shop.is_active = False
    shop.save()

    assert retirement.shops_with_work() == []


def test_a_code_is_one_workers_until_its_lease_ends(paper, shop, mint, withdraw):
    mint()
    withdraw()
    paper.before["voucher_delete"] = crash
    with pytest.raises(KeyboardInterrupt):
        retirement.retire_due(shop)

    assert retirement.retire_due(shop) == 0
    leases_end()
    assert retirement.retire_due(shop) == 1
    assert codes(paper) == []


def test_a_coupon_withdrawn_after_a_worker_took_it_up_is_not_minted(paper, mint, withdraw):
    paper.after["channels"] = withdraw

    coupon = mint()

    assert coupon.status == "WITHDRAWN"
    assert "voucher_create" not in paper.calls


@pytest.fixture
def woken(monkeypatch) -> list[str]:
    """The tasks that were woken for coupons from now on."""
    names: list[str] = []
    for module in (issues, coupons):
        monkeypatch.setattr(module, "wake", names.append)
    return names


def test_workers_are_woken_for_a_code_that_is_withdrawn(mint, withdraw, woken):
    mint()

    withdraw()

    assert woken == ["retire_codes"]


def test_workers_are_woken_for_a_code_whose_voucher_was_made_after_all(
    paper, mint, withdraw, woken
):
    def go() -> None:
        withdraw()
        woken.clear()

    paper.before["voucher_create"] = go

    mint()

    assert woken == ["retire_codes"]


def test_a_voucher_made_after_its_code_was_searched_in_vain_does_not_survive(
    paper, shop, mint, withdraw
):
    paper.before["voucher_create"] = lambda: (withdraw(), retirement.retire_due(shop))

    coupon = mint()
    assert (codes(paper), coupon.status) == ([coupon.code], "WITHDRAWN")

    retirement.retire_due(shop)
    assert (codes(paper), is_done(coupon.code)) == ([], True)


def test_a_voucher_made_by_a_worker_that_then_crashed_does_not_survive_either(
    paper, shop, coupon, mint, withdraw
):
    paper.before["voucher_create"] = lambda: (withdraw(), retirement.retire_due(shop))
    paper.after["voucher_create"] = crash
    with pytest.raises(KeyboardInterrupt):
        mint()
    assert codes(paper) == [coupon.code]
    assert retirement.retire_due(shop) == 0  # as long as the minting worker may be alive

    leases_end()
    retirement.retire_due(shop)
    assert (codes(paper), is_done(coupon.code)) == ([], True)


def test_a_code_searched_in_vain_is_given_up_once_nobody_can_make_its_voucher(
    paper, shop, coupon, withdraw
):
    withdraw()

    retirement.retire_due(shop)

    assert is_done(coupon.code)


def test_a_worker_begins_each_coupon_with_a_full_lease(paper, shop, mint, withdraw):
    """As the earlier ones of its batch may have taken long."""
    paper.after["channels"] = leases_end
    paper.before["voucher_create"] = lambda: (withdraw(), retirement.retire_due(shop))
    paper.after["voucher_create"] = crash
    with pytest.raises(KeyboardInterrupt):
        mint()

    assert not is_done(retired().code)


def test_a_coupon_withdrawn_before_it_is_activated_stays_withdrawn(paper, shop, mint, withdraw):
    paper.after["voucher_list_in_channels"] = withdraw

    coupon = mint()

    assert (coupon.status, coupon.current.voucher_id) == ("WITHDRAWN", "")
    assert not Message.objects.filter(coupon__isnull=False, due_at__isnull=False).exists()
    retirement.retire_due(shop)
    assert (codes(paper), is_done(coupon.code)) == ([], True)


def test_a_voucher_deleted_before_it_was_listed_stays_deleted(paper, shop, mint, withdraw):
    paper.after["voucher_create"] = lambda: (withdraw(), retirement.retire_due(shop))

    coupon = mint()

    assert (codes(paper), coupon.status, coupon.current.error) == ([], "WITHDRAWN", "")
    assert is_done(coupon.code)


def test_a_code_made_due_again_while_a_worker_searched_for_it_stays_due(
    paper, shop, coupon, withdraw
):
    withdraw()
    paper.after["voucher_by_code"] = lambda: retirement.retire_again(coupon.current)

    retirement.retire_due(shop)

    assert not is_done(coupon.code)
    assert retirement.retire_due(shop) == 1


def test_t13_a_slow_worker_does_not_activate_the_coupon_issued_anew_meanwhile(
    paper, shop, mint, reissue
):
    """Its voucher has the former code: who has the new one would be refused."""
    paper.after["voucher_list_in_channels"] = reissue

    coupon = mint()
    assert (coupon.status, coupon.current.issue, coupon.current.voucher_id) == ("PENDING", 2, "")

    coupon = mint()
    assert coupon.status == "ACTIVE"
    assert paper.vouchers[coupon.current.voucher_id]["code"] == coupon.code


def test_t13_a_slow_workers_failure_does_not_hold_up_the_coupon_issued_anew(
    paper, mint, reissue, coupon
):
    def fail():
        reissue()
        raise SaleorUnavailable("too slow")

    paper.after["voucher_list_in_channels"] = fail

    coupon = mint()

    assert (coupon.current.issue, coupon.current.error) == (2, "")
    assert coupon.current.due_at <= timezone.now()


def test_t13_only_the_messages_of_the_issue_that_was_minted_may_go(paper, mint, reissue):
    reissue()

    coupon = mint()

    due = Message.objects.filter(coupon__isnull=False, due_at__isnull=False)
    assert set(due.values_list("cause", flat=True)) == {f"coupon:{coupon.uid}:2"}


def test_t10_a_code_used_just_before_it_was_retired_is_known_by_its_order(
    paper, shop, settle, mint, withdraw
):
    coupon = mint()
    withdraw()
    retirement.retire_due(shop)

    settle(paper.place(9, line(0), voucherCode=coupon.code, user=None))

    coupon.refresh_from_db()
    assert (coupon.status, coupon.used_order_id) == ("USED", order_id(9))


def test_the_task_retires_all_that_is_due(paper, mint, withdraw):
    mint()
    withdraw()

    tasks.retire_codes()

    assert codes(paper) == []
