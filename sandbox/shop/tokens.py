"""Tokens of people (JWT, claims as Saleor's) and of apps (opaque)."""

import hashlib
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.utils.crypto import get_random_string

from sandbox.shop import keys
from sandbox.shop.ids import global_id
from sandbox.shop.models import App, User

ACCESS_LIFE = timedelta(minutes=5)
REFRESH_LIFE = timedelta(days=30)


def api_url() -> str:
    """The address of the GraphQL API: the issuer of every token."""
    return f"{settings.PUBLIC_URL}/graphql/"


def access(user: User) -> str:
    return keys.signed_token(_claims(user, "access", ACCESS_LIFE))


def refresh(user: User) -> str:
    return keys.signed_token(
        _claims(user, "refresh", REFRESH_LIFE) | {"csrfToken": get_random_string(64)}
    )


def third_party(user: User, app: App) -> str:
    """What the Dashboard hands to an app on behalf of a member of staff."""
    claims = _claims(user, "thirdparty", ACCESS_LIFE)
    claims |= {
        "app": global_id("App", app.pk),
        "permissions": [code for code in user.permissions if code in app.permissions],
        "user_permissions": list(user.permissions),
    }
    if app.audience:
        claims["aud"] = app.audience
    return keys.signed_token(claims)


def new_app_token() -> str:
    return get_random_string(30)


def digest(app_token: str) -> str:
    return hashlib.sha256(app_token.encode()).hexdigest()


def _claims(user: User, type_: str, life: timedelta) -> dict[str, object]:
    now = datetime.now(tz=UTC)
    return {
        "iat": now,
        "owner": "saleor",
        "iss": api_url(),
        "exp": now + life,
        "token": user.jwt_token_key,
        "email": user.email,
        "type": type_,
        "user_id": global_id("User", user.pk),
        "is_staff": user.is_staff,
    }
