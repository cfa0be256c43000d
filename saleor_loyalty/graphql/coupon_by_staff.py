"""What staff do to a member's coupon through GraphQL."""

from typing import Any

import graphene
from graphql import GraphQLError

from saleor_loyalty.graphql.by_staff import ByStaff
from saleor_loyalty.graphql.coupon import LoyaltyCoupon, coupon_now
from saleor_loyalty.graphql.ids import read_id
from saleor_loyalty.graphql.member import LoyaltyMember
from saleor_loyalty.members import enrolment
from saleor_loyalty.messages import coupon_notices
from saleor_loyalty.models import Coupon, Shop
from saleor_loyalty.permissions import Permission
from saleor_loyalty.problems import ErrorCode, Problem, Refused
from saleor_loyalty.rewards import withdrawal

ID = "Ours, of the coupon."
COUPON = "As it is now; null if it was refused."


class LoyaltyCouponWithdraw(ByStaff):
    """Takes an unused coupon back. Requires MANAGE_USERS.

    One that was withdrawn before is left as it is.
    """

    class Arguments:
        id = graphene.ID(required=True, description=ID)
        reason = graphene.String(required=True, description="The customer reads it.")
        return_points = graphene.Boolean(
            description="Whether the points it cost come back; they do if it is not given."
        )

    coupon = graphene.Field(LoyaltyCoupon, description=COUPON)
    member = graphene.Field(LoyaltyMember, description="As they are now; likewise.")

    permission = Permission.MANAGE_USERS

    @classmethod
    def done(cls, shop: Shop, actor: str, **arguments: Any) -> dict[str, Any]:
        coupon = withdrawal.withdraw(
            shop=shop,
            coupon_id=_pk(arguments["id"]),
            reason=arguments["reason"],
            actor=actor,
            return_points=arguments.get("return_points") is not False,
        )
        return {"coupon": coupon_now(coupon), "member": _member(shop, coupon)}


class LoyaltyCouponResend(ByStaff):
    """Tells a member of an unused coupon once more, by email and push. Requires MANAGE_USERS."""

    class Arguments:
        id = graphene.ID(required=True, description=ID)

    coupon = graphene.Field(LoyaltyCoupon, description=COUPON)

    permission = Permission.MANAGE_USERS

    @classmethod
    def done(cls, shop: Shop, actor: str, **arguments: Any) -> dict[str, Any]:
        pk = _pk(arguments["id"])
        return {"coupon": coupon_now(coupon_notices.resend(shop=shop, coupon_id=pk, actor=actor))}


def _pk(global_id: str) -> int:
    """Raises Refused for what is no id of a coupon, as for one that the shop does not have."""
    try:
        return read_id("LoyaltyCoupon", global_id)
    except GraphQLError as error:
        raise Refused(Problem("id", error.message, ErrorCode.NOT_FOUND)) from error


def _member(shop: Shop, coupon: Coupon) -> object:
    return enrolment.find(shop=shop, pk=coupon.member_id)
