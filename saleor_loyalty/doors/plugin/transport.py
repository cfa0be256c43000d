"""Our documents, run on Saleor's schema in this process: as over HTTP, without the wire."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import InterfaceError, OperationalError
from django.utils import timezone
from saleor.core.db.connection import allow_writer
from saleor.core.exceptions import PermissionDenied
from saleor.graphql.core import SaleorContext

from saleor_loyalty.doors.plugin import shop
from saleor_loyalty.saleor_api.transport import SaleorForbade, SaleorRefused, SaleorUnavailable


class InProcessTransport:
    """Runs documents under our App, which has the permissions of the app door and no others.

    Never on a replica: a worker that looks at an order because it changed must see the change.
    """

    def execute(self, document: str, variables: Mapping[str, Any]) -> dict[str, Any]:
        # Not at the top: Saleor builds its schema when this is imported.
        from saleor.graphql.api import backend, schema

        try:
            with allow_writer():
                result = backend.document_from_string(schema, document).execute(
                    variables=dict(variables), context=_context()
                )
        except (OperationalError, InterfaceError, shop.NotSetUp) as error:
            raise SaleorUnavailable(f"Saleor could not run it: {type(error).__name__}") from error
        if result.errors:
            raise _refusal(result.errors[0])
        # As it would arrive by HTTP: plain, with numbers as they are written.
        data: dict[str, Any] = json.loads(
            json.dumps(result.data, cls=DjangoJSONEncoder), parse_float=Decimal
        )
        return data


def _context() -> SaleorContext:
    """A request of our App, as Saleor's resolvers expect one. Raises SaleorForbade, NotSetUp."""
    app = shop.app()
    if not app.is_active:
        # Saleor would name a permission that it lacks: all of them, while it is not active.
        raise SaleorForbade("the App is deactivated: activate it in the Dashboard's extensions")
    context = SaleorContext(dataloaders={})
    context.path = context.path_info = "/graphql/"
    context.method = "POST"
    context.app = context.requestor = app
    context.user = None
    context.auth_token = None
    context.decoded_auth_token = None
    context.request_time = timezone.now()
    context.allow_replica = False
    return context


def _refusal(error: Exception) -> SaleorUnavailable | SaleorRefused:
    cause = error
    while original := getattr(cause, "original_error", None):
        cause = original
    match cause:
        case PermissionDenied():
            return SaleorForbade(f"Saleor refused: {cause}")
        case OperationalError() | InterfaceError():
            return SaleorUnavailable(f"Saleor's database failed: {type(cause).__name__}")
    return SaleorRefused(f"Saleor refused: {str(error)[:300]}")
