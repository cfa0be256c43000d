"""`loyalty_reconcile` walks what changed in Saleor since the last walk, when the owner asks."""

from argparse import ArgumentParser, ArgumentTypeError
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from saleor_loyalty.management.shops import shop_at
from saleor_loyalty.models import Shop
from saleor_loyalty.orders import reconciliation
from saleor_loyalty.saleor_api.transport import SaleorRefused, SaleorUnavailable
from saleor_loyalty.shop.connection import connect


class Command(BaseCommand):
    help = (
        "Has the workers look again at all orders and customers that changed in Saleor since the "
        "last walk. Run it as often as you like: nothing is credited twice."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--shop", metavar="API_URL", help="one shop; all without it")
        parser.add_argument(
            "--since",
            type=_moment,
            metavar="YYYY-MM-DD[THH:MM]",
            help="from this moment (UTC unless it says) instead of from where the last walk ended",
        )
        parser.add_argument(
            "--pause",
            type=float,
            default=reconciliation.PAUSE,
            metavar="SECONDS",
            help="between two pages (default: %(default)s)",
        )

    def handle(
        self,
        *_args: Any,
        shop: str | None,
        since: datetime | None,
        pause: float,
        **_options: Any,
    ) -> None:
        shops = [shop_at(shop)] if shop else list(Shop.objects.filter(is_active=True))
        failed = [each for each in shops if not self._reconcile(each, since, pause)]
        if failed:
            message = f"{len(failed)} of {len(shops)} shops not finished; run the command again."
            raise CommandError(message)

    def _reconcile(self, shop: Shop, since: datetime | None, pause: float) -> bool:
        try:
            with connect(shop) as saleor:
                marked = reconciliation.reconcile(shop, saleor, since=since, pause=pause)
        except (SaleorUnavailable, SaleorRefused) as error:
            self.stderr.write(f"{shop.api_url}: {error}")
            return False
        self.stdout.write(
            f"{shop.api_url}: {marked.orders} orders and {marked.customers} customers "
            "are to be looked at again."
        )
        if marked.coupons:
            self.stdout.write(f"{shop.api_url}: {marked.coupons} coupons follow their vouchers.")
        return True


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        message = f"{text!r} is no moment; write it as YYYY-MM-DD or YYYY-MM-DDTHH:MM."
        raise ArgumentTypeError(message) from None
    return moment if moment.tzinfo else timezone.make_aware(moment)
