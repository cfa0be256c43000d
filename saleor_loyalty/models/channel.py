"""A sales channel of the shop, by the id that it keeps when it is renamed."""

from collections.abc import Sequence
from typing import TypeVar

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


class InChannel(models.Model):
    """What a version says of one channel, by what that was called when the version was made."""

    channel_id = models.CharField(max_length=255, help_text="Saleor's global id of the channel.")
    channel_name = models.CharField(
        max_length=255,
        blank=True,
        default="",
        db_default="",
        help_text="What staff called it when the version was made; empty: not known.",
    )
    currency = models.CharField(max_length=3)

    class Meta:
        abstract = True

    @property
    def known_as(self) -> str:
        """The channel's name, or else its id."""
        return self.channel_name or self.channel_id


Terms = TypeVar("Terms", bound=InChannel)


def in_channel(terms: Sequence[Terms], channel_id: str) -> Sequence[Terms]:
    """What is said of the channel that somebody shops in; all of it where nothing is said of it.

    So too where nobody knows the channel: `channel_id` is empty then.
    """
    return [each for each in terms if each.channel_id == channel_id] or terms
