"""The list of members in GraphQL, for staff."""

from typing import Any, Unpack

import graphene
from graphene import NonNull, ResolveInfo
from graphql import GraphQLError

from saleor_loyalty.graphql.batch import batch_of
from saleor_loyalty.graphql.connections import (
    Connection,
    Page,
    PageArguments,
    cursor_field,
    edges_field,
    node_field,
    page_arguments,
    paginate,
)
from saleor_loyalty.graphql.enums import LoyaltyMemberSortField, LoyaltyMemberStatus
from saleor_loyalty.graphql.member import LoyaltyMember
from saleor_loyalty.graphql.scalars import DateTime
from saleor_loyalty.members import listing
from saleor_loyalty.models import Member
from saleor_loyalty.permissions import Permission

DIRECTIONS = {"ASC": False, "DESC": True}


class LoyaltyMemberEdge(graphene.ObjectType):
    """A member and its place in the list."""

    node = node_field(LoyaltyMember)
    cursor = cursor_field()


class LoyaltyMemberConnection(Connection):
    """A page of the shop's members."""

    edges = edges_field(LoyaltyMemberEdge)


class LoyaltyMemberFilter(graphene.InputObjectType):
    """Members who fit all that is given."""

    search = graphene.String(
        description=(
            "How an email, a first name or a surname begins; or a whole customer id, order number "
            "or coupon code, be it one of the past. Surnames the shop is asked for."
        )
    )
    status = graphene.List(NonNull(LoyaltyMemberStatus), description="One of these.")
    balance_gte = graphene.Int(description="At least; a debt is below 0.")
    balance_lte = graphene.Int(description="At most; -1 finds who owes points.")
    inactive_since = DateTime(description="Neither joined nor did anything from then on.")


class LoyaltyMemberSort(graphene.InputObjectType):
    """The order of a list of members."""

    field = LoyaltyMemberSortField(required=True, description="What they are sorted by.")
    direction = graphene.String(required=True, description="ASC or DESC.")


def members_field() -> graphene.Field:
    """The field `Query.loyaltyMembers`."""
    return graphene.Field(
        LoyaltyMemberConnection,
        required=True,
        filter=LoyaltyMemberFilter(description="Who is on the list; everybody if not given."),
        sort_by=LoyaltyMemberSort(description="In which order; the latest to join first if not."),
        description="Members, the latest to join first if not said. Requires MANAGE_USERS.",
        resolver=_resolve,
        **page_arguments(),
    )


def _resolve(
    _root: None,
    info: ResolveInfo,
    filter: dict[str, Any] | None = None,
    sort_by: dict[str, str] | None = None,
    **arguments: Unpack[PageArguments],
) -> Page[Member]:
    shop = info.context.loyalty_viewer.require(Permission.MANAGE_USERS)
    order = listing.order(shop=shop, **_order(sort_by) if sort_by else {})
    matching = listing.matching(shop=shop, **filter or {})
    page = paginate("LoyaltyMember", matching, order=order, **arguments)
    batch_of(info.context).remember(page.found.rows)
    return page


def _order(sort_by: dict[str, str]) -> dict[str, Any]:
    direction = sort_by["direction"]
    if direction not in DIRECTIONS:
        raise GraphQLError(f"`direction` is ASC or DESC, not {direction!r}.")
    return {"field": sort_by["field"], "descending": DIRECTIONS[direction]}
