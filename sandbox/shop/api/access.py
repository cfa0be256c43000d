"""Who asks the API, and what Saleor lets them do."""

from dataclasses import dataclass, field

import jwt
from django.http import HttpRequest
from graphql import GraphQLResolveInfo

from sandbox.shop import keys, tokens
from sandbox.shop.models import App, User


class PermissionDenied(Exception):
    """A GraphQL error whose `extensions.exception.code` is this class's name, as in Saleor."""

    def __init__(self, *permissions: str) -> None:
        super().__init__(
            "To access this path, you need one of the following permissions: "
            + ", ".join(permissions)
        )


@dataclass(frozen=True, slots=True)
class Requestor:
    """The app or the user behind a request; neither for an anonymous one."""

    app: App | None = None
    user: User | None = None
    permissions: frozenset[str] = field(default_factory=frozenset)

    def may(self, *permissions: str) -> bool:
        """Whether they hold one of these permissions, or are what AUTHENTICATED_… names."""
        held = set(self.permissions)
        if self.app:
            held.add("AUTHENTICATED_APP")
        elif self.user:
            held.add("AUTHENTICATED_STAFF_USER" if self.user.is_staff else "AUTHENTICATED_USER")
        return not held.isdisjoint(permissions)


def requestor_of(request: HttpRequest) -> Requestor:
    """Whom the Authorization header names.

    Raises jwt.PyJWTError for one of our tokens that is no longer good.
    """
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme not in {"Bearer", "JWT"} or not token:
        return Requestor()
    if token.count(".") == 2:
        return _person(token)
    app = App.objects.filter(token_digest=tokens.digest(token), is_active=True).first()
    return of_app(app) if app else Requestor()


def of_app(app: App) -> Requestor:
    return Requestor(app=app, permissions=frozenset(app.permissions))


def require(info: GraphQLResolveInfo, *permissions: str) -> Requestor:
    """The requestor, if they hold one of these permissions. Raises PermissionDenied."""
    requestor: Requestor = info.context
    if not requestor.may(*permissions):
        raise PermissionDenied(*permissions)
    return requestor


def _person(token: str) -> Requestor:
    claims = keys.claims(token)
    if claims["type"] not in {"access", "thirdparty"}:
        raise jwt.InvalidTokenError("Invalid type of token.")
    user = User.objects.filter(
        email=claims["email"], jwt_token_key=claims["token"], is_active=True
    ).first()
    if user is None:
        raise jwt.InvalidTokenError("Invalid token. Create new one by using tokenCreate mutation.")
    permissions = claims["permissions"] if claims["type"] == "thirdparty" else user.permissions
    return Requestor(user=user, permissions=frozenset(permissions))
