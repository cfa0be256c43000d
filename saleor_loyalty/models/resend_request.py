"""Staff's wish that failed messages go out again, until a worker has carried it out."""

from django.db import models

from saleor_loyalty.models.message import MessageFault
from saleor_loyalty.models.shop import Shop


class ResendRequest(models.Model):
    """All failed messages of a kind and a fault, of any where that is empty.

    Carried out in batches in the order of ids; `reached` is the last one that was looked at.
    """

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=32, blank=True)
    fault = models.CharField(max_length=7, choices=MessageFault.choices, blank=True)
    asked_at = models.DateTimeField()
    actor = models.CharField(max_length=255, help_text="Who asked.")
    reached = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"resend request {self.pk}"
