"""The executable schema: schema.graphql with every resolver bound to it."""

from pathlib import Path

from ariadne import InterfaceType, load_schema_from_path, make_executable_schema
from graphql import GraphQLEnumType, GraphQLObjectType, GraphQLResolveInfo

from sandbox.shop.api import (
    accounts,
    catalogue,
    checkouts,
    customers,
    order_fields,
    orders,
    payments,
    returns,
    scalars,
    subscriptions,
    vouchers,
)
from sandbox.shop.ids import global_id

node = InterfaceType("Node")


@node.type_resolver
def _type_of_node(*_: object) -> None:
    """No field of ours returns a bare Node."""


def _resolve_id(row: object, info: GraphQLResolveInfo) -> str:
    key = row["pk"] if isinstance(row, dict) else row.pk  # type: ignore[attr-defined]  # every node is a row or has a key
    return global_id(info.parent_type.name, key)


schema = make_executable_schema(
    load_schema_from_path(str(Path(__file__).parent.parent / "schema.graphql")),
    *accounts.bindables,
    *catalogue.bindables,
    *checkouts.bindables,
    *customers.bindables,
    *order_fields.bindables,
    *orders.bindables,
    *payments.bindables,
    *returns.bindables,
    *scalars.bindables,
    *subscriptions.bindables,
    *vouchers.bindables,
    node,
    convert_names_case=True,
)
for _type in schema.type_map.values():
    if isinstance(_type, GraphQLObjectType) and "id" in _type.fields:
        _type.fields["id"].resolve = _resolve_id
    if isinstance(_type, GraphQLEnumType):
        # ariadne 1.1.1 puts one here that does not take the arguments graphql-core 3.2.14 gives;
        # our enums need none.
        vars(_type).pop("parse_value", None)
