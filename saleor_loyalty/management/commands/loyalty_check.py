"""`loyalty_check` proves that the ledger agrees with itself, or says who differs and how."""

from argparse import ArgumentParser
from collections.abc import Collection
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from saleor_loyalty import proof
from saleor_loyalty.management.shops import shop_at
from saleor_loyalty.models import Member
from saleor_loyalty.proof.laws import LAWS


class Command(BaseCommand):
    help = (
        "Compares entries, balances, lots, settled orders and coupons of all members, or of some. "
        "Prints each difference; exits 1 if there is any. Changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--shop", metavar="API_URL", help="Only the members of this shop.")
        parser.add_argument(
            "--member", metavar="ID", type=int, nargs="+", help="Only the members with these ids."
        )

    def handle(
        self, *_args: Any, shop: str | None, member: Collection[int] | None, **_options: Any
    ) -> None:
        only = shop_at(shop) if shop else None
        extent = proof.extent(shop=only, member_ids=member)
        if member and extent["members"] < len(set(member)):
            raise CommandError(f"Not all of these members exist: {_missing(member)}.")
        count = 0
        for difference in proof.differences(shop=only, member_ids=member):
            self.stdout.write(str(difference))
            count += 1
        checked = ", ".join(f"{number:,} {what}" for what, number in extent.items())
        if count:
            message = f"{count:,} differences among {checked}, by {len(LAWS)} laws."
            raise CommandError(message, returncode=1)
        self.stdout.write(f"All agree: {checked}, by {len(LAWS)} laws.")


def _missing(member_ids: Collection[int]) -> str:
    known = Member.objects.filter(pk__in=member_ids).values_list("pk", flat=True)
    return ", ".join(str(pk) for pk in sorted(set(member_ids) - set(known)))
