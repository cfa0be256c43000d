"""What the shop's channels are called now: no event tells of it, so whoever reads them notes it."""

from collections.abc import Iterable

from saleor_loyalty.models import Channel, Shop
from saleor_loyalty.saleor_api import facts


def follow(shop: Shop, found: Iterable[facts.Channel]) -> None:
    """Note the slugs and names of these channels. One that is gone keeps its last ones."""
    rows = Channel.objects.filter(shop=shop).values_list("channel_id", "slug", "name")
    noted = {id: (slug, name) for id, slug, name in rows}
    Channel.objects.bulk_create(
        [
            Channel(shop=shop, channel_id=channel.id, slug=channel.slug, name=channel.name)
            for channel in found
            if noted.get(channel.id) != (channel.slug, channel.name)
        ],
        update_conflicts=True,
        unique_fields=["shop", "channel_id"],
        update_fields=["slug", "name"],
    )


def id_of(shop: Shop, slug: str) -> str:
    """The id of the channel that was last noted by this slug; empty: none was."""
    known = slug.replace("\x00", "")  # text has no NUL
    noted = Channel.objects.filter(shop=shop, slug=known).order_by("-pk")
    return noted.values_list("channel_id", flat=True).first() or ""


def slugs(shop: Shop) -> dict[str, str]:
    """The slugs that were last noted, by the channels' ids."""
    return dict(Channel.objects.filter(shop=shop).values_list("channel_id", "slug"))
