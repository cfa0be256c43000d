"""Where our pages appear in Saleor's Dashboard: the one list that both doors register."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from saleor_loyalty.permissions import Permission

WIDGET_BY_GET: Mapping[str, Any] = {"widgetTarget": {"method": "GET"}}


@dataclass(frozen=True, slots=True)
class Extension:
    """One place, in the words of Saleor's manifest.

    `url` is a path below the app's address. `permissions` are what Saleor hides the place without;
    it takes none that the app does not ask for itself, so the pages check their own besides.
    """

    label: str
    mount: str
    target: str
    url: str
    permissions: tuple[str, ...]
    options: Mapping[str, Any] = field(default_factory=dict)

    def manifest(self, app_url: str) -> dict[str, Any]:
        """The extension as an item of the manifest's `extensions`. `app_url` ends in no slash.

        A path alone is for pages only: Saleor joins that of a popup to its own liking.
        """
        item: dict[str, Any] = {
            "label": self.label,
            "mount": self.mount,
            "target": self.target,
            "url": self.url if self.target == "APP_PAGE" else f"{app_url}{self.url}",
            "permissions": list(self.permissions),
        }
        return {**item, "options": dict(self.options)} if self.options else item


EXTENSIONS = (
    Extension(
        label="Loyalty",
        mount="NAVIGATION_CUSTOMERS",
        target="APP_PAGE",
        url="/overview",
        permissions=(Permission.MANAGE_USERS.value,),
    ),
    # The Dashboard shows this section to whoever manages discounts; the page asks for
    # MANAGE_SETTINGS, which the app itself has no use for.
    Extension(
        label="Loyalty program",
        mount="NAVIGATION_DISCOUNTS",
        target="APP_PAGE",
        url="/program",
        permissions=("MANAGE_DISCOUNTS",),
    ),
    Extension(
        label="Points",
        mount="CUSTOMER_DETAILS_WIDGETS",
        target="WIDGET",
        url="/widgets/customer",
        permissions=(Permission.MANAGE_USERS.value,),
        options=WIDGET_BY_GET,
    ),
    Extension(
        label="Gift points",
        mount="CUSTOMER_DETAILS_MORE_ACTIONS",
        target="POPUP",
        url="/gift",
        permissions=(Permission.MANAGE_USERS.value,),
    ),
    Extension(
        label="Points",
        mount="ORDER_DETAILS_WIDGETS",
        target="WIDGET",
        url="/widgets/order",
        permissions=(Permission.MANAGE_ORDERS.value,),
        options=WIDGET_BY_GET,
    ),
)
