"""`loyalty_reseal` encrypts the shops' tokens anew, with the first of LOYALTY_TOKEN_KEYS."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from saleor_loyalty.models import Shop
from saleor_loyalty.shop import vault


class Command(BaseCommand):
    help = (
        "Encrypts the stored app tokens with the first of LOYALTY_TOKEN_KEYS. Afterwards the other "
        "keys can be dropped from the list."
    )

    def handle(self, *_args: Any, **_options: Any) -> None:
        shops = Shop.objects.exclude(sealed_token="").order_by("api_url")
        lost = [shop.api_url for shop in shops if not self._reseal(shop)]
        self.stdout.write(f"{len(shops) - len(lost)} of {len(shops)} tokens are encrypted anew.")
        if lost:
            message = (
                f"No key of LOYALTY_TOKEN_KEYS opens the token of {', '.join(lost)}. Put the key "
                "it was encrypted with back into the list, or install the app again in the shop."
            )
            raise CommandError(message)

    def _reseal(self, shop: Shop) -> bool:
        """Unless the shop was installed anew meanwhile: then its token is under the first key."""
        try:
            resealed = vault.reseal(shop.sealed_token)
        except vault.CannotUnseal:
            return False
        same = Shop.objects.filter(pk=shop.pk, sealed_token=shop.sealed_token)
        same.update(sealed_token=resealed)
        return True
