"""Coupons become vouchers, once each, whatever crashes."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from saleor_loyalty.models import Coupon, CouponCode, Message, RewardTerms
from saleor_loyalty.rewards import coupons, withdrawal
from saleor_loyalty.saleor_api.client import Saleor
from saleor_loyalty.saleor_api.transport import SaleorRefused, SaleorUnavailable
from saleor_loyalty.shop import branding
from tests.paper_saleor import (
    CUSHION,
    DRINKS,
    JUICE,
    SALE,
    line,
)
from tests.rewards.conftest import mint
from tests.shops import new_version


def test_a_coupon_becomes_one_single_use_voucher_listed_in_its_channels(paper, coupon):
    mint(paper, coupon)

    (voucher,) = paper.vouchers.values()
    assert voucher["input"] == {
        "type": "ENTIRE_ORDER",
        "name": f"10 % off \N{MIDDLE DOT} {coupon.code}",
        "addCodes": [coupon.code],
        "discountValueType": "PERCENTAGE",
        "singleUse": True,
        "usageLimit": 1,
        "endDate": coupon.expires_at.isoformat(),
    }
    (listing,) = voucher["listings"].values()
    assert listing == {
        "channelId": "channel-1",
        "discountValue": "10.000",
        "minAmountSpent": "100.000",
    }
    assert (coupon.status, coupon.current.voucher_id) == ("ACTIVE", "voucher-1")


def test_the_voucher_of_a_coupon_without_a_name_has_one_in_the_shops_language(
    paper, program, settle, shop, connected
):
    program.current = new_version(program, reward_name="")
    program.save()
    branding.save(shop, actor="Sam", default_language="fr")
    settle(paper.place(1, line(512)))

    coupons.mint_due(shop)

    (voucher,) = paper.vouchers.values()
    code = Coupon.objects.get().code
    assert voucher["input"]["name"] == f"10\N{NO-BREAK SPACE}% de remise \N{MIDDLE DOT} {code}"


def test_the_name_of_a_voucher_keeps_its_code_however_long_the_reward_is_called(
    paper, program, coupon
):
    reward = program.current.reward
    for number in range(40):
        RewardTerms.objects.create(
            version=reward,
            discount_value=number + Decimal("0.5"),
            channel_id=f"market-{number}",
            currency="EUR",
        )
    coupon.reward.name = ""

    mint(paper, coupon)

    (voucher,) = paper.vouchers.values()
    assert len(voucher["input"]["name"]) == 255
    assert voucher["input"]["name"].endswith(f" \N{MIDDLE DOT} {coupon.code}")


def test_the_messages_may_go_once_the_coupon_is_minted(paper, coupon):
    assert not Message.objects.filter(coupon__isnull=False, due_at__isnull=False).exists()

    mint(paper, coupon)

    assert Message.objects.filter(coupon__isnull=False, due_at__isnull=False).count() == 1


def announced(coupon) -> set[tuple[str, bool]]:
    """The state of what was to tell of the coupon, and whether it still waits for it."""
    messages = Message.objects.filter(coupon=coupon)
    return {(message.status, message.due_at is None) for message in messages}


def test_nothing_waits_for_a_coupon_that_was_withdrawn_before_it_was_minted(shop, coupon):
    assert announced(coupon) == {("PENDING", True)}

    withdrawal.withdraw(shop=shop, coupon_id=coupon.pk, reason="Mistake", actor="Sam")

    assert announced(coupon) == {("SKIPPED", True)}
    assert {message.error for message in Message.objects.filter(coupon=coupon)} == {
        "The coupon was not made under this code."
    }


def test_nothing_waits_for_a_coupon_that_was_used_before_we_noted_that_it_is_there(
    paper, settle, coupon
):
    """It was minted and the worker died; the order came first."""
    order = paper.place(2, line(10), voucherCode=coupon.code)

    settle(order)

    assert announced(coupon) == {("SKIPPED", True)}


def test_a_coupon_issued_anew_is_waited_for_by_its_own_messages_alone(paper, settle, coupon):
    order = paper.place(2, line(10), voucherCode=coupon.code)
    settle(order)
    paper.orders[order]["status"] = "CANCELED"
    settle(order)

    coupon.refresh_from_db()
    waiting = Message.objects.filter(coupon=coupon, status="PENDING", due_at=None)
    assert {message.cause for message in waiting} == {coupon.current.cause}
    assert waiting.count() == 1  # the email: there is no device for a notice


def test_messages_of_a_minted_coupon_are_looked_at_when_they_go(shop, paper, coupon):
    mint(paper, coupon)

    withdrawal.withdraw(shop=shop, coupon_id=coupon.pk, reason="Mistake", actor="Sam")

    assert announced(coupon) == {("PENDING", False)}


def test_t34_a_voucher_made_before_a_crash_is_found_and_not_made_twice(paper, coupon):
    Saleor(paper).create_voucher(name="x", code=coupon.code, percentage=True, ends_at=None)

    mint(paper, coupon)

    assert list(paper.vouchers) == ["voucher-1"]
    assert len(paper.vouchers["voucher-1"]["listings"]) == 1
    assert coupon.status == "ACTIVE"


def test_t34_a_voucher_whose_code_merely_looks_alike_is_not_taken_for_it(paper, coupon):
    saleor = Saleor(paper)
    saleor.create_voucher(name="x", code=coupon.code + "X", percentage=True, ends_at=None)

    assert saleor.find_voucher(coupon.code) is None


@pytest.fixture
def limited(paper, program, settle):
    """A coupon by rules of its own: what it is limited to, and what else is said of it."""

    def limited(*limited_to: str, **rules: str) -> Coupon:
        program.current = new_version(program, limited_to=list(limited_to), **rules)
        program.save()
        settle(paper.place(1, line(512)))
        return Coupon.objects.select_related("reward").get()

    return limited


def limits_of(voucher) -> dict[str, object]:
    names = ("type", "products", "collections", "categories", "applyOncePerOrder")
    return {name: voucher["input"][name] for name in names if name in voucher["input"]}


def test_a_limited_coupon_becomes_a_voucher_on_these_things_alone(paper, limited):
    coupon = limited(JUICE, CUSHION, SALE, DRINKS)

    mint(paper, coupon)

    (voucher,) = paper.vouchers.values()
    assert limits_of(voucher) == {
        "type": "SPECIFIC_PRODUCT",
        "products": [JUICE, CUSHION],
        "collections": [SALE],
        "categories": [DRINKS],
        "applyOncePerOrder": False,  # a percentage comes off every piece
    }
    assert "catalogue" not in paper.calls  # nobody was asked what is there


def test_an_amount_on_some_things_comes_off_once_and_not_once_a_piece(paper, limited):
    coupon = limited(JUICE, discount_type="FIXED")

    mint(paper, coupon)

    (voucher,) = paper.vouchers.values()
    assert limits_of(voucher)["applyOncePerOrder"] is True


def test_a_coupon_is_limited_to_what_is_left_of_its_things(paper, limited):
    coupon = limited(JUICE, DRINKS)
    del paper.catalogue[JUICE]

    mint(paper, coupon)

    (voucher,) = paper.vouchers.values()
    assert (voucher["input"]["products"], voucher["input"]["categories"]) == ([], [DRINKS])
    assert coupon.status == "ACTIVE"


def test_a_coupon_none_of_whose_things_is_left_waits_and_says_so(paper, shop, limited, connected):
    coupon = limited(JUICE)
    paper.catalogue.clear()

    coupons.mint_due(shop)

    coupon.refresh_from_db()
    assert (coupon.status, coupon.current.attempts) == ("PENDING", 1)
    assert coupon.current.error.endswith("the shop has nothing left of what it is limited to")
    assert paper.vouchers == {}  # above all none on the whole order


def test_a_limited_coupon_that_is_refused_for_another_reason_says_that_one(paper, limited):
    coupon = limited(JUICE)
    paper.refuses = "voucher_create"

    with pytest.raises(SaleorRefused, match="Cannot query field"):
        mint(paper, coupon)


def test_t34_a_voucher_made_before_a_crash_is_limited_before_it_is_listed(paper, limited):
    """Saleor keeps a voucher before it keeps what it is limited to: it may have died between."""
    coupon = limited(JUICE, discount_type="FIXED")
    Saleor(paper).create_voucher(name="x", code=coupon.code, percentage=False, ends_at=None)

    mint(paper, coupon)

    (voucher,) = paper.vouchers.values()
    assert limits_of(voucher) == {
        "type": "SPECIFIC_PRODUCT",
        "products": [JUICE],
        "collections": [],
        "categories": [],
        "applyOncePerOrder": True,
    }
    assert paper.calls.index("voucher_limit") < paper.calls.index("voucher_list_in_channels")


@pytest.mark.parametrize("told", [[{"type": "VOUCHER", "total": {"amount": 1.0}}], []])
def test_a_limited_coupon_is_used_by_an_order_whose_lines_tell_of_it(paper, settle, limited, told):
    """Saleor tells what a limited voucher takes off with the lines it came off."""
    coupon = limited(JUICE)
    discounted = {**line(10, name="l2"), "discounts": told}

    settle(paper.place(2, line(5), discounted, voucherCode=coupon.code, discounts=[]))

    coupon.refresh_from_db()
    assert (coupon.status == "USED") is bool(told)


def test_minting_twice_changes_nothing(paper, coupon):
    mint(paper, coupon)
    used = datetime(2026, 4, 1, tzinfo=UTC)
    Coupon.objects.update(status="USED", used_at=used)

    mint(paper, coupon)

    assert coupon.status == "USED"
    assert len(paper.vouchers) == 1


def test_t32_a_coupon_waits_while_saleor_is_down(paper, shop, coupon, monkeypatch):
    shop.api_url = "http://127.0.0.1:1/graphql/"  # nobody listens there
    monkeypatch.setattr("saleor_loyalty.shop.vault.unseal", lambda sealed: "token")

    assert coupons.mint_due(shop) == 0

    coupon.refresh_from_db()
    assert (coupon.status, coupon.current.attempts) == ("PENDING", 1)
    assert coupon.current.error.startswith("SaleorUnavailable: http://127.0.0.1:1/graphql/")
    assert coupons.mint_due(shop) == 0  # not before its time


def test_a_saleor_that_is_down_is_told_from_one_that_refuses(paper):
    paper.down = True
    with pytest.raises(SaleorUnavailable):
        Saleor(paper).channels()


def test_t38_coupons_wait_while_the_programme_is_off(coupon, program):
    assert len(coupons.shops_with_work()) == 1
    program.is_active = False
    program.save()

    assert coupons.shops_with_work() == []


def test_a_coupon_that_waited_until_its_days_were_over_gets_them_anew(paper, coupon):
    Coupon.objects.update(expires_at=datetime(2026, 1, 1, tzinfo=UTC))
    coupon.refresh_from_db()

    mint(paper, coupon)

    assert coupon.status == "ACTIVE"
    assert coupon.expires_at > timezone.now() + timedelta(days=59)


def test_a_coupon_none_of_whose_channels_is_left_is_not_minted(paper, coupon):
    saleor = Saleor(paper)
    with pytest.raises(SaleorRefused, match="none of its channels"):
        coupons.mint(saleor, {}, coupon.current, language="en")

    assert paper.vouchers == {}


def test_t32_a_saleor_that_goes_down_amid_a_batch_is_not_asked_for_each_coupon(
    paper, shop, settle, connected
):
    settle(paper.place(1, line(2560)))
    assert Coupon.objects.count() == 5

    paper.after["channels"] = lambda: setattr(paper, "down", True)
    coupons.mint_due(shop)

    assert paper.calls[-2:] == ["channels", "voucher_create"]
    assert (
        CouponCode.objects.filter(made_at=None, error__startswith="SaleorUnavailable").count() == 5
    )


@pytest.mark.parametrize("void_first", [True, False])
def test_t13_of_two_orders_that_name_a_code_in_one_batch_the_live_one_has_used_it(
    paper, settle, coupon, void_first
):
    void = {"status": "CANCELED"}
    one = paper.place(2, line(10), voucherCode=coupon.code, **(void if void_first else {}))
    other = paper.place(3, line(10), voucherCode=coupon.code, **({} if void_first else void))
    settle(one, other)

    coupon.refresh_from_db()
    assert coupon.status == "USED"
    assert coupon.used_order_id == (other if void_first else one)
