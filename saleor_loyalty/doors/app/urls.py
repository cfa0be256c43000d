"""The addresses of this door."""

from django.urls import include, path

from saleor_loyalty.account_page.urls import account_urls
from saleor_loyalty.conf import conf
from saleor_loyalty.dashboard_extension.overview import overview_view
from saleor_loyalty.doors.app.account import customer_of
from saleor_loyalty.doors.app.explorer import explored
from saleor_loyalty.doors.app.install import register_view
from saleor_loyalty.doors.app.staff import AppDoor
from saleor_loyalty.doors.app.views import graphql_view
from saleor_loyalty.doors.app.webhooks import webhook_view
from saleor_loyalty.doors.manifest import manifest_view
from saleor_loyalty.doors.signpost import Sign, shoppers_page, signpost

DOOR = {"door": AppDoor()}


def signs() -> list[Sign]:
    return [
        ("Staff", "in Saleor's Dashboard, once the app is installed there"),
        ("To install it there", f"{conf.public_url}/app/manifest"),
        shoppers_page(),
        ("Programs", f"the GraphQL API at {conf.public_url}/graphql/"),
    ]


urlpatterns = [
    path("", signpost(signs)),
    path("app/manifest", manifest_view, name="manifest"),
    path("app/register", register_view, name="register"),
    path("app/webhooks", webhook_view, name="webhooks"),
    # The Dashboard asks for the first page without the slash.
    path("app", overview_view, DOOR),
    path("app/", include("saleor_loyalty.dashboard_extension.urls"), DOOR),
    path("graphql/", explored(graphql_view), name="graphql"),
    path("account/", include(account_urls(customer_of))),
]
