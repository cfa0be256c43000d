"""What the pages ask of the door they are mounted in."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from django.http import HttpRequest

from saleor_loyalty.permissions import Viewer


class TokenRefused(Exception):
    """The request carries no token of a member of staff, or one that is not believed.

    The message says why. The page asks the Dashboard for a new token and tries once more.
    """


class Door(Protocol):
    """How a door that mounts the pages knows staff, and its Dashboards.

    A door mounts them as `path("app/", include("saleor_loyalty.dashboard_extension.urls"),
    {"door": door})`, at any prefix but once, in no other namespace: their addresses are reversed
    as `staff:…`. The overview stands at the prefix without its slash, too: so the Dashboard asks.
    """

    def viewer_of(self, request: HttpRequest) -> Viewer:
        """Who sent the request, by its bearer token. Raises TokenRefused."""

    def at_work(self) -> AbstractContextManager[object]:
        """What a page's work on the database runs in."""

    def framed_by(self, request: HttpRequest) -> Sequence[str]:
        """Origins that may show the page in a frame: the shop's Dashboards, or `'none'`."""
