"""Preferences that were sent too late to be saved: kept in a cookie until their shopper is back."""

from dataclasses import asdict, dataclass
from datetime import timedelta

from django.core import signing
from django.http import HttpRequest, HttpResponseBase, QueryDict

from saleor_loyalty.account_page import sessions
from saleor_loyalty.account_page.sessions import Session

COOKIE = "loyalty_unsaved"
SALT = f"{sessions.SALT}.unsaved"
LIFETIME = timedelta(hours=1)
LONGEST_LANGUAGE = 35  # letters of a code; a cookie holds it


@dataclass(frozen=True, slots=True)
class Choices:
    """What the form of preferences says."""

    email: bool
    push: bool
    language: str


def sent(form: QueryDict) -> Choices | None:
    """What was sent; None: by another form."""
    language = form.get("language")
    if language is None:
        return None
    return Choices("email" in form, "push" in form, str(language)[:LONGEST_LANGUAGE])


def keep(
    response: HttpResponseBase,
    session: Session,
    choices: Choices,
    *,
    request: HttpRequest,
    path: str,
) -> None:
    """Have the browser bring them along, for the customer whose session is over."""
    whose = {"shop_id": session.shop_id, "customer_id": session.customer_id}
    value = signing.dumps([whose, asdict(choices)], salt=SALT)
    sessions.set_cookie(
        response, COOKIE, value, session, lifetime=LIFETIME, request=request, path=path
    )


def kept(request: HttpRequest, session: Session) -> Choices | None:
    """What this customer sent before they signed in again; None: nothing waits."""
    try:
        whose, choices = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=LIFETIME)
        found = Choices(**choices)
    except (signing.BadSignature, TypeError):  # TypeError: another release's choices
        return None
    is_theirs = whose == {"shop_id": session.shop_id, "customer_id": session.customer_id}
    return found if is_theirs else None


def forget(response: HttpResponseBase, session: Session, *, path: str) -> None:
    """Have the browser forget them: they are saved now."""
    sessions.delete_cookie(response, COOKIE, session, path=path)
