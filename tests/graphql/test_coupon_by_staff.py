"""Coupons that staff withdraw, and have told of again."""

from datetime import timedelta

import pytest
from django.utils import timezone
from graphql_relay import to_global_id

from saleor_loyalty.models import Coupon, Member, Message

WITHDRAW = """mutation ($id: ID!, $reason: String!, $back: Boolean) {
  loyaltyCouponWithdraw(id: $id, reason: $reason, returnPoints: $back) {
    coupon { id status withdrawalReason }
    member { balance }
    errors { field code }
  }
}"""
RESEND = """mutation ($id: ID!) {
  loyaltyCouponResend(id: $id) { coupon { id status } errors { field message code } }
}"""


@pytest.fixture
def coupon(ada, gift):
    """Ada's only coupon, minted and told of."""
    gift(ada, 5000)
    Coupon.objects.update(status="ACTIVE")
    Message.objects.update(status="SENT")
    return Coupon.objects.get()


@pytest.fixture
def withdraw(ask, staff):
    def withdraw(coupon_id, back=None, reason="A slip", viewer=staff):
        answer = ask(viewer, WITHDRAW, id=coupon_id, reason=reason, back=back)
        return answer["data"]["loyaltyCouponWithdraw"]

    return withdraw


@pytest.fixture
def resend(ask, staff):
    def resend(coupon_id):
        return ask(staff, RESEND, id=coupon_id)["data"]["loyaltyCouponResend"]

    return resend


def id_of(coupon):
    return to_global_id("LoyaltyCoupon", coupon.pk)


@pytest.mark.parametrize(("back", "balance"), [(None, 5000), (True, 5000), (False, 0)])
def test_staff_withdraw_a_coupon_with_its_points_or_without(withdraw, coupon, back, balance):
    assert withdraw(id_of(coupon), back) == {
        "coupon": {"id": id_of(coupon), "status": "WITHDRAWN", "withdrawalReason": "A slip"},
        "member": {"balance": balance},
        "errors": [],
    }
    assert Coupon.objects.get().withdrawn_by == "Sam"


def test_a_coupon_is_withdrawn_only_while_it_is_unused(withdraw, coupon):
    Coupon.objects.update(status="USED", used_at=timezone.now())
    used = withdraw(id_of(coupon))
    Coupon.objects.update(status="ACTIVE", expires_at=timezone.now() - timedelta(seconds=1))

    assert used == {
        "coupon": None,
        "member": None,
        "errors": [{"field": "id", "code": "ALREADY_USED"}],
    }
    assert withdraw(id_of(coupon))["errors"] == [{"field": "id", "code": "INVALID"}]


def test_a_withdrawal_says_why_or_is_none(withdraw, coupon):
    answer = withdraw(id_of(coupon), reason=" ")

    assert answer["errors"] == [{"field": "reason", "code": "REQUIRED"}]
    assert Coupon.objects.get().status == "ACTIVE"


@pytest.mark.parametrize("wrong", ["nonsense", to_global_id("LoyaltyMember", 1)])
def test_what_is_no_coupon_is_not_found(withdraw, resend, coupon, wrong):
    for answer in (withdraw(wrong), resend(wrong)):
        assert [(e["field"], e["code"]) for e in answer["errors"]] == [("id", "NOT_FOUND")]


def test_t37_another_shops_coupon_is_not_found(withdraw, resend, coupon, other_shop):
    Coupon.objects.update(shop=other_shop)

    for answer in (withdraw(id_of(coupon)), resend(id_of(coupon))):
        assert answer["errors"][0]["code"] == "NOT_FOUND"


@pytest.mark.parametrize("who", ["anonymous", "customer", "owner"])
@pytest.mark.parametrize("mutation", [WITHDRAW, RESEND], ids=["withdraw", "resend"])
def test_t37_coupons_are_for_who_manages_users(ask, request, coupon, who, mutation):
    given = {"id": id_of(coupon), **({"reason": "x"} if mutation == WITHDRAW else {})}

    answer = ask(request.getfixturevalue(who), mutation, **given)

    assert answer["errors"][0]["extensions"]["exception"]["code"] == "PermissionDenied"
    assert Coupon.objects.get().status == "ACTIVE"


def test_staff_have_a_member_told_of_their_coupon_again(resend, coupon):
    assert resend(id_of(coupon)) == {
        "coupon": {"id": id_of(coupon), "status": "ACTIVE"},
        "errors": [],
    }

    message = Message.objects.get(kind="REWARD_EMAIL")
    assert (message.status, message.resent_by) == ("PENDING", "Sam")


def test_what_is_on_its_way_is_not_sent_again(resend, coupon):
    resend(id_of(coupon))

    (error,) = resend(id_of(coupon))["errors"]

    assert error["code"] == "DUPLICATE"


def test_a_coupon_that_was_never_told_of_is_told_of_now(resend, coupon):
    Message.objects.all().delete()

    assert resend(id_of(coupon))["errors"] == []

    message = Message.objects.get()
    assert (message.kind, message.status) == ("REWARD_EMAIL", "PENDING")
    assert message.due_at is not None


def test_a_coupon_that_is_used_is_told_of_no_more(resend, coupon):
    Coupon.objects.update(status="USED", used_at=timezone.now())

    assert resend(id_of(coupon))["errors"][0]["code"] == "ALREADY_USED"


def test_who_takes_no_email_is_not_told_again(resend, coupon):
    Member.objects.update(email_enabled=False)

    (error,) = resend(id_of(coupon))["errors"]

    assert (error["code"], error["message"]) == ("MEMBER_BLOCKED", "The member takes no email.")
    assert Message.objects.get(kind="REWARD_EMAIL").status == "SENT"
