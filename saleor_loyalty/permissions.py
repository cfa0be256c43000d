"""Who is asking, and what they may do: the one place that GraphQL and pages ask.

Permissions are Saleor's own and carry Saleor's codes. A door turns a token into a `Viewer`; nothing
below a door looks at tokens again.
"""

import enum
from dataclasses import dataclass, field

from saleor_loyalty.models import Shop


class Permission(enum.StrEnum):
    """The Saleor permissions that open something here."""

    MANAGE_USERS = "MANAGE_USERS"
    MANAGE_ORDERS = "MANAGE_ORDERS"
    MANAGE_SETTINGS = "MANAGE_SETTINGS"


class PermissionDenied(Exception):
    """The viewer may not do this. The code is Saleor's: extensions.exception.code."""

    code = "PermissionDenied"


@dataclass(frozen=True, slots=True)
class Viewer:
    """Whoever sent a request, as far as the door could verify it.

    `shop` is None when the request names none of ours. `customer_id` is Saleor's global id of a
    signed-in customer, `is_staff` when they are staff as well: their token opens more than what is
    asked for here. `actor` names staff or an app in the history. Beside Saleor a customer's token
    gives no permissions, whatever else they may be.
    """

    shop: Shop | None = None
    customer_id: str | None = None
    is_staff: bool = False
    actor: str = ""
    permissions: frozenset[str] = field(default_factory=frozenset)

    def may(self, permission: Permission) -> bool:
        return permission in self.permissions

    def require(self, permission: Permission) -> Shop:
        """The viewer's shop, if they hold the permission there. Raises PermissionDenied."""
        if self.shop is None or not self.may(permission):
            raise PermissionDenied(self._lacks(permission))
        return self.shop

    def _lacks(self, permission: Permission) -> str:
        """What is missing, in Saleor's words; to staff also which token they want."""
        message = (
            f"To access this path, you need one of the following permissions: {permission.value}"
        )
        if self.shop is None or not self.is_staff:
            return message
        return (
            f"{message}. Your own token opens here what is yours as a customer. As staff send the "
            f'token that Saleor makes you for this app, {{ app(id: "{self.shop.app_id}") '
            "{ accessToken } }, or an app's."
        )

    def require_own_or(self, permission: Permission, *, customer_id: str) -> Shop:
        """The viewer's shop, if they are this customer or hold the permission there.

        Raises PermissionDenied.
        """
        if self.shop is not None and self.customer_id == customer_id:
            return self.shop
        return self.require(permission)

    def require_signed_in(self) -> Shop:
        """The shop of a viewer who is somebody. Raises PermissionDenied."""
        if self.shop is None or (self.customer_id is None and not self.permissions):
            raise PermissionDenied("You need to be signed in at this shop.")
        return self.shop

    def require_customer(self) -> tuple[Shop, str]:
        """The viewer's shop and customer id. Raises PermissionDenied."""
        if self.shop is None or self.customer_id is None:
            raise PermissionDenied("You need to be signed in as a customer of this shop.")
        return self.shop, self.customer_id
