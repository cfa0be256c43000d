from importlib import import_module

from django.apps import AppConfig


class HastyConfig(AppConfig):
    name = "hasty"

    def ready(self) -> None:
        import_module("saleor.graphql.api")
