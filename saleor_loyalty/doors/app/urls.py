"""The addresses of this door."""

from django.urls import path

from saleor_loyalty.doors.app.explorer import explored
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
    path("graphql/", explored(graphql_view), name="graphql"),
]
