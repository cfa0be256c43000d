"""Saleor's addresses, and ours beside them."""

from django.urls import include, path

from saleor_loyalty.doors.app.views import app_view
from saleor_loyalty.doors.plugin.addresses import PREFIX

pages = [path("app/", app_view, name="app")]

urlpatterns = [
    path(PREFIX, include((pages, "loyalty"))),
    path("", include("saleor.urls")),
]
