"""A member in GraphQL: who they are, what they have, what they did."""

from datetime import datetime
from decimal import Decimal as ExactDecimal
from typing import Any

import graphene
from graphene import NonNull, ResolveInfo

from saleor_loyalty.graphql.batch import batch_of
from saleor_loyalty.graphql.connections import Page, page_arguments
from saleor_loyalty.graphql.coupon import LoyaltyCouponConnection, coupons_of
from saleor_loyalty.graphql.entry import LoyaltyEntryConnection, entries_of
from saleor_loyalty.graphql.enums import LoyaltyCouponStatus, LoyaltyMemberStatus
from saleor_loyalty.graphql.ids import write_id
from saleor_loyalty.graphql.scalars import DateTime, as_int, exactly
from saleor_loyalty.models import Coupon, Entry, Member
from saleor_loyalty.permissions import Permission
from saleor_loyalty.rules.rewards import progress


class LoyaltyMember(graphene.ObjectType):
    """A customer inside the program."""

    id = graphene.ID(required=True, description="Ours.")
    customer_id = graphene.ID(required=True, description="Saleor's id of the customer.")
    email = graphene.String(required=True, description="As in the customer's account.")
    status = LoyaltyMemberStatus(required=True, description="Whether they take part.")
    balance = graphene.Int(
        required=True, description="Points that can be spent now; 0 while in debt."
    )
    exact_balance = exactly("balance")
    debt = graphene.Int(
        required=True, description="Points owed after reversals. Requires MANAGE_USERS."
    )
    exact_debt = exactly("debt")
    lifetime_points = graphene.Int(required=True, description="Ever earned, net of reversals.")
    exact_lifetime_points = exactly("lifetimePoints")
    points_to_next_reward = graphene.Int(
        required=True,
        description="How many are missing for the next coupon, a debt included. 0: the next points "
        "bring it, as after a coupon was withdrawn and its points came back; or the shop has no "
        "program.",
    )
    exact_points_to_next_reward = exactly("pointsToNextReward")
    expires_at = DateTime(description="Next moment at which points expire; null: none will.")
    expiring_points = graphene.Int(required=True, description="How many go then.")
    exact_expiring_points = exactly("expiringPoints")
    joined_at = DateTime(required=True, description="When they became a member.")
    last_activity_at = DateTime(description="When their points last moved; null: never.")
    language_code = graphene.String(
        required=True, description="In which they are told things: as de or pt-br."
    )
    email_enabled = graphene.Boolean(required=True, description="Whether they take emails.")
    push_enabled = graphene.Boolean(required=True, description="Whether they take push notices.")
    entries = graphene.Field(
        LoyaltyEntryConnection,
        required=True,
        description="The history of points, newest first.",
        **page_arguments(),
    )
    coupons = graphene.Field(
        LoyaltyCouponConnection,
        required=True,
        description="Newest first.",
        status=graphene.List(NonNull(LoyaltyCouponStatus), description="Those in one of these."),
        **page_arguments(),
    )

    @staticmethod
    def resolve_id(member: Member, _info: ResolveInfo) -> str:
        return write_id("LoyaltyMember", member.pk)

    @staticmethod
    def resolve_balance(member: Member, _info: ResolveInfo) -> int:
        return as_int(member.spendable)

    @staticmethod
    def resolve_exact_balance(member: Member, _info: ResolveInfo) -> ExactDecimal:
        return ExactDecimal(member.spendable)

    @staticmethod
    def resolve_lifetime_points(member: Member, _info: ResolveInfo) -> int:
        return as_int(member.lifetime_points)

    @staticmethod
    def resolve_exact_lifetime_points(member: Member, _info: ResolveInfo) -> ExactDecimal:
        return ExactDecimal(member.lifetime_points)

    @staticmethod
    def resolve_debt(member: Member, info: ResolveInfo) -> int:
        return as_int(_debt(member, info))

    @staticmethod
    def resolve_exact_debt(member: Member, info: ResolveInfo) -> ExactDecimal:
        return ExactDecimal(_debt(member, info))

    @staticmethod
    def resolve_points_to_next_reward(member: Member, info: ResolveInfo) -> int:
        return as_int(_missing(member, info))

    @staticmethod
    def resolve_exact_points_to_next_reward(member: Member, info: ResolveInfo) -> ExactDecimal:
        return ExactDecimal(_missing(member, info))

    @staticmethod
    def resolve_expires_at(member: Member, info: ResolveInfo) -> datetime | None:
        ending = batch_of(info.context).ending(member)
        return ending.at if ending else None

    @staticmethod
    def resolve_expiring_points(member: Member, info: ResolveInfo) -> int:
        return as_int(_expiring(member, info))

    @staticmethod
    def resolve_exact_expiring_points(member: Member, info: ResolveInfo) -> ExactDecimal:
        return ExactDecimal(_expiring(member, info))

    @staticmethod
    def resolve_entries(member: Member, _info: ResolveInfo, **arguments: Any) -> Page[Entry]:
        return entries_of(member, **arguments)

    @staticmethod
    def resolve_coupons(member: Member, _info: ResolveInfo, **arguments: Any) -> Page[Coupon]:
        return coupons_of(member, **arguments)


def _debt(member: Member, info: ResolveInfo) -> int:
    info.context.loyalty_viewer.require(Permission.MANAGE_USERS)
    return member.debt


def _missing(member: Member, info: ResolveInfo) -> int:
    program = batch_of(info.context).program
    if program is None or program.current is None:
        return 0
    return progress(balance=member.balance, threshold=program.current.threshold).missing


def _expiring(member: Member, info: ResolveInfo) -> int:
    ending = batch_of(info.context).ending(member)
    return ending.points if ending else 0
