"""How a shop shows itself in its messages."""

from django.db import models

from saleor_loyalty.conf import conf
from saleor_loyalty.models.shop import Shop


class Branding(models.Model):
    """A shop's name, logo, colour and addresses, as its members see them in messages.

    A shop without a row has the defaults: `shop.branding.of` gives them.
    """

    shop = models.OneToOneField(Shop, on_delete=models.PROTECT, related_name="branding")
    shop_name = models.CharField(
        max_length=120, blank=True, help_text="Empty: as in Saleor, or its domain."
    )
    logo_url = models.URLField(max_length=500, blank=True, help_text="Empty: the name in words.")
    logo_name = models.CharField(
        max_length=32, blank=True, help_text="Of a Logo that was uploaded, in place of an address."
    )
    brand_color = models.CharField(max_length=7, default="#2459c4", help_text="As #rrggbb.")
    default_language = models.CharField(
        max_length=35, default="en", help_text="For members whose own language has no texts."
    )
    discounts_url = models.CharField(
        max_length=500,
        blank=True,
        help_text="The shopper's discounts; may have {language} and {kind} in it.",
    )
    push_url = models.CharField(
        max_length=500, blank=True, help_text="Where a push notice leads. Empty: discounts_url."
    )
    sender_name = models.CharField(max_length=120, blank=True, help_text="Empty: the shop's name.")
    reply_to = models.EmailField(blank=True, help_text="Empty: answers go to the sender.")

    def __str__(self) -> str:
        return f"branding of shop {self.shop_id}"

    @property
    def logo_address(self) -> str:
        """Where the logo is, for mails and pages; empty for the name in words."""
        if self.logo_name:
            return f"{conf.public_url}/logo/{self.logo_name}.png" if conf.public_url else ""
        return self.logo_url

    @property
    def name(self) -> str:
        """What the shop is called in messages."""
        return self.shop_name or self.shop.name or self.shop.domain
