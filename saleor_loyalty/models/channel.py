"""A sales channel of the shop, by the id that it keeps when it is renamed."""

from django.db import models

from saleor_loyalty.models.shop import Shop


class Channel(models.Model):
    """What a channel is called now, as far as we were told. Terms and orders go by its id."""

    shop = models.ForeignKey(Shop, on_delete=models.PROTECT, related_name="+")
    channel_id = models.CharField(max_length=64, help_text="Saleor's global id.")
    slug = models.CharField(max_length=255)
    name = models.CharField(max_length=255)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["shop", "channel_id"], name="saleor_loyalty_one_row_per_channel"
            ),
        ]

    def __str__(self) -> str:
        return self.slug
