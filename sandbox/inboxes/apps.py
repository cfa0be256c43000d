"""What Django is told about the inboxes."""

from django.apps import AppConfig


class InboxesConfig(AppConfig):
    name = "sandbox.inboxes"
    label = "inboxes"
    default_auto_field = "django.db.models.BigAutoField"
