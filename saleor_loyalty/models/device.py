"""An app or browser that takes push notices."""

from django.db import models

from saleor_loyalty.models.member import Member
from saleor_loyalty.models.shop import Shop


class DevicePlatform(models.TextChoices):
    ANDROID = "ANDROID"
    IOS = "IOS"
    WEB = "WEB"


class Device(models.Model):
    """A registration token of Firebase Cloud Messaging, with the member who used it last."""

    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="+")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="devices")
    token = models.CharField(max_length=1024)
    platform = models.CharField(max_length=7, choices=DevicePlatform.choices)
    registered_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["shop", "token"], name="saleor_loyalty_device_token"),
        ]

    def __str__(self) -> str:
        return f"device {self.pk}"
