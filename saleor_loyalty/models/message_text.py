"""What a shop says in its messages, in its own words, and which messages it sends at all."""

from django.db import models

from saleor_loyalty.models.shop import Shop


class MessageText(models.Model):
    """One saved version of a kind's text in one language; the newest is in force.

    `is_default` ends the shop's own wording: from there on the text that comes with the product is
    sent, and subject and body are empty.
    """

    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="message_texts")
    kind = models.CharField(max_length=32)
    language_code = models.CharField(max_length=35, help_text="As CLDR writes it: de, pt_BR.")
    subject = models.TextField(blank=True, help_text="Liquid. Of a push notice: its title.")
    body = models.TextField(blank=True, help_text="Liquid; HTML in an email, else plain text.")
    is_default = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=255, help_text="Who saved it.")

    class Meta:
        indexes = [
            models.Index(
                fields=["shop", "kind", "language_code", "-id"], name="saleor_loyalty_message_text"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} in {self.language_code}, version {self.pk}"


class MessageSwitch(models.Model):
    """Whether a shop sends a kind of message. A kind without a row is sent."""

    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="message_switches")
    kind = models.CharField(max_length=32)
    is_active = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["shop", "kind"], name="saleor_loyalty_one_switch_per_kind"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {'on' if self.is_active else 'off'}"
