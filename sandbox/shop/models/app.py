"""Installed apps, their webhooks, what is on its way to them, and the key that signs it."""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class App(models.Model):
    """An app installed from its manifest. Of its token only the SHA-256 is kept."""

    identifier = models.CharField(max_length=256, unique=True)
    name = models.CharField(max_length=60)
    version = models.CharField(max_length=60)
    manifest_url = models.URLField()
    app_url = models.URLField(default="", blank=True)
    audience = models.CharField(max_length=256, default="", blank=True)
    is_active = models.BooleanField(default=True)
    permissions = ArrayField(models.CharField(max_length=64), default=list)
    token_digest = models.CharField(max_length=64, default="")

    def __str__(self) -> str:
        return self.identifier


class Installation(models.Model):
    """An installation that was asked for; like Saleor, we forget it when it has succeeded."""

    class Status(models.TextChoices):
        PENDING = "PENDING"
        FAILED = "FAILED"

    app_name = models.CharField(max_length=255)
    manifest_url = models.URLField()
    status = models.CharField(max_length=7, choices=Status, default=Status.PENDING)
    message = models.CharField(max_length=255, null=True)  # noqa: DJ001  # null is what Saleor answers

    def __str__(self) -> str:
        return f"installation {self.pk}"


class Webhook(models.Model):
    """Where an app wants to hear of which events, and the subscription that shapes the payload."""

    app = models.ForeignKey(App, on_delete=models.CASCADE, related_name="webhooks")
    name = models.CharField(max_length=255)
    target_url = models.URLField()
    query = models.TextField()
    events = ArrayField(models.CharField(max_length=64))
    is_active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return f"webhook {self.pk}"


class Delivery(models.Model):
    """One payload for one webhook: a snapshot of the moment of the event.

    Sent when `due_at` is not null and past.
    """

    class Status(models.TextChoices):
        PENDING = "PENDING"
        SUCCESS = "SUCCESS"
        FAILED = "FAILED"

    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries")
    event_type = models.CharField(max_length=64)
    payload = models.TextField()
    status = models.CharField(max_length=7, choices=Status, default=Status.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    answer = models.CharField(max_length=200, default="")
    created_at = models.DateTimeField(auto_now_add=True)
    due_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=models.Q(due_at__isnull=False),
                name="shop_delivery_due",
            )
        ]

    def __str__(self) -> str:
        return f"delivery {self.pk}"


class SigningKey(models.Model):
    """The RSA key that signs tokens and webhooks; there is one row, made on first use."""

    pem = models.TextField()

    def __str__(self) -> str:
        return f"key {self.pk}"
