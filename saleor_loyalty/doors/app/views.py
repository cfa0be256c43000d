"""What storefronts ask of this door: the GraphQL API."""

import logging
from contextlib import suppress
from types import SimpleNamespace
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse

from saleor_loyalty.conf import conf
from saleor_loyalty.doors.app import body, keys, others, rates
from saleor_loyalty.doors.app.refusals import Code, Refusal, door, refused
from saleor_loyalty.doors.bearer import InvalidToken, TokenProblem
from saleor_loyalty.graphql import documents, limits
from saleor_loyalty.graphql.schema import execute

logger = logging.getLogger(__name__)

# Saleor's own codes: storefronts get a new token and ask again when they see the first.
SALEOR_CODES = {
    TokenProblem.EXPIRED: "ExpiredSignatureError",
    TokenProblem.SIGNATURE_INVALID: "InvalidSignatureError",
}


WHAT = """This is the GraphQL API of the shop's loyalty program.

Ask it by POST, with JSON such as {"query": "{ loyaltyProgram { name threshold } }"} as
application/json. A customer, or staff for this app, sends the token that Saleor gave them as
"Authorization: Bearer …"; an app of the shop its own. Where several shops are served, the header
Saleor-Api-Url names the one that is meant."""


@door(WHAT)
def graphql_view(request: HttpRequest) -> HttpResponse:
    """One GraphQL request, as JSON. A token that is not valid is refused, not passed over."""
    try:
        operation = _operation(body.parse(body.read(request)))
        viewer = others.viewer_of(request)
        rates.take_request(viewer, mutations=limits.mutations(operation["query"]))
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
    query, variables = _document(content), content.get("variables")
    name = content.get("operationName")
    if not isinstance(variables, dict | None) or not isinstance(name, str | None):
        raise Refusal(Code.BODY_MALFORMED, "variables is an object, operationName a string.")
    return {"query": query, "variables": variables, "operation_name": name}


def _document(content: dict[str, Any]) -> str:
    """The text that was sent, or the one of LOYALTY_DOCUMENTS that was named.

    Named as Apollo's clients do (`extensions.persistedQuery`), or by `documentId`, as in the draft
    of GraphQL over HTTP (Appendix A).
    """
    known = documents.read(conf.documents)
    if isinstance(text := content.get("query"), str):
        if conf.documents_only and text not in known.values():
            message = "Only the documents of LOYALTY_DOCUMENTS are answered here."
            raise Refusal(Code.QUERY_NOT_IN_SAFELIST, message)
        return text
    if (named := _hash(content)) is None:
        raise Refusal(Code.BODY_MALFORMED, "The body has no query.")
    if named not in known:
        raise Refusal(Code.PERSISTED_QUERY_NOT_FOUND, "PersistedQueryNotFound")
    return known[named]


def _hash(content: dict[str, Any]) -> str | None:
    named = content.get("documentId")
    with suppress(KeyError, TypeError):
        named = named or content["extensions"]["persistedQuery"]["sha256Hash"]
    return named.removeprefix("sha256:") if isinstance(named, str) else None


def _refuse(request: HttpRequest, message: str, code: str, status: int) -> JsonResponse:
    refused.send(graphql_view, path=request.path, reason=code)
    # Saleor's place of the code, and everybody else's.
    error = {"message": message, "extensions": {"code": code, "exception": {"code": code}}}
    return JsonResponse({"errors": [error]}, status=status)
