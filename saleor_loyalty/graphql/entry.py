"""A member's history in GraphQL."""

from datetime import datetime
from decimal import Decimal as ExactDecimal
from typing import Unpack

import graphene
from graphene import ResolveInfo

from saleor_loyalty.graphql.batch import batch_of
from saleor_loyalty.graphql.connections import (
    Connection,
    Page,
    PageArguments,
    cursor_field,
    edges_field,
    node_field,
    paginate,
)
from saleor_loyalty.graphql.enums import LoyaltyEntryKind
from saleor_loyalty.graphql.ids import write_id
from saleor_loyalty.graphql.language import language_argument, language_for
from saleor_loyalty.graphql.scalars import DateTime, as_int, exactly
from saleor_loyalty.ledger.endings import entry_ends
from saleor_loyalty.messages.explanations import explain, explainable
from saleor_loyalty.models import Entry, Member
from saleor_loyalty.permissions import Permission


class LoyaltyEntry(graphene.ObjectType):
    """One movement of points. It never changes: a correction is another entry."""

    id = graphene.ID(required=True, description="Ours.")
    kind = LoyaltyEntryKind(required=True, description="What moved the points.")
    points = graphene.Int(required=True, description="Signed.")
    exact_points = exactly("points")
    balance_after = graphene.Int(
        required=True,
        description=(
            "Below 0 for a debt, which MANAGE_USERS sees; others see 0 then, so within a debt it "
            "is not the sum of the points before it."
        ),
    )
    exact_balance_after = exactly("balanceAfter")
    created_at = DateTime(required=True, description="When it was written.")
    expires_at = DateTime(description="When what is left of these points expires; null: never.")
    order_id = graphene.ID(description="Saleor's id of the order behind it; null: there is none.")
    order_number = graphene.String(description="The number of that order, as the shop shows it.")
    reason = graphene.String(description="What staff wrote.")
    actor = graphene.String(description="Who, for staff entries. Requires MANAGE_USERS.")
    explanation = graphene.String(
        required=True,
        language_code=language_argument(),
        description="Why these points, in a sentence.",
    )

    @staticmethod
    def resolve_id(entry: Entry, _info: ResolveInfo) -> str:
        return write_id("LoyaltyEntry", entry.pk)

    @staticmethod
    def resolve_points(entry: Entry, _info: ResolveInfo) -> int:
        return as_int(entry.points)

    @staticmethod
    def resolve_exact_points(entry: Entry, _info: ResolveInfo) -> ExactDecimal:
        return ExactDecimal(entry.points)

    @staticmethod
    def resolve_balance_after(entry: Entry, info: ResolveInfo) -> int:
        return as_int(_balance_after(entry, info))

    @staticmethod
    def resolve_exact_balance_after(entry: Entry, info: ResolveInfo) -> ExactDecimal:
        return ExactDecimal(_balance_after(entry, info))

    @staticmethod
    def resolve_expires_at(entry: Entry, info: ResolveInfo) -> datetime | None:
        rule = batch_of(info.context).expiry_rule
        return entry_ends(entry, rule) if rule else None

    @staticmethod
    def resolve_order_id(entry: Entry, _info: ResolveInfo) -> str | None:
        return entry.order.order_id if entry.order else None

    @staticmethod
    def resolve_order_number(entry: Entry, _info: ResolveInfo) -> str | None:
        return entry.order.number if entry.order else None

    @staticmethod
    def resolve_reason(entry: Entry, _info: ResolveInfo) -> str | None:
        return entry.reason or None

    @staticmethod
    def resolve_actor(entry: Entry, info: ResolveInfo) -> str | None:
        info.context.loyalty_viewer.require(Permission.MANAGE_USERS)
        return entry.actor or None

    @staticmethod
    def resolve_explanation(
        entry: Entry, info: ResolveInfo, language_code: str | None = None
    ) -> str:
        return explain(entry, language_for(info, language_code, entry.member))


def _balance_after(entry: Entry, info: ResolveInfo) -> int:
    sees_debt = info.context.loyalty_viewer.may(Permission.MANAGE_USERS)
    return entry.balance_after if sees_debt else max(0, entry.balance_after)


class LoyaltyEntryEdge(graphene.ObjectType):
    """An entry and its place in the list."""

    node = node_field(LoyaltyEntry)
    cursor = cursor_field()


class LoyaltyEntryConnection(Connection):
    """A page of a member's history."""

    edges = edges_field(LoyaltyEntryEdge)


def entries_of(member: Member, **arguments: Unpack[PageArguments]) -> Page[Entry]:
    """A page of a member's history, with what its fields read."""
    entries = Entry.objects.filter(account__member=member)
    entries = explainable(entries.select_related("account__member", "lot"))
    return paginate("LoyaltyEntry", entries, **arguments)
