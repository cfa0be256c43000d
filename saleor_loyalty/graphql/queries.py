"""What can be read: the programme by anyone, a member by themselves and by staff."""

import graphene
from graphene import ResolveInfo
from graphql import GraphQLError

from saleor_loyalty.graphql.ids import read_id
from saleor_loyalty.graphql.member import LoyaltyMember
from saleor_loyalty.graphql.member_list import members_field
from saleor_loyalty.graphql.message import MessageQueries
from saleor_loyalty.graphql.program import LoyaltyProgram
from saleor_loyalty.members import enrolment
from saleor_loyalty.models import Member, Program
from saleor_loyalty.permissions import Permission
from saleor_loyalty.program import programs


class Query(MessageQueries, graphene.ObjectType):
    """What can be read. Reading changes nothing: nobody becomes a member by it."""

    loyalty_program = graphene.Field(
        LoyaltyProgram, description="The shop's program; null when it has none yet."
    )
    loyalty = graphene.Field(
        LoyaltyMember, description="The signed-in customer; null when they are no member yet."
    )
    loyalty_member = graphene.Field(
        LoyaltyMember,
        id=graphene.ID(description="Ours."),
        customer_id=graphene.ID(description="Saleor's id of the customer."),
        email=graphene.String(description="In whichever spelling."),
        description="A member by one of the arguments. Requires MANAGE_USERS.",
    )
    loyalty_members = members_field()

    @staticmethod
    def resolve_loyalty_program(_root: None, info: ResolveInfo) -> Program | None:
        shop = info.context.loyalty_viewer.shop
        if shop is None:
            raise GraphQLError("The request names no shop that is served here.")
        return programs.current(shop)

    @staticmethod
    def resolve_loyalty(_root: None, info: ResolveInfo) -> Member | None:
        shop, customer_id = info.context.loyalty_viewer.require_customer()
        return enrolment.find(shop=shop, customer_id=customer_id)

    @staticmethod
    def resolve_loyalty_member(
        _root: None,
        info: ResolveInfo,
        id: str | None = None,
        customer_id: str | None = None,
        email: str | None = None,
    ) -> Member | None:
        shop = info.context.loyalty_viewer.require(Permission.MANAGE_USERS)
        if [id, customer_id, email].count(None) != 2:
            raise GraphQLError("Give exactly one of `id`, `customerId` and `email`.")
        pk = None if id is None else read_id("LoyaltyMember", id)
        return enrolment.find(shop=shop, pk=pk, customer_id=customer_id, email=email)
