"""Addresses of the sandbox: Saleor's API, the shop's pages, and the inboxes for mail and push."""

from django.urls import include, path

urlpatterns = [
    path("", include("sandbox.shop.urls")),
    path("", include("sandbox.inboxes.urls")),
]
