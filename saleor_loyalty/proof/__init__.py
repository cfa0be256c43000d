"""The proof: what the ledger's rows say must agree, checked by the database for every member.

Each law is one statement that finds the rows that break it, so a million members are checked
without being read, and each law sees one state of the ledger while it is written on.
"""

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from babel.core import get_global
from django.db import connection

from saleor_loyalty.ledger.accounts import NOT_EARNING
from saleor_loyalty.models import Coupon, Entry, Lot, Member, SettledOrder, Shop
from saleor_loyalty.proof.law import SCOPE, Law
from saleor_loyalty.proof.laws import LAWS


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where a law does not hold. `member_id` is None when it is the shop's, not one's."""

    law: Law
    member_id: int | None
    where: str
    found: str
    expected: str

    def __str__(self) -> str:
        whose = "no member" if self.member_id is None else f"member {self.member_id}"
        return (
            f"{whose}: {self.where}: found {self.found}, expected {self.expected} ({self.law.says})"
        )


def differences(
    *, shop: Shop | None = None, member_ids: Collection[int] | None = None
) -> Iterator[Difference]:
    """All that differs, of the shop's members or of some; of everybody when neither is given.

    Read from the database as it is asked for, so that any number of them takes no memory.
    """
    parameters = _parameters(shop, member_ids)
    for law in LAWS:
        with connection.chunked_cursor() as cursor:
            cursor.execute(SCOPE + law.broken, parameters)
            for member_id, where, found, expected in cursor:
                yield Difference(law, member_id, where, found, expected)


def extent(
    *, shop: Shop | None = None, member_ids: Collection[int] | None = None
) -> dict[str, int]:
    """How much there is to check, by what it is."""
    members = Member.objects.all()
    if shop is not None:
        members = members.filter(shop=shop)
    if member_ids is not None:
        members = members.filter(pk__in=member_ids)
    held = {
        "entries": Entry.objects.filter(account__member__in=members),
        "lots": Lot.objects.filter(account__member__in=members),
        "settled orders": SettledOrder.objects.filter(member__in=members),
        "coupons": Coupon.objects.filter(member__in=members),
    }
    counts = {what: rows.count() for what, rows in held.items()}
    return {"members": members.count(), **counts}


def _parameters(shop: Shop | None, member_ids: Collection[int] | None) -> dict[str, Any]:
    return {
        "shop": None if shop is None else shop.pk,
        "members": None if member_ids is None else list(member_ids),
        "not_earning": [str(kind) for kind in NOT_EARNING],
        "digits": json.dumps(_digits()),
    }


def _digits() -> dict[str, int]:
    """After the decimal point, by currency; those of "DEFAULT" where none is named."""
    return {code: digits for code, (digits, *_) in get_global("currency_fractions").items()}
