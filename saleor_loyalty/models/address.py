"""What is known of an email address, whoever has it now: nothing here names it."""

from django.db import models

from saleor_loyalty.models.shop import Shop

KEY = "Stands for the address: a keyed hash (addresses.keys)."


class EmailFault(models.TextChoices):
    BOUNCED = "BOUNCED", "Bounced: the address takes no mail"
    COMPLAINED = "COMPLAINED", "Complained: reported our mail as spam"


class AddressFault(models.Model):
    """What was last reported of an address; in every shop nothing is mailed to it any more.

    It outlasts members who had the address: who registers anew with it has it still.
    """

    address = models.CharField(max_length=64, unique=True, help_text=KEY)
    fault = models.CharField(max_length=10, choices=EmailFault.choices)
    reported_at = models.DateTimeField(help_text="When the provider noticed.")

    def __str__(self) -> str:
        return f"fault {self.pk}"


class AddressTrust(models.Model):
    """That a shop's staff trust an address again: what was reported before stops nothing there."""

    shop = models.ForeignKey(Shop, on_delete=models.CASCADE, related_name="+")
    address = models.CharField(max_length=64, help_text=KEY)
    trusted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["shop", "address"], name="saleor_loyalty_address_trusted_once"
            ),
        ]

    def __str__(self) -> str:
        return f"trust {self.pk}"
