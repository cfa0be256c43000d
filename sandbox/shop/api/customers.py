"""Customers over the API: registered by themselves, listed and kept by staff and apps."""

from functools import reduce
from operator import or_
from typing import Any

from ariadne import MutationType, QueryType
from django.db.models import Q
from graphql import GraphQLError, GraphQLResolveInfo

from sandbox.shop import customers
from sandbox.shop.api.access import require
from sandbox.shop.api.connections import column, connection
from sandbox.shop.api.mutations import find, payload
from sandbox.shop.ids import keys_of
from sandbox.shop.models import User

query = QueryType()
mutation = MutationType()

SORTING = {"EMAIL": "email", "CREATED_AT": "date_joined", "LAST_MODIFIED_AT": "updated_at"}
NAMES = ("first_name", "last_name", "language_code")
SEARCHED = ("email", "first_name", "last_name")
COLUMNS = (*NAMES, "is_confirmed", "is_active")


@query.field("customers")
def customers_(
    _root: object,
    info: GraphQLResolveInfo,
    where: dict[str, Any] | None = None,
    search: str | None = None,
    sort_by: dict[str, str] | None = None,
    first: int | None = None,
    after: str | None = None,
) -> Any:
    """Everybody who registered, and staff who have ordered, by email unless sorted otherwise."""
    require(info, "MANAGE_ORDERS", "MANAGE_USERS")
    found = User.objects.filter(Q(is_staff=False) | Q(orders__isnull=False)).distinct()
    where = where or {}
    if where.get("ids") is not None:
        found = found.filter(pk__in=user_keys(where["ids"]))
    if since := (where.get("updated_at") or {}).get("gte"):
        found = found.filter(updated_at__gte=since)
    for word in (search or "").split():
        begins = (Q(**{f"{field}__istartswith": word}) for field in SEARCHED)
        found = found.filter(reduce(or_, begins))
    found = found.order_by(column(sort_by, SORTING, unless_sorted="email"), "pk")
    return connection(info, found, first=first, after=after)


@mutation.field("accountRegister")
@payload()
def account_register(_info: GraphQLResolveInfo, *, input: dict[str, Any]) -> dict[str, Any]:
    values = {name: input[name] for name in NAMES if input.get(name)}
    customers.register(email=input["email"], password=input["password"], values=values)
    return {"requires_confirmation": True}


@mutation.field("customerUpdate")
@payload("MANAGE_USERS")
def customer_update(
    _info: GraphQLResolveInfo, *, input: dict[str, Any], id: str | None = None
) -> dict[str, Any]:
    user = find(User.objects.filter(is_staff=False), "User", id)
    values = {name: input[name] for name in COLUMNS if name in input}
    return {"user": customers.update(user, values)}


def user_keys(ids: list[str]) -> list[int]:
    """Ids of other things are passed over; one that is no id at all spoils the whole list."""
    try:
        return [int(key) for key in keys_of("User", ids)]
    except ValueError as error:
        raise GraphQLError('{"ids": [{"message": "Invalid ID specified.", "code": ""}]}') from error


bindables = [query, mutation]
