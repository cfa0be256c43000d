"""What Django is told about the package."""

from importlib import import_module

from django.apps import AppConfig


class LoyaltyConfig(AppConfig):
    """Registers the models and, once these are loaded, system checks and receivers."""

    name = "saleor_loyalty"
    label = "saleor_loyalty"
    verbose_name = "Loyalty"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        import_module("saleor_loyalty.checks")
        import_module("saleor_loyalty.messages.bounces")
