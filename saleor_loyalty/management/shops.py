"""Which shop a command is about."""

from django.core.management.base import CommandError

from saleor_loyalty.models import Shop


def shop_at(api_url: str) -> Shop:
    """The shop with this API URL. Raises CommandError that names those that are known."""
    try:
        return Shop.objects.get(api_url=api_url)
    except Shop.DoesNotExist:
        known = ", ".join(Shop.objects.order_by("api_url").values_list("api_url", flat=True))
        message = f"No shop has the API URL {api_url}. Known: {known or 'none'}."
        raise CommandError(message) from None
