"""What the mutations of staff have in common: one permission, one verb, and its refusals."""

from typing import Any, ClassVar, Self

import graphene
from graphene import ResolveInfo

from saleor_loyalty.graphql.errors import errors_field
from saleor_loyalty.models import Shop
from saleor_loyalty.permissions import Permission
from saleor_loyalty.problems import Refused


class ByStaff(graphene.Mutation):
    """Base: asks for `permission`, calls `done`, and answers with its fields or with errors."""

    class Meta:
        abstract = True

    errors = errors_field()

    permission: ClassVar[Permission]
    undone: ClassVar[dict[str, Any]] = {}  # the answer's fields where it was refused

    @classmethod
    def done(cls, shop: Shop, actor: str, **arguments: Any) -> dict[str, Any]:
        """Do it, for who the actor is; the answer's fields. Raises Refused."""
        raise NotImplementedError

    @classmethod
    def mutate(cls, _root: None, info: ResolveInfo, **arguments: Any) -> Self:
        viewer = info.context.loyalty_viewer
        shop = viewer.require(cls.permission)
        try:
            return cls(**cls.done(shop, viewer.actor, **arguments), errors=[])
        except Refused as refused:
            return cls(**cls.undone, errors=refused.problems)
