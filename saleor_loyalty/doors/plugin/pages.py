"""Our pages in Saleor's process: the staff's in a frame of its Dashboard, and the shopper's."""

from collections.abc import Sequence
from contextlib import AbstractContextManager

from django.conf import settings
from django.http import HttpRequest
from saleor.core.db.connection import allow_writer

from saleor_loyalty.conf import conf
from saleor_loyalty.doors.app.staff import AppDoor


class PluginDoor(AppDoor):
    """See dashboard_extension.door.Door. Staff are known by the tokens of our local App."""

    def framed_by(self, request: HttpRequest) -> Sequence[str]:
        """Where the shop's Dashboard is served from: Saleor knows its host as that of a client."""
        known = getattr(settings, "ALLOWED_CLIENT_HOSTS", ())
        hosts = [f"*{host}" if host.startswith(".") else host for host in known]
        return ["'self'", *hosts, *conf.allowed_origins]

    def at_work(self) -> AbstractContextManager[object]:
        """Saleor reports each use of the main database that was not announced."""
        writer: AbstractContextManager[object] = allow_writer()
        return writer
