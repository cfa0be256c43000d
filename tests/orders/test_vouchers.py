"""What staff do to vouchers in Saleor, coupons say; a code gone for nothing is made good."""

import math
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from saleor_loyalty.account_page import contents
from saleor_loyalty.account_page.wording import ReaderLocale
from saleor_loyalty.graphql.coupon import coupons_of
from saleor_loyalty.messages.explanations import explain
from saleor_loyalty.models import Coupon, Entry, Message
from saleor_loyalty.orders import inbox, voucher_walk
from saleor_loyalty.proof import differences
from saleor_loyalty.rewards import coupons, retirement, withdrawal
from saleor_loyalty.rewards.coupon_terms import terms_now
from saleor_loyalty.rules.languages import locale_of
from saleor_loyalty.saleor_api.client import Saleor
from saleor_loyalty.saleor_api.transport import SaleorForbade
from tests.paper_saleor import (
    CUSHION,
    JUICE,
    line,
    order_id,
)
from tests.shops import new_version


@pytest.fixture
def minted(shop, paper, settle, connected) -> Coupon:
    settle(paper.place(1, line(512)))
    coupons.mint_due(shop)
    return Coupon.objects.get()


@pytest.fixture
def walk(shop, paper):
    """Walks over the vouchers, to the end of a round; how many coupons changed."""

    def walk() -> int:
        changed = sum(voucher_walk.walk(shop, Saleor(paper), pause=0, ends=math.inf))
        assert list(differences(shop=shop)) == []
        return changed

    return walk


PARIS = ReaderLocale(locale_of("en"), "Europe/Paris")


def as_it_is(coupon: Coupon) -> Coupon:
    return Coupon.objects.select_related("reward", "member", "entry__version").get(pk=coupon.pk)


def shown(coupon: Coupon) -> tuple[str, str]:
    """The state a storefront reads, and that of the shopper's page."""
    (node,) = [edge.node for edge in coupons_of(coupon.member, first=10).edges]
    usable, earlier = contents.coupons(coupon.member, PARIS)
    return node.status_now, (usable + earlier)[0].state


def test_nothing_happens_to_a_coupon_whose_voucher_is_as_it_was_made(minted, walk):
    assert walk() == 0
    assert shown(minted) == ("ACTIVE", "Ready to use")


def test_t45_a_voucher_deleted_in_the_shop_withdraws_its_coupon_and_the_points_come_back(
    shop, paper, minted, walk
):
    paper.vouchers.clear()

    assert walk() == 1

    coupon = as_it_is(minted)
    assert (coupon.status, coupon.withdrawn_by, coupon.member.balance) == (
        *("WITHDRAWN", "Saleor"),
        5120,
    )
    assert shown(coupon) == ("WITHDRAWN", "Withdrawn")
    entry = Entry.objects.select_related("version", "order").latest("pk")
    assert explain(entry, "en") == "The shop withdrew the reward “10 % off”, 5,000 points returned"
    assert walk() == 0


def test_t45_a_code_taken_out_of_its_voucher_withdraws_the_coupon(paper, minted, walk):
    paper.vouchers["voucher-1"]["code"] = "ANOTHER"

    walk()

    assert as_it_is(minted).status == "WITHDRAWN"


def test_the_page_says_that_the_shop_withdrew_it(paper, minted, walk):
    paper.vouchers.clear()
    walk()

    _usable, (card,) = contents.coupons(minted.member, PARIS)

    assert "Withdrawn by the shop, and its 5,000 points are back." in card.conditions


def test_vouchers_that_we_delete_ourselves_withdraw_nothing(shop, paper, minted, walk):
    withdrawal.withdraw(shop=shop, coupon_id=minted.pk, reason="a mistake", actor="Sam")
    retirement.retire_due(shop)
    assert not paper.vouchers
    entries = Entry.objects.count()

    assert walk() == 0
    assert Entry.objects.count() == entries


def test_a_coupon_withdrawn_while_its_voucher_was_asked_for_is_left_alone(
    shop, paper, minted, walk
):
    paper.vouchers.clear()
    paper.after["vouchers"] = lambda: withdrawal.withdraw(
        shop=shop, coupon_id=minted.pk, reason="a mistake", actor="Sam"
    )

    assert walk() == 0
    assert as_it_is(minted).withdrawn_by == "Sam"


def test_an_answer_without_any_voucher_withdraws_nothing(shop, paper, settle, connected, walk):
    settle(paper.place(1, line(5_000)))
    while coupons.mint_due(shop):
        pass
    assert Coupon.objects.filter(status="ACTIVE").count() == voucher_walk.NOT_BELIEVED
    paper.vouchers.clear()

    assert walk() == 0
    assert Coupon.objects.filter(status="ACTIVE").count() == voucher_walk.NOT_BELIEVED


def test_without_the_permission_nothing_is_concluded(shop, paper, minted, monkeypatch):
    def forbid(*_: object, **__: object) -> None:
        raise SaleorForbade("MANAGE_DISCOUNTS")

    monkeypatch.setattr(Saleor, "vouchers", forbid)

    assert list(voucher_walk.walk(shop, Saleor(paper), pause=0, ends=math.inf)) == []
    assert as_it_is(minted).status == "ACTIVE"


def test_a_voucher_that_cannot_be_read_holds_up_no_other(shop, paper, settle, connected, walk):
    settle(paper.place(1, line(512 * 2)))
    coupons.mint_due(shop)
    paper.vouchers["voucher-1"]["input"]["usageLimit"] = "many"
    paper.vouchers["voucher-2"]["code"] = "ANOTHER"

    assert walk() == 1
    assert [coupon.status for coupon in Coupon.objects.order_by("pk")] == ["ACTIVE", "WITHDRAWN"]


def test_the_walk_goes_round_page_by_page(shop, paper, settle, connected, walk, monkeypatch):
    monkeypatch.setattr(voucher_walk, "VOUCHERS_AT_ONCE", 2)
    settle(paper.place(1, line(2500)))
    while coupons.mint_due(shop):
        pass
    first, *_, last = Coupon.objects.order_by("pk")
    del paper.vouchers[first.current.voucher_id], paper.vouchers[last.current.voucher_id]

    pages = list(voucher_walk.walk(shop, Saleor(paper), pause=0, ends=0))
    shop.refresh_from_db()
    assert (pages, shop.coupons_walked_to) == ([1], first.pk + 1)
    assert walk() == 1
    shop.refresh_from_db()
    assert shop.coupons_walked_to == 0
    assert Coupon.objects.filter(status="WITHDRAWN").count() == 2


def test_a_voucher_that_was_ended_ends_its_coupon(paper, minted, walk):
    ended = timezone.now() - timedelta(minutes=1)
    paper.change(endDate=ended.isoformat())

    walk()

    assert as_it_is(minted).expires_at == ended
    assert shown(minted) == ("EXPIRED", "Expired")


def test_a_coupon_that_has_ended_is_good_again_when_its_voucher_is_extended(paper, minted, walk):
    Coupon.objects.update(expires_at=timezone.now() - timedelta(days=3))
    end = timezone.now() + timedelta(days=3)
    paper.change(endDate=end.isoformat())

    walk()

    assert as_it_is(minted).expires_at == end
    assert shown(minted) == ("ACTIVE", "Ready to use")


def test_a_voucher_that_is_deleted_after_its_coupon_has_ended_gives_no_points_back(
    paper, minted, walk
):
    Coupon.objects.update(expires_at=timezone.now() - timedelta(days=3))
    paper.vouchers.clear()

    assert walk() == 0
    assert as_it_is(minted).member.balance == 120


def test_a_coupon_extended_while_its_member_owes_points_pays_for_them(
    shop, paper, settle, minted, walk
):
    Coupon.objects.update(expires_at=timezone.now() - timedelta(days=3))
    paper.charge(order_id(1), 0)
    settle(order_id(1))
    assert as_it_is(minted).member.balance == -5000

    paper.change(endDate=None)
    walk()

    assert (as_it_is(minted).status, as_it_is(minted).member.balance) == ("WITHDRAWN", 0)


def test_t45_a_coupon_says_what_the_shop_has_changed(paper, minted, walk):
    paper.change(discountValueType="FIXED", type="SPECIFIC_PRODUCT", products=[JUICE])
    (voucher,) = paper.vouchers.values()
    (listing,) = voucher["listings"].values()
    listing |= {"discountValue": "7.50", "minAmountSpent": "20"}

    walk()

    terms = terms_now(as_it_is(minted))
    (channel,) = terms.terms.all()
    assert (terms.discount_type, terms.limited_to) == ("FIXED", [JUICE])
    assert (channel.discount_value, channel.min_spent) == (Decimal("7.50"), Decimal(20))
    (card,), _ = contents.coupons(minted.member, PARIS)
    assert card.discount == "€7.50"
    assert card.conditions[:2] == [
        "€7.50 off one order of €20.00 or more",
        "Only on Juice.",
    ]
    assert walk() == 0


def test_a_change_taken_back_is_forgotten(paper, minted, walk):
    paper.change(minCheckoutItemsQuantity=3)
    walk()
    (card,), _ = contents.coupons(minted.member, PARIS)
    assert "The shop has set further conditions." in card.conditions

    paper.change(minCheckoutItemsQuantity=None)
    walk()

    assert as_it_is(minted).shop_terms is None


def test_a_limited_coupon_whose_limits_stand_is_as_it_was(
    shop, paper, program, settle, connected, walk
):
    program.current = new_version(program, limited_to=[JUICE, CUSHION])
    program.save()
    settle(paper.place(1, line(512)))
    coupons.mint_due(shop)

    assert walk() == 0


@pytest.mark.parametrize("change", ["unlisted", "for staff", "not begun"])
def test_a_coupon_rests_while_the_shop_does_not_take_its_code(paper, minted, walk, change):
    (voucher,) = paper.vouchers.values()
    listings = voucher["listings"]
    later = (timezone.now() + timedelta(days=1)).isoformat()
    match change:
        case "unlisted":
            voucher["listings"] = {}
        case "for staff":
            paper.change(onlyForStaff=True)
        case _:
            paper.change(startDate=later)

    walk()

    assert shown(minted) == ("PENDING", "Not usable now")
    assert as_it_is(minted).member.balance == 120
    voucher["listings"] = listings
    paper.change(onlyForStaff=False, startDate=timezone.now().isoformat())
    walk()
    assert shown(minted) == ("ACTIVE", "Ready to use")


# ---------------------------------------------------------------- codes gone for nothing


def nothing_off(coupon: Coupon, **changes: object) -> dict[str, object]:
    return {"voucherCode": coupon.code, "discounts": [], **changes}


def test_a_code_used_by_an_order_from_which_it_took_nothing_off_is_issued_anew(
    shop, paper, settle, minted, walk
):
    settle(paper.place(2, line(10), **nothing_off(minted)))
    paper.spend()

    assert walk() == 1

    coupon = as_it_is(minted)
    assert (coupon.status, coupon.current.issue) == ("PENDING", 2)
    former = minted.codes.get(issue=1)
    assert coupon.code != former.code
    assert former.due_at is not None
    coupons.mint_due(shop)
    message = Message.objects.filter(coupon=coupon).latest("pk")
    assert (message.cause, message.due_at is None) == (f"coupon:{coupon.uid}:2", False)


def test_a_code_that_takes_something_off_is_left_to_its_order(shop, paper, minted, walk):
    key = paper.place(2, line(10), voucherCode=minted.code)
    paper.spend()

    walk()

    assert shown(minted) == ("PENDING", "Not usable now")
    assert as_it_is(minted).current.issue == 1
    lease = inbox.lease(shop=shop, limit=10)
    assert lease is not None
    assert set(lease.marks) == {key}


def test_a_code_whose_order_was_called_off_before_we_saw_it_is_issued_anew(
    paper, settle, minted, walk
):
    settle(paper.place(2, line(10), voucherCode=minted.code, status="CANCELED"))
    paper.spend()

    walk()

    assert as_it_is(minted).current.issue == 2


def test_a_code_that_a_draft_holds_rests_and_comes_back_with_it(paper, minted, walk):
    key = paper.place(2, line(10), voucherCode=minted.code, status="DRAFT")
    paper.spend()
    walk()
    Coupon.objects.update(refused_at=timezone.now() - timedelta(days=9))
    walk()
    assert shown(minted) == ("PENDING", "Not usable now")

    del paper.orders[key]
    paper.vouchers["voucher-1"]["isActive"] = True
    walk()

    assert shown(minted) == ("ACTIVE", "Ready to use")
    assert as_it_is(minted).current.issue == 1


def test_a_code_that_no_order_names_is_issued_anew_once_none_can_be_under_way(paper, minted, walk):
    paper.spend()
    walk()
    assert as_it_is(minted).current.issue == 1

    Coupon.objects.update(refused_at=timezone.now() - timedelta(hours=2))
    walk()

    assert as_it_is(minted).current.issue == 2


def test_a_code_that_goes_after_its_coupon_has_ended_is_not_made_good(paper, minted, walk):
    ended = timezone.now() - timedelta(hours=2)
    paper.change(endDate=ended.isoformat())
    paper.spend()
    Coupon.objects.update(expires_at=ended, refused_at=ended)

    walk()

    assert (as_it_is(minted).code, shown(minted)[0]) == (minted.code, "EXPIRED")


@pytest.mark.parametrize("change", [{"status": "USED"}, {"expires_at": "2026-01-01T00:00:00Z"}])
def test_a_coupon_that_can_never_be_good_again_is_not_looked_at(shop, paper, minted, change):
    Coupon.objects.update(**change)
    paper.calls.clear()

    list(voucher_walk.walk(shop, Saleor(paper), pause=0, ends=math.inf))

    assert paper.calls == []


def test_a_draft_that_keeps_the_code_of_a_withdrawn_coupon_uses_nothing(
    shop, paper, settle, minted, walk
):
    withdrawal.withdraw(shop=shop, coupon_id=minted.pk, reason="a mistake", actor="Sam")
    retirement.retire_due(shop)

    settle(paper.place(2, line(10), **nothing_off(minted)))
    walk()

    assert as_it_is(minted).status == "WITHDRAWN"
