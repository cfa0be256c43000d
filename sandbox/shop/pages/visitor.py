"""Who is looking at the pages, in which channel, and with which cart."""

from django.http import HttpRequest

from sandbox.shop import checkouts
from sandbox.shop.models import Channel, Checkout, User

DEFAULT_CHANNEL = "default-channel"


def user_of(request: HttpRequest) -> User | None:
    """Who is signed in; None for a guest."""
    pk = request.session.get("user")
    return User.objects.filter(pk=pk, is_active=True).first() if pk else None


def sign_in(request: HttpRequest, user: User | None) -> None:
    """Be this person, or a guest, from the next page on. Nobody takes another's cart along."""
    channel = request.session.get("channel")
    request.session.flush()
    if user:
        request.session["user"] = user.pk
    if channel:
        request.session["channel"] = channel


def channel_of(request: HttpRequest) -> Channel:
    chosen = Channel.objects.filter(slug=request.session.get("channel", DEFAULT_CHANNEL)).first()
    return chosen or Channel.objects.get(slug=DEFAULT_CHANNEL)


def choose_channel(request: HttpRequest, channel: Channel) -> None:
    """Shop in another channel; a cart is in one currency and stays behind."""
    request.session["channel"] = channel.slug
    request.session.pop("checkout", None)


def cart_of(request: HttpRequest) -> Checkout | None:
    pk = request.session.get("checkout")
    return Checkout.objects.select_related("channel", "user").filter(pk=pk).first() if pk else None


def new_cart(request: HttpRequest) -> Checkout:
    cart = checkouts.create(channel=channel_of(request), user=user_of(request))
    request.session["checkout"] = str(cart.pk)
    return cart
