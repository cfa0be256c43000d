"""Whom Saleor has signed in becomes a `Viewer`."""

from typing import Any

from graphene import Node
from saleor.graphql.app.dataloaders import get_app_promise
from saleor.permission.enums import (
    AccountPermissions,
    BasePermissionEnum,
    OrderPermissions,
    SitePermissions,
)

from saleor_loyalty.doors.plugin import shop
from saleor_loyalty.doors.plugin.shared_context import know_viewer
from saleor_loyalty.permissions import Permission, Viewer

THEIRS: dict[Permission, BasePermissionEnum] = {
    Permission.MANAGE_USERS: AccountPermissions.MANAGE_USERS,
    Permission.MANAGE_ORDERS: OrderPermissions.MANAGE_ORDERS,
    Permission.MANAGE_SETTINGS: SitePermissions.MANAGE_SETTINGS,
}


def set_viewer(context: Any) -> None:
    """Have `context.loyalty_viewer` be who asks just now, with the permissions Saleor gives them.

    Staff are customers of the shop too: they see their own points, and by their permissions
    those of others.
    """
    app = get_app_promise(context).get()
    asking = app or context.user or None
    know_viewer(context, asking=asking, viewer_of=lambda: _viewer(app, asking))


def _viewer(app: Any, user: Any) -> Viewer:
    here = shop.here()
    if app:
        return Viewer(shop=here, actor=app.name, permissions=_permissions(app))
    if not user:
        return Viewer(shop=here)
    return Viewer(
        shop=here,
        customer_id=Node.to_global_id("User", user.pk),
        actor=user.email if user.is_staff else "",
        permissions=_permissions(user) if user.is_staff else frozenset(),
    )


def _permissions(requestor: Any) -> frozenset[str]:
    return frozenset(ours for ours, theirs in THEIRS.items() if requestor.has_perm(theirs))
