"""Our schema grafted on Saleor's, before Saleor builds it.

Saleor has no slot for this. Its classes are complete once all apps are loaded, but the schema is
built from them only when the first request, or a command, imports `saleor.graphql.api`. Until then
fields may be added to them, and then there is one schema for all: requests, webhook payloads, the
limits of cost, and the printed SDL.
"""

import sys
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import graphene
from graphene import Node, ResolveInfo
from graphene.types.resolver import get_default_resolver
from graphene.types.structures import Structure
from graphene.utils.str_converters import to_camel_case
from graphql import GraphQLError
from promise import Promise
from saleor.account.models import User as UserRow
from saleor.core.db.connection import allow_writer
from saleor.core.exceptions import PermissionDenied as SaleorPermissionDenied
from saleor.graphql.account.types import User
from saleor.graphql.core.dataloaders import DataLoader
from saleor.graphql.core.scalars import DateTime as SaleorDateTime
from saleor.graphql.core.scalars import Decimal as SaleorDecimal
from saleor.graphql.core.schema import CoreMutations, CoreQueries
from saleor.graphql.order.types import Order
from saleor.graphql.query_cost_map import COST_MAP

from saleor_loyalty.doors.plugin.viewers import set_viewer
from saleor_loyalty.graphql import scalars
from saleor_loyalty.graphql.batch import batch_of
from saleor_loyalty.graphql.connections import MAX_PAGE
from saleor_loyalty.graphql.errors import foreseen
from saleor_loyalty.graphql.extension import (
    LoyaltyOrder,
    order_loyalty_field,
    user_loyalty_field,
)
from saleor_loyalty.graphql.member import LoyaltyMember
from saleor_loyalty.graphql.mutations import Mutation
from saleor_loyalty.graphql.queries import Query
from saleor_loyalty.models import Member, SettledOrder
from saleor_loyalty.permissions import Permission, PermissionDenied

BUILT = "saleor.graphql.api"
# A schema has one type of each name: inside Saleor amounts and moments are of its own types.
THEIRS = {scalars.Decimal: SaleorDecimal, scalars.DateTime: SaleorDateTime}


def extend_schema() -> None:
    """Add our queries and mutations, `User.loyalty` and `Order.loyalty`.

    Does nothing when Saleor's schema is built already: the system checks say so.
    """
    if BUILT in sys.modules:
        return
    of_user = user_loyalty_field(resolver=_loyalty_of_user)
    of_order = order_loyalty_field(resolver=_loyalty_of_order)
    User._meta.fields["loyalty"] = of_user
    Order._meta.fields["loyalty"] = of_order
    for type_ in _types_under([Query, Mutation, of_user.type, of_order.type]):
        for name, field in type_._meta.fields.items():
            _fit(type_, name, field)
    for theirs, ours in ((CoreQueries, Query), (CoreMutations, Mutation)):
        for name, field in ours._meta.fields.items():
            setattr(theirs, name, field)
    _limit_cost()


def _types_under(types: Iterable[Any]) -> set[Any]:
    """These types of ours, and all that their fields and arguments lead to."""
    found: set[Any] = set()
    to_visit = list(types)
    while to_visit:
        type_ = to_visit.pop()
        while isinstance(type_, Structure):
            type_ = type_.of_type
        if type_ in found or not hasattr(type_._meta, "fields") or type_ is graphene.relay.PageInfo:
            continue
        found.add(type_)
        for field in type_._meta.fields.values():
            to_visit += [field.type, *(a.type for a in getattr(field, "args", {}).values())]
    return found


def _fit(type_: Any, name: str, field: Any) -> None:
    """Make a field of ours one of Saleor's: its scalars, its errors, its guard of the database."""
    field._type = _translated(field.type)
    if not isinstance(field, graphene.Field):  # of an input
        return
    for argument in field.args.values():
        argument._type = _translated(argument.type)
    resolve = field.resolver or getattr(type_, f"resolve_{name}", None)
    if resolve is None:
        by_name = type_._meta.default_resolver or get_default_resolver()
        resolve = partial(by_name, name, field.default_value)
    field.resolver = _as_saleor_resolves(resolve)


def _translated(type_: Any) -> Any:
    if isinstance(type_, Structure):
        return type(type_)(_translated(type_.of_type))
    return THEIRS.get(type_, type_)


def _as_saleor_resolves(resolve: Callable[..., Any]) -> Callable[..., Any]:
    """A resolver that may use the database, knows who asks, and raises what Saleor raises."""

    def resolver(root: Any, info: ResolveInfo, **arguments: Any) -> Any:
        with allow_writer():
            set_viewer(info.context)
            try:
                return resolve(root, info, **arguments)
            except PermissionDenied as error:
                raise SaleorPermissionDenied(str(error)) from error
            except Exception as error:
                if said := foreseen(error):
                    raise GraphQLError(said[0]) from error
                raise

    return resolver


class MemberByCustomerLoader(DataLoader[str, Member | None]):
    """Members by the global id of their User, however many are asked for in two statements."""

    context_key = "loyalty_member_by_customer"

    def batch_load(self, keys: Iterable[str]) -> list[Member | None]:
        batch, keys = batch_of(self.context), list(keys)
        with allow_writer():
            batch.load_members(keys)
        return [batch.member(key) for key in keys]


class SettledOrderLoader(DataLoader[str, SettledOrder | None]):
    """What orders brought by their global id, however many are asked for in one statement."""

    context_key = "loyalty_settled_order"

    def batch_load(self, keys: Iterable[str]) -> list[SettledOrder | None]:
        batch, keys = batch_of(self.context), list(keys)
        with allow_writer():
            batch.load_orders(keys)
        return [batch.order(key) for key in keys]


@_as_saleor_resolves
def _loyalty_of_user(root: UserRow, info: ResolveInfo) -> Promise[Member | None]:
    customer_id = Node.to_global_id("User", root.pk)
    info.context.loyalty_viewer.require_own_or(Permission.MANAGE_USERS, customer_id=customer_id)
    return MemberByCustomerLoader(info.context).load(customer_id)


@_as_saleor_resolves
def _loyalty_of_order(root: Any, info: ResolveInfo) -> Promise[SettledOrder | None]:
    order = root.node
    owner_id = Node.to_global_id("User", order.user_id) if order.user_id else ""
    info.context.loyalty_viewer.require_own_or(Permission.MANAGE_ORDERS, customer_id=owner_id)
    return SettledOrderLoader(info.context).load(Node.to_global_id("Order", order.pk))


def _limit_cost() -> None:
    """Count our fields in what Saleor lets a request cost."""
    counted = {
        **{type_: type_._meta.fields for type_ in (Query, Mutation)},
        **{type_: {"loyalty": type_._meta.fields["loyalty"]} for type_ in (User, Order)},
        LoyaltyOrder: {"member": LoyaltyOrder._meta.fields["member"]},
        LoyaltyMember: {name: LoyaltyMember._meta.fields[name] for name in ("entries", "coupons")},
    }
    for type_, fields in counted.items():
        costs = COST_MAP.setdefault(type_._meta.name, {})
        costs |= {to_camel_case(name): _cost(field) for name, field in fields.items()}


def _cost(field: graphene.Field) -> dict[str, Any]:
    """An object costs 1, a page as many as are asked for, a list without pages a full page."""
    if "first" in field.args:
        return {"complexity": 1, "multipliers": ["first", "last"]}
    type_ = field.type.of_type if isinstance(field.type, graphene.NonNull) else field.type
    return {"complexity": MAX_PAGE if isinstance(type_, graphene.List) else 1}
