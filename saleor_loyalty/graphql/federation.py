"""The schema as a subgraph of Apollo Federation 2: Saleor's User and Order with what we add.

A gateway composes it with Saleor's own schema and asks here for the fields that are ours, naming
each user and order by its key. For the app door alone: inside Saleor, Saleor's federation applies.
The protocol: https://www.apollographql.com/docs/graphos/schema-design/federated-schemas/reference/subgraph-spec
"""

import re
from typing import Any

import graphene
from graphene import NonNull, ResolveInfo
from graphene.types.generic import GenericScalar
from graphql import GraphQLError

from saleor_loyalty.graphql.batch import batch_of
from saleor_loyalty.graphql.connections import MAX_PAGE
from saleor_loyalty.graphql.extension import (
    loyalty_of_order,
    loyalty_of_user,
    order_loyalty_field,
    user_loyalty_field,
)
from saleor_loyalty.graphql.mutations import Mutation
from saleor_loyalty.graphql.queries import Query as OwnQuery
from saleor_loyalty.models import Member, SettledOrder

LINK = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.0", '
    'import: ["@key", "@shareable"])\n\n'
)
DIRECTIVES = {"User": '@key(fields: "id")', "Order": '@key(fields: "id")', "PageInfo": "@shareable"}


class User(graphene.ObjectType):
    """Saleor's user."""

    id = graphene.ID(required=True, description="Saleor's.")
    loyalty = user_loyalty_field()

    @staticmethod
    def resolve_loyalty(user: "User", info: ResolveInfo) -> Member | None:
        return loyalty_of_user(info.context, user.id)


class Order(graphene.ObjectType):
    """Saleor's order."""

    id = graphene.ID(required=True, description="Saleor's.")
    loyalty = order_loyalty_field()

    @staticmethod
    def resolve_loyalty(order: "Order", info: ResolveInfo) -> SettledOrder | None:
        return loyalty_of_order(info.context, order.id)


ENTITIES: dict[str, type[User] | type[Order]] = {"User": User, "Order": Order}


class Entity(graphene.Union):
    class Meta:
        name = "_Entity"
        types = tuple(ENTITIES.values())


class Representation(GenericScalar):
    """A user or order by its key: `{"__typename": "User", "id": "…"}`."""

    class Meta:
        name = "_Any"


class Service(graphene.ObjectType):
    class Meta:
        name = "_Service"

    sdl = graphene.String()


class Query(OwnQuery):
    service = graphene.Field(Service, name="_service", required=True)
    entities = graphene.List(
        Entity,
        name="_entities",
        required=True,
        representations=graphene.List(NonNull(Representation), required=True),
    )

    @staticmethod
    def resolve_service(_root: None, _info: ResolveInfo) -> Service:
        return Service(sdl=subgraph_sdl())

    @staticmethod
    def resolve_entities(
        _root: None, info: ResolveInfo, representations: list[Any]
    ) -> list[User | Order]:
        if len(representations) > MAX_PAGE:
            said = f"Ask for at most {MAX_PAGE} representations at once, not for"
            raise GraphQLError(f"{said} {len(representations)}.")
        entities = [_entity(representation) for representation in representations]
        batch = batch_of(info.context)
        batch.load_members(entity.id for entity in entities if isinstance(entity, User))
        batch.load_orders(entity.id for entity in entities if isinstance(entity, Order))
        return entities


def _entity(representation: Any) -> User | Order:
    if isinstance(representation, dict):
        entity = ENTITIES.get(str(representation.get("__typename")))
        key = representation.get("id")
        if entity and isinstance(key, str):
            return entity(id=key)
    raise GraphQLError(
        "A representation is an object with the `__typename` User or Order and an `id`."
    )


own_schema = graphene.Schema(query=OwnQuery, mutation=Mutation, types=list(ENTITIES.values()))
schema = graphene.Schema(query=Query, mutation=Mutation)


def sdl() -> str:
    """What is ours, in the schema definition language; on graphene 3 with its descriptions."""
    return f"{own_schema}".strip() + "\n"


def subgraph_sdl() -> str:
    """The same for composition: which types are also others', and by which key."""
    return LINK + re.sub(
        r"^type (\w+)(?= )",
        lambda type_: " ".join(filter(None, [type_[0], DIRECTIVES.get(type_[1])])),
        sdl(),
        flags=re.MULTILINE,
    )
