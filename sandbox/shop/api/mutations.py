"""How every mutation finds what it is about, and answers a refusal."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db.models import Model, QuerySet
from graphql import GraphQLResolveInfo

from sandbox.shop.api.access import require
from sandbox.shop.ids import InvalidId, key_of
from sandbox.shop.problems import ShopError

Row = TypeVar("Row", bound=Model)
Resolver = Callable[..., dict[str, Any]]


def payload(*permissions: str) -> Callable[[Resolver], Resolver]:
    """Require one of the permissions, if any; turn a ShopError into the payload's `errors`."""

    def decorate(resolver: Resolver) -> Resolver:
        @wraps(resolver)
        def wrapper(_root: object, info: GraphQLResolveInfo, **arguments: Any) -> dict[str, Any]:
            if permissions:
                require(info, *permissions)
            try:
                return {**resolver(info, **arguments), "errors": []}
            except ShopError as error:
                return {"errors": [error.entry]}

        return wrapper

    return decorate


def find(rows: QuerySet[Row], type_name: str, global_id: str | None, *, field: str = "id") -> Row:
    """The row of a global id.

    Raises ShopError NOT_FOUND, or GRAPHQL_ERROR when it is no such id.
    """
    try:
        return rows.get(pk=key_of(type_name, global_id or ""))
    except InvalidId as error:
        raise ShopError(str(error), code="GRAPHQL_ERROR", field=field) from error
    except (ObjectDoesNotExist, ValueError, ValidationError) as error:
        raise ShopError(
            f"Couldn't resolve to a node: {global_id}", code="NOT_FOUND", field=field
        ) from error
