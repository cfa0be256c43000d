"""The addresses of this door."""

from django.urls import include, path

from saleor_loyalty.account_page.urls import account_urls
from saleor_loyalty.doors.app.account import customer_of
from saleor_loyalty.doors.app.install import register_view
from saleor_loyalty.doors.app.manifest import manifest_view
from saleor_loyalty.doors.app.views import app_view, graphql_view
from saleor_loyalty.doors.app.webhooks import webhook_view

app_name = "loyalty"
urlpatterns = [
    path("app/", app_view, name="app"),
    path("app/manifest", manifest_view, name="manifest"),
    path("app/register", register_view, name="register"),
    path("app/webhooks", webhook_view, name="webhooks"),
    path("graphql/", graphql_view, name="graphql"),
    path("account/", include(account_urls(customer_of))),
]
