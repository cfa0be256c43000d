"""What a viewer may do follows from shop, customer and permissions, and from all of them."""

import pytest

from saleor_loyalty.models import Shop
from saleor_loyalty.permissions import Permission, PermissionDenied, Viewer

SHOP = Shop(pk=1)
STAFF = frozenset({Permission.MANAGE_USERS})


@pytest.mark.parametrize(
    "viewer",
    [
        Viewer(permissions=STAFF),  # of no shop of ours
        Viewer(shop=SHOP, permissions=frozenset({Permission.MANAGE_ORDERS})),
        Viewer(shop=SHOP, customer_id="ada"),
        Viewer(shop=SHOP),
    ],
)
def test_t37_a_permission_is_held_at_a_shop_by_who_has_it(viewer):
    with pytest.raises(PermissionDenied, match="MANAGE_USERS"):
        viewer.require(Permission.MANAGE_USERS)


@pytest.mark.parametrize(
    "viewer",
    [
        Viewer(customer_id="ada"),
        Viewer(shop=SHOP, customer_id="ben"),
        Viewer(shop=SHOP),
        Viewer(permissions=STAFF),
    ],
)
def test_t37_ones_own_is_for_oneself_at_that_shop_or_for_staff(viewer):
    with pytest.raises(PermissionDenied):
        viewer.require_own_or(Permission.MANAGE_USERS, customer_id="ada")


@pytest.mark.parametrize(
    "viewer",
    [Viewer(shop=SHOP, customer_id="ada"), Viewer(shop=SHOP, permissions=STAFF)],
)
def test_ones_own_is_open_to_oneself_and_to_staff(viewer):
    assert viewer.require_own_or(Permission.MANAGE_USERS, customer_id="ada") == SHOP


@pytest.mark.parametrize("viewer", [Viewer(shop=SHOP), Viewer(customer_id="ada"), Viewer()])
def test_t37_a_visitor_is_nobody(viewer):
    with pytest.raises(PermissionDenied, match="signed in"):
        viewer.require_signed_in()
    with pytest.raises(PermissionDenied, match="signed in as a customer"):
        viewer.require_customer()


def test_t37_staff_without_an_account_of_their_own_are_no_customer():
    staff = Viewer(shop=SHOP, permissions=STAFF)

    assert staff.require_signed_in() == SHOP
    with pytest.raises(PermissionDenied, match="as a customer"):
        staff.require_customer()
