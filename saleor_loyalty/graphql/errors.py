"""What goes wrong, as GraphQL tells it: beside the data of a mutation, or instead of data."""

import logging
from typing import Any

import graphene
from django.db import DataError
from django.utils.translation import override
from graphene.utils.str_converters import to_camel_case
from graphql import GraphQLError

from saleor_loyalty.graphql.enums import LoyaltyErrorCode
from saleor_loyalty.permissions import PermissionDenied
from saleor_loyalty.problems import Problem
from saleor_loyalty.saleor_api.transport import SaleorRefused, SaleorUnavailable

logger = logging.getLogger(__name__)


class LoyaltyError(graphene.ObjectType):
    """Something wrong with the input of a mutation; nothing was changed."""

    field = graphene.String(description="As in the input; null: the input as a whole.")
    message = graphene.String(required=True, description="In English, for who writes programs.")
    code = LoyaltyErrorCode(required=True, description="What kind of thing is wrong.")

    @staticmethod
    def resolve_field(problem: Problem, _info: graphene.ResolveInfo) -> str | None:
        return problem.field and to_camel_case(problem.field)

    @staticmethod
    def resolve_message(problem: Problem, _info: graphene.ResolveInfo) -> str:
        return in_english(problem)


def in_english(problem: Problem) -> str:
    """What is wrong, for who writes programs: as pages say it, in one language for all."""
    with override("en"):
        return str(problem)


def errors_field() -> graphene.List:
    """The `errors` that every mutation answers with, empty when all went well."""
    return graphene.List(
        graphene.NonNull(LoyaltyError),
        required=True,
        description="What is wrong; empty when all went well.",
    )


def shown(error: Exception) -> dict[str, Any]:
    """An error in the form of Saleor's API. One that nobody foresaw is logged and not described."""
    path = getattr(error, "path", None)
    cause = _cause(error)
    known = foreseen(cause)
    if known is None:
        logger.error("A GraphQL request failed unexpectedly at %s", path, exc_info=cause)
    message, code = known or ("Internal Server Error", "InternalServerError")
    answer: dict[str, Any] = {"message": message}
    if locations := getattr(error, "locations", None):
        answer["locations"] = [{"line": place.line, "column": place.column} for place in locations]
    if path:
        answer["path"] = list(path)
    return {**answer, "extensions": {"exception": {"code": code}}}


def _cause(error: Exception) -> Exception:
    """What a resolver raised, freed of what the GraphQL library wrapped around it."""
    while original := getattr(error, "original_error", None):
        error = original
    return error


def foreseen(cause: Exception) -> tuple[str, str] | None:
    """What the client may know of an exception: a message and a code; None: nothing."""
    name = type(cause).__name__
    match cause:
        case GraphQLError():
            return str(cause.message), name
        case PermissionDenied() | SaleorRefused():
            return str(cause), name
        case SaleorUnavailable():
            return "The shop's Saleor does not answer now; nothing was changed. Try again.", name
        case DataError():
            return "A value cannot be stored: it is too long or has a NUL character.", name
        case RecursionError():
            return "The request is nested too deeply.", name
    if type(cause) is Exception:
        # So says graphql-core 2 that a value does not fit its scalar; nothing else raises it.
        return str(cause), "GraphQLError"
    return None
