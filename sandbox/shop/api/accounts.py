"""Who people and apps are: sign-in, `me`, `user`, `app`, and the shop's channels."""

from typing import Any
from urllib.parse import urlsplit

from ariadne import MutationType, ObjectType, QueryType
from django.conf import settings
from django.db.models import QuerySet
from graphql import GraphQLResolveInfo

from sandbox.shop import tokens
from sandbox.shop.api.access import PermissionDenied, Requestor, require
from sandbox.shop.api.connections import connection
from sandbox.shop.api.mutations import find, payload
from sandbox.shop.installation import SCHEMA_VERSION, InstallationFailed, install
from sandbox.shop.models import App, Channel, Installation, User
from sandbox.shop.problems import ShopError

query = QueryType()
mutation = MutationType()
app_type = ObjectType("App")


@query.field("me")
def me(_root: object, info: GraphQLResolveInfo) -> User | None:
    requestor: Requestor = info.context
    return requestor.user


@query.field("user")
def user(
    _root: object, info: GraphQLResolveInfo, id: str | None = None, email: str | None = None
) -> User | None:
    require(info, "MANAGE_STAFF", "MANAGE_USERS", "MANAGE_ORDERS")
    if id is None:
        return User.objects.filter(email=email).first()
    return _or_none(User.objects.all(), "User", id)


@query.field("app")
def app(_root: object, info: GraphQLResolveInfo, id: str | None = None) -> App | None:
    requestor = require(info, "AUTHENTICATED_STAFF_USER", "AUTHENTICATED_APP")
    return requestor.app if id is None else _or_none(App.objects.all(), "App", id)


@query.field("apps")
def apps(
    _root: object, info: GraphQLResolveInfo, first: int | None = None, after: str | None = None
) -> Any:
    require(info, "AUTHENTICATED_STAFF_USER", "MANAGE_APPS")
    return connection(info, App.objects.order_by("name", "pk"), first=first, after=after)


@query.field("appsInstallations")
def apps_installations(_root: object, info: GraphQLResolveInfo) -> QuerySet[Installation]:
    require(info, "MANAGE_APPS")
    return Installation.objects.order_by("pk")


@query.field("shop")
def shop(_root: object, _info: GraphQLResolveInfo) -> dict[str, object]:
    return {
        "name": "Pocket shop",
        "domain": {"host": urlsplit(settings.PUBLIC_URL).netloc, "url": f"{settings.PUBLIC_URL}/"},
        "version": f"{SCHEMA_VERSION}.0",
    }


@query.field("channels")
def channels(_root: object, info: GraphQLResolveInfo) -> QuerySet[Channel]:
    require(info, "AUTHENTICATED_APP", "AUTHENTICATED_STAFF_USER")
    return Channel.objects.order_by("slug")


@app_type.field("permissions")
def app_permissions(app: App, _info: GraphQLResolveInfo) -> list[dict[str, str]]:
    return [
        {"code": code, "name": code.replace("_", " ").capitalize()}
        for code in sorted(app.permissions)
    ]


@app_type.field("accessToken")
def access_token(app: App, info: GraphQLResolveInfo) -> str | None:
    """The member of staff's token for this app; nobody else gets one."""
    requestor: Requestor = info.context
    if requestor.user is None or not requestor.user.is_staff:
        raise PermissionDenied("AUTHENTICATED_STAFF_USER")
    return tokens.third_party(requestor.user, app)


@mutation.field("tokenCreate")
@payload()
def token_create(_info: GraphQLResolveInfo, *, email: str, password: str) -> dict[str, Any]:
    user = User.objects.filter(email=email, is_active=True).first()
    if user is None or not user.has_password(password):
        raise ShopError(
            "Please, enter valid credentials", code="INVALID_CREDENTIALS", field="email"
        )
    if not user.is_confirmed:
        raise ShopError(
            "Account needs to be confirmed via email.", code="ACCOUNT_NOT_CONFIRMED", field="email"
        )
    return {"token": tokens.access(user), "refresh_token": tokens.refresh(user), "user": user}


@mutation.field("appInstall")
@payload("MANAGE_APPS")
def app_install(_info: GraphQLResolveInfo, *, input: dict[str, Any]) -> dict[str, Any]:
    """Saleor installs in the background and says PENDING; here it is done, or FAILED, by then."""
    url = input.get("manifest_url")
    if not url:
        raise ShopError("Enter a valid URL.", code="INVALID", field="manifestUrl")
    installation = Installation.objects.create(
        app_name=input.get("app_name") or url, manifest_url=url
    )
    try:
        install(url, permissions=input.get("permissions"), is_first=True)
    except InstallationFailed as error:
        Installation.objects.filter(pk=installation.pk).update(
            status=Installation.Status.FAILED, message=str(error)[:255]
        )
    else:
        Installation.objects.filter(pk=installation.pk).delete()
    return {"app_installation": installation}


def _or_none(rows: QuerySet[Any], type_name: str, global_id: str) -> Any:
    try:
        return find(rows, type_name, global_id)
    except ShopError:
        return None


bindables = [query, mutation, app_type]
