"""What arrived: mails as they came over SMTP, push notices as they came over FCM's HTTP API."""

import secrets
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import cached_property
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone


class Mail(models.Model):
    """One mail, kept as the bytes that came; everything shown is read from these."""

    received_at = models.DateTimeField(default=timezone.now)
    sender = models.CharField(max_length=320)
    recipients = ArrayField(models.CharField(max_length=320))
    source = models.BinaryField()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"mail {self.pk}"

    @cached_property
    def message(self) -> EmailMessage:
        return message_from_bytes(bytes(self.source), policy=policy.default)

    @property
    def subject(self) -> str:
        return str(self.message["Subject"] or "")

    @property
    def headers(self) -> dict[str, str]:
        return {name: str(value) for name, value in self.message.items()}

    @property
    def text(self) -> str:
        return self._body("plain")

    @property
    def html(self) -> str:
        return self._body("html")

    def _body(self, kind: str) -> str:
        part = self.message.get_body((kind,))
        return str(part.get_content()) if part else ""


def new_token() -> str:
    """Looks like what a phone gets from Firebase: an instance, a colon, a long secret."""
    return f"{secrets.token_urlsafe(16)}:{secrets.token_urlsafe(105)}"


class Phone(models.Model):
    """A phone or browser that asked for push notices. FCM knows it by its token."""

    name = models.CharField(max_length=120, unique=True)
    token = models.CharField(max_length=255, unique=True, default=new_token)
    registered_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"phone {self.pk}"


class Push(models.Model):
    """One push notice: the `message` object of FCM's HTTP v1 API, already found valid."""

    phone = models.ForeignKey(Phone, on_delete=models.CASCADE, related_name="pushes")
    received_at = models.DateTimeField(default=timezone.now)
    message = models.JSONField()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"push {self.pk}"

    @property
    def title(self) -> str:
        return str(self.notification.get("title", ""))

    @property
    def body(self) -> str:
        return str(self.notification.get("body", ""))

    @property
    def notification(self) -> dict[str, Any]:
        notification: dict[str, Any] = self.message.get("notification", {})
        return notification

    @property
    def link(self) -> str:
        """Where a tap on the notice leads: the app reads it from `data`."""
        return str(self.message.get("data", {}).get("link", ""))
