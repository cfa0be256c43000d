"""What both doors add to Saleor's own User and Order, and who may see it.

Either door turns its own object into ids and hands them in. Before a list, `batch.load_members` or
`batch.load_orders` reads all at once; what is not loaded is read one by one.
"""

from decimal import Decimal as ExactDecimal
from typing import Any

import graphene
from graphene import ResolveInfo

from saleor_loyalty.graphql.batch import batch_of
from saleor_loyalty.graphql.member import LoyaltyMember
from saleor_loyalty.graphql.scalars import as_int, exactly
from saleor_loyalty.models import Member, SettledOrder
from saleor_loyalty.permissions import Permission


class LoyaltyOrder(graphene.ObjectType):
    """What an order brought its customer."""

    points = graphene.Int(required=True, description="Net points this order stands at now.")
    exact_points = exactly("points")
    member = graphene.Field(
        LoyaltyMember, description="Whose they are. Requires MANAGE_USERS, or to be them."
    )

    @staticmethod
    def resolve_points(order: SettledOrder, _info: ResolveInfo) -> int:
        return as_int(order.points)

    @staticmethod
    def resolve_exact_points(order: SettledOrder, _info: ResolveInfo) -> ExactDecimal:
        return ExactDecimal(order.points)

    @staticmethod
    def resolve_member(order: SettledOrder, info: ResolveInfo) -> Member:
        info.context.loyalty_viewer.require_own_or(
            Permission.MANAGE_USERS, customer_id=order.member.customer_id
        )
        return order.member


def user_loyalty_field(**arguments: Any) -> graphene.Field:
    """The field `User.loyalty`."""
    description = "The customer in the program; null when they are no member yet."
    return graphene.Field(
        LoyaltyMember,
        description=f"{description} Requires MANAGE_USERS, or to be them.",
        **arguments,
    )


def order_loyalty_field(**arguments: Any) -> graphene.Field:
    """The field `Order.loyalty`."""
    description = "What the order brought; null while it brought nothing."
    return graphene.Field(
        LoyaltyOrder,
        description=f"{description} Requires MANAGE_ORDERS, or to be its customer.",
        **arguments,
    )


def loyalty_of_user(context: Any, customer_id: str) -> Member | None:
    """The member whom Saleor's User with this global id is. Raises PermissionDenied."""
    context.loyalty_viewer.require_own_or(Permission.MANAGE_USERS, customer_id=customer_id)
    return batch_of(context).member(customer_id)


def loyalty_of_order(context: Any, order_id: str) -> SettledOrder | None:
    """What Saleor's Order with this global id brought. Raises PermissionDenied.

    Its owner is whose points they are: a shopper gets null for an order that brought nothing.
    """
    viewer = context.loyalty_viewer
    viewer.require_signed_in()
    order = batch_of(context).order(order_id)
    if order:
        viewer.require_own_or(Permission.MANAGE_ORDERS, customer_id=order.member.customer_id)
    return order
