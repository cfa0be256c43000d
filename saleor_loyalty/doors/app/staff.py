"""The staff's pages in this door: staff are known by the same tokens as in GraphQL."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from urllib.parse import urljoin

from django.http import HttpRequest

from saleor_loyalty.conf import conf
from saleor_loyalty.dashboard_extension.door import TokenRefused
from saleor_loyalty.doors.app import keys, shops, tokens
from saleor_loyalty.doors.bearer import InvalidToken
from saleor_loyalty.permissions import Viewer


class AppDoor:
    """See dashboard_extension.door.Door."""

    def viewer_of(self, request: HttpRequest) -> Viewer:
        try:
            return tokens.viewer_of(request)
        except (InvalidToken, keys.KeysUnavailable) as error:
            raise TokenRefused(str(error)) from error

    def at_work(self) -> AbstractContextManager[object]:
        return nullcontext()

    def framed_by(self, request: HttpRequest) -> Sequence[str]:
        """Where the shop's Dashboard is served from: beside its API, or from an origin of its own.

        A frame that was loaded anew has lost the shop's address; if there is one shop, it is that.
        """
        api_url = request.GET.get("saleorApiUrl")
        shop = shops.installed(api_url) if api_url else shops.only_installed()
        return [urljoin(shop.api_url, "/"), *conf.allowed_origins] if shop else ["'none'"]
