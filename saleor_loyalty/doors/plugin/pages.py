"""Our pages in Saleor's process: the staff's in a frame of its Dashboard, and the shopper's."""

from collections.abc import Sequence
from contextlib import AbstractContextManager

from django.conf import settings
from django.http import HttpRequest
from saleor.core.db.connection import allow_writer

from saleor_loyalty.account_page import sessions
from saleor_loyalty.conf import conf
from saleor_loyalty.dashboard_extension.door import TokenRefused
from saleor_loyalty.doors.bearer import InvalidToken
from saleor_loyalty.doors.plugin import framing, shop, tokens
from saleor_loyalty.permissions import Viewer


class PluginDoor:
    """See dashboard_extension.door.Door. Staff are known by the tokens of our local App."""

    def viewer_of(self, request: HttpRequest) -> Viewer:
        try:
            return tokens.viewer_of(request)
        except (InvalidToken, shop.NotSetUp) as error:
            raise TokenRefused(str(error)) from error

    def framed_by(self, request: HttpRequest) -> Sequence[str]:
        """Where the shop's Dashboard is served from: Saleor knows its host as that of a client."""
        hosts = getattr(settings, "ALLOWED_CLIENT_HOSTS", ())
        return ["'self'", *framing.sources(hosts), *conf.allowed_origins]

    def at_work(self) -> AbstractContextManager[object]:
        """Saleor reports each use of the main database that was not announced."""
        writer: AbstractContextManager[object] = allow_writer()
        return writer


def customer_of(token: str) -> Viewer:
    """Who a token was made for. Raises TokenRefused, TokenNotChecked, of sessions."""
    try:
        return tokens.verify(token)
    except InvalidToken as error:
        raise sessions.TokenRefused(error.problem.name) from error
    except shop.NotSetUp as error:
        raise sessions.TokenNotChecked(str(error)) from error
