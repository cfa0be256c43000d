"""`loyalty_backfill` credits orders paid before the programme was on, or shows what it would do."""

from argparse import ArgumentParser, ArgumentTypeError
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from saleor_loyalty.management.shops import add_shop, the_shop
from saleor_loyalty.models import Entry
from saleor_loyalty.orders import backfill
from saleor_loyalty.problems import Refused
from saleor_loyalty.saleor_api.transport import SaleorRefused, SaleorUnavailable
from saleor_loyalty.shop.connection import connect


class Command(BaseCommand):
    help = (
        "Credits the orders of a shop that were paid since a day and earned nothing then: while "
        "the program was off, or while their member was blocked. Run it again as often as you "
        "like: nothing is credited twice."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_shop(parser)
        parser.add_argument(
            "--since",
            required=True,
            type=_day,
            metavar="YYYY-MM-DD",
            help="orders paid on this day or later, in the program's time zone",
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="show who would gain what; change nothing"
        )
        parser.add_argument(
            "--pause",
            type=float,
            default=backfill.PAUSE,
            metavar="SECONDS",
            help="between two pages of 100 orders (default: %(default)s)",
        )

    def handle(
        self,
        *_args: Any,
        shop: str | None,
        since: date,
        dry_run: bool,
        pause: float,
        **_options: Any,
    ) -> None:
        found = the_shop(shop, installed=True)
        try:
            start = backfill.start_of(found, since=since, dry_run=dry_run)
        except Refused as refused:
            raise CommandError(str(refused)) from refused
        totals = Totals()
        try:
            with connect(found) as saleor:
                for page in backfill.backfill(
                    found, saleor, since=start, dry_run=dry_run, pause=pause
                ):
                    self._show(page, totals)
        except (SaleorUnavailable, SaleorRefused) as error:
            message = f"{error}. What was credited stays; run the command again to go on."
            raise CommandError(message) from error
        finally:
            self.stdout.write(totals.in_words(dry_run=dry_run))
        if totals.unread:
            message = f"{totals.unread} orders could not be read; run the command again later."
            raise CommandError(message)

    def _show(self, page: backfill.Page, totals: "Totals") -> None:
        for entry in page.entries:
            self.stdout.write(_line(entry))
        for order_id in page.unread:
            self.stderr.write(f"order {order_id}: could not be read")
        totals.add(page)


class Totals:
    """What all pages came to."""

    def __init__(self) -> None:
        self.points = 0
        self.unread = 0
        self._orders: set[str] = set()
        self._customers: set[str] = set()

    def add(self, page: backfill.Page) -> None:
        """Take a page in."""
        for entry in page.entries:
            self.points += entry.points
            self._orders.add(entry.order.order_id if entry.order else "")
            self._customers.add(entry.member.customer_id)
        self.unread += len(page.unread)

    def in_words(self, *, dry_run: bool) -> str:
        """One line."""
        orders, customers = len(self._orders), len(self._customers)
        verb = "would be credited; nothing was changed" if dry_run else "credited"
        return f"{self.points} points for {orders} orders of {customers} customers {verb}."


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        message = f"{text!r} is no day; write it as YYYY-MM-DD."
        raise ArgumentTypeError(message) from None


def _line(entry: Entry) -> str:
    """Tab-separated: customer, order number, points."""
    number = entry.order.number if entry.order else ""
    return f"{entry.member.customer_id}\t{number}\t{entry.points:+d}"
