"""Addresses of the pocket Saleor: its API where Saleor has it, and the pages around it."""

from django.urls import include, path

from sandbox.shop.api import view

urlpatterns = [
    path("graphql/", view.graphql),
    path(".well-known/jwks.json", view.jwks),
    path("", include("sandbox.shop.pages.urls")),
]
