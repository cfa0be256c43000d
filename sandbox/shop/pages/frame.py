"""What every page shows around its content: who is signed in, the cart, the points."""

from django.db.models import Sum
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from sandbox.shop.models import Channel, User
from sandbox.shop.pages import loyalty, visitor


def frame(request: HttpRequest) -> dict[str, object]:
    """A context processor; each value is made when a template first asks for it."""
    user = visitor.user_of(request)
    return {
        "visitor": user,
        "people": SimpleLazyObject(
            lambda: list(User.objects.filter(is_active=True).order_by("is_staff", "pk"))
        ),
        "channel": SimpleLazyObject(lambda: visitor.channel_of(request)),
        "channels": SimpleLazyObject(
            lambda: list(Channel.objects.filter(is_active=True).order_by("pk"))
        ),
        "cart_count": SimpleLazyObject(lambda: _pieces(request)),
        "loyalty": SimpleLazyObject(lambda: overview_of(request, user)),
    }


def overview_of(request: HttpRequest, user: User | None) -> loyalty.Overview:
    """The overview of this request: the app is asked once, whoever on the page wants to know."""
    if not hasattr(request, "loyalty_overview"):
        request.loyalty_overview = loyalty.overview(user)  # type: ignore[attr-defined]  # its own place on the request
    return request.loyalty_overview  # type: ignore[attr-defined]  # likewise


def _pieces(request: HttpRequest) -> int:
    cart = visitor.cart_of(request)
    return (cart.lines.aggregate(pieces=Sum("quantity"))["pieces"] or 0) if cart else 0
