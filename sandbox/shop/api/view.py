"""/graphql/ and the key set, over HTTP."""

import json
import logging

import jwt
from ariadne import graphql_sync
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.functional import SimpleLazyObject
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST
from graphql import GraphQLError, NullValueNode, ValidationRule

from sandbox.shop import keys
from sandbox.shop.api.access import PermissionDenied, requestor_of
from sandbox.shop.api.schema import schema

logger = logging.getLogger(__name__)


class NoNullLiterals(ValidationRule):
    """Saleor's parser is older than null in documents; as a variable's value it is fine."""

    def enter_null_value(self, node: NullValueNode, *_: object) -> None:
        self.report_error(GraphQLError('Syntax Error GraphQL: Unexpected Name "null"', node))


@csrf_exempt
@require_POST
def graphql(request: HttpRequest) -> HttpResponse:
    """Answers 200, and 400 to what is not a GraphQL request on our schema."""
    try:
        body = json.loads(request.body)
    except ValueError:
        return JsonResponse({"errors": [{"message": "Unable to parse query."}]}, status=400)
    # Lazy as in Saleor: a token that is no longer good spoils only the fields that ask who is
    # there.
    requestor = SimpleLazyObject(lambda: requestor_of(request))
    success, result = graphql_sync(
        schema,
        body,
        context_value=requestor,
        error_formatter=_format,
        logger=logger,
        validation_rules=[NoNullLiterals],
    )
    return JsonResponse(result, status=200 if success else 400)


@require_GET
def jwks(_request: HttpRequest) -> JsonResponse:
    return JsonResponse(keys.jwks())


def _format(error: GraphQLError, _debug: bool) -> dict[str, object]:
    """An error as Saleor writes it: the name of its class in extensions.exception.code."""
    cause = error.original_error or error
    known = isinstance(cause, GraphQLError | PermissionDenied | jwt.PyJWTError)
    message = error.message if known else "Internal Server Error"
    return {
        **error.formatted,
        "message": message,
        "extensions": {"exception": {"code": type(cause).__name__}},
    }
