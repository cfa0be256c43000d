"""What Django is told about the package."""

from importlib import import_module

from django.apps import AppConfig, apps


class LoyaltyConfig(AppConfig):
    """Registers the models and, once these are loaded, checks and receivers; inside Saleor more."""

    name = "saleor_loyalty"
    label = "saleor_loyalty"
    verbose_name = "Loyalty"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        import_module("saleor_loyalty.checks")
        import_module("saleor_loyalty.messages.bounces")
        if apps.is_installed("saleor.core"):
            import_module("saleor_loyalty.doors.plugin.startup").start(self)
