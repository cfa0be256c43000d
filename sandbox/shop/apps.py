"""The pocket Saleor as a Django app."""

from django.apps import AppConfig


class ShopConfig(AppConfig):
    name = "sandbox.shop"
    label = "shop"

    def ready(self) -> None:
        from sandbox.shop.api import webhooks  # noqa: F401 - it listens to what happens
