"""What storefronts ask of this door: the GraphQL API."""

import logging
from types import SimpleNamespace
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse

from saleor_loyalty.doors.app import body, keys, rates, tokens
from saleor_loyalty.doors.app.refusals import Code, Refusal, door, refused
from saleor_loyalty.doors.bearer import InvalidToken, TokenProblem
from saleor_loyalty.graphql import limits
from saleor_loyalty.graphql.schema import execute

logger = logging.getLogger(__name__)

# Saleor's own codes: storefronts get a new token and ask again when they see the first.
SALEOR_CODES = {
    TokenProblem.EXPIRED: "ExpiredSignatureError",
    TokenProblem.SIGNATURE_INVALID: "InvalidSignatureError",
}


@door
def graphql_view(request: HttpRequest) -> HttpResponse:
    """One GraphQL request, as JSON. A token that is not valid is refused, not passed over."""
    try:
        operation = _operation(body.parse(body.read(request)))
        viewer = tokens.viewer_of(request)
        rates.take_request(viewer, is_mutation=limits.is_mutation(operation["query"]))
        result = execute(**operation, context=SimpleNamespace(loyalty_viewer=viewer))
    except InvalidToken as error:
        logger.info("Token refused: %s", error.problem.name)
        code = SALEOR_CODES.get(error.problem, "InvalidTokenError")
        return _refuse(request, str(error), code, 401)
    except keys.KeysUnavailable as error:
        return _refuse(request, str(error), Code.KEYS_UNAVAILABLE.name, 503)
    except Refusal as refusal:
        return _refuse(request, refusal.message, refusal.code.name, refusal.status)
    return JsonResponse(result, status=200 if "data" in result else 400)


def _operation(content: dict[str, Any]) -> dict[str, Any]:
    query, variables = content.get("query"), content.get("variables")
    name = content.get("operationName")
    if not isinstance(query, str):
        raise Refusal(Code.BODY_MALFORMED, "The body has no query.")
    if not isinstance(variables, dict | None) or not isinstance(name, str | None):
        raise Refusal(Code.BODY_MALFORMED, "variables is an object, operationName a string.")
    return {"query": query, "variables": variables, "operation_name": name}


def _refuse(request: HttpRequest, message: str, code: str, status: int) -> JsonResponse:
    refused.send(graphql_view, path=request.path, reason=code)
    error = {"message": message, "extensions": {"exception": {"code": code}}}
    return JsonResponse({"errors": [error]}, status=status)
