"""Who is looking at the page: a short session in a signed cookie, begun with a Saleor token."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import timedelta

from django.core import signing
from django.http import HttpRequest, HttpResponseBase
from django.utils.crypto import constant_time_compare

from saleor_loyalty.conf import conf
from saleor_loyalty.models import Shop
from saleor_loyalty.permissions import Viewer

LIFETIME = timedelta(hours=1)  # from signing in, however busy the page is
REMEMBERED = timedelta(days=7)  # where somebody came from whose session is over
COOKIE = "loyalty_account"
SALT = "saleor_loyalty.account_page"


class TokenRefused(Exception):
    """The token is not one that a signed-in customer of the shop has now."""


class TokenNotChecked(Exception):
    """Nobody can say at the moment whether the token is good; the customer may try again."""


# Who a customer's access token was made for, by the rules of the door that mounts the page.
# Raises TokenRefused or TokenNotChecked.
Verify = Callable[[str], Viewer]


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in customer, and the storefront they came from.

    `back` is the address there that leads back, on one of LOYALTY_ALLOWED_ORIGINS; empty: none.
    `is_framed` when the storefront shows the page in a frame of its own. `theme` is "light" or
    "dark" where the storefront is only that; empty: as the shopper's device is. `language` is the
    code of the one that the storefront speaks, `channel_id` Saleor's of the channel it sells in;
    empty: it did not say.
    """

    shop_id: int
    customer_id: str
    back: str
    is_framed: bool
    theme: str = ""
    language: str = ""
    channel_id: str = ""

    def shop(self) -> Shop | None:
        """The shop, while it is served here."""
        return Shop.objects.filter(pk=self.shop_id, is_active=True).first()


class Expired(Exception):
    """The session was ours and is over. It still tells where the customer came from."""

    def __init__(self, session: Session) -> None:
        super().__init__("The session is over.")
        self.session = session


def begin(response: HttpResponseBase, session: Session, *, request: HttpRequest, path: str) -> None:
    """Give the browser the session's cookie, for the pages below `path`.

    It outlives the session, to tell who comes too late the way back.
    """
    value = signing.dumps(asdict(session), salt=SALT)
    set_cookie(response, COOKIE, value, session, lifetime=REMEMBERED, request=request, path=path)


def set_cookie(
    response: HttpResponseBase,
    name: str,
    value: str,
    session: Session,
    *,
    lifetime: timedelta,
    request: HttpRequest,
    path: str,
) -> None:
    """Give the browser a cookie for the pages below `path`.

    In a frame of another site a cookie travels only when it says so (SameSite=None), and is then
    kept apart for that site (Partitioned); both need https.
    """
    response.set_cookie(
        name,
        value,
        max_age=lifetime,
        path=path,
        secure=session.is_framed or request.is_secure() or conf.public_url.startswith("https://"),
        httponly=True,
        samesite="None" if session.is_framed else "Lax",
    )
    _partition(response, name, session)


def end(response: HttpResponseBase, session: Session, *, path: str) -> None:
    """Have the browser forget the session."""
    delete_cookie(response, COOKIE, session, path=path)


def delete_cookie(response: HttpResponseBase, name: str, session: Session, *, path: str) -> None:
    response.delete_cookie(name, path=path, samesite="None" if session.is_framed else "Lax")
    _partition(response, name, session)


def _partition(response: HttpResponseBase, name: str, session: Session) -> None:
    if session.is_framed:
        # Python's cookies have a place for this attribute from 3.14 on only.
        response.cookies[name]["samesite"] = "None; Partitioned"


def read(request: HttpRequest) -> Session | None:
    """The session of a request; None without a cookie, or with one we did not sign.

    Raises Expired.
    """
    cookie = request.COOKIES.get(COOKIE, "")
    try:
        return Session(**signing.loads(cookie, salt=SALT, max_age=LIFETIME))
    except signing.SignatureExpired as expired:
        session = Session(**signing.loads(cookie, salt=SALT))
        raise Expired(session) from expired
    except (signing.BadSignature, TypeError):  # TypeError: another release's session
        return None


def form_token(request: HttpRequest) -> str:
    """What each form of the page carries: a signature of the session, which only the page knows."""
    return signing.Signer(salt=f"{SALT}.form").signature(request.COOKIES.get(COOKIE, ""))


def is_own_form(request: HttpRequest) -> bool:
    """Whether a POST comes from a form of the session's own page."""
    return constant_time_compare(request.POST.get("form_token", ""), form_token(request))
