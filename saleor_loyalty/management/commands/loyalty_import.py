"""`loyalty_import` takes in what `loyalty_export` wrote elsewhere."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from saleor_loyalty.management.shops import add_shop, the_shop
from saleor_loyalty.transfer import TransferRefused, importing
from saleor_loyalty.transfer.archive import Archive


class Command(BaseCommand):
    help = (
        "Takes in a file of loyalty_export, all of it or nothing, and proves it as loyalty_check "
        "does. Taking in the same file again changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        add_shop(parser)
        parser.add_argument(
            "--from-api-url", metavar="API_URL", default="", help="The file's shop, if it moved."
        )
        parser.add_argument("--dry-run", action="store_true", help="Do it all, then undo it.")

    def handle(
        self,
        *_args: Any,
        file: Path,
        shop: str | None,
        from_api_url: str,
        dry_run: bool,
        **_options: Any,
    ) -> None:
        try:
            archive = Archive(file)
            is_new = importing.import_archive(
                the_shop(shop), archive, from_api_url=from_api_url, dry_run=dry_run
            )
        except TransferRefused as refused:
            raise CommandError(str(refused)) from refused
        held = ", ".join(f"{what} {n:,}" for what, n in archive.counts.items())
        if not is_new:
            self.stdout.write(f"Nothing changed: the shop has all of it already ({held}).")
        elif dry_run:
            self.stdout.write(f"Would import {held}. All agree. Nothing was kept.")
        else:
            self.stdout.write(f"Imported {held}. All agree.")
