"""`loyalty_export` writes all of a shop's programme, for `loyalty_import` elsewhere to take in."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from saleor_loyalty.management.shops import add_shop, the_shop
from saleor_loyalty.models import Change
from saleor_loyalty.transfer import TransferRefused, exporting


class Command(BaseCommand):
    help = (
        "Writes a shop's program, members, entries, coupons and messages to standard output. "
        "Holds emails and coupon codes: keep it as you keep the database. Stop the workers first, "
        "so that nothing happens here that is not in the file."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_shop(parser)

    def handle(self, *_args: Any, shop: str | None, **_options: Any) -> None:
        row = the_shop(shop)
        try:
            counts = exporting.export(row, lambda line: self.stdout.write(line, ending=""))
        except TransferRefused as refused:
            raise CommandError(str(refused)) from refused
        self.stderr.write(f"Exported {', '.join(f'{what} {n:,}' for what, n in counts.items())}.")
        if waiting := Change.objects.filter(shop=row).count():
            self.stderr.write(
                f"{waiting:,} changed orders wait to be settled here and are not in the file. Let "
                "the workers settle them, stop the workers, and export again."
            )
