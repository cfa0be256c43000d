"""The way in: a file's rows become a shop's, all or none, and are proved before they stay."""

from collections.abc import Iterable, Iterator
from hashlib import blake2b
from itertools import groupby, islice

from django.core.exceptions import ValidationError
from django.db import DatabaseError, DataError, IntegrityError, connection, transaction

from saleor_loyalty import proof
from saleor_loyalty.models import Coupon, Entry, Lot, Program, SettledOrder, Shop
from saleor_loyalty.transfer import TransferRefused
from saleor_loyalty.transfer.archive import Archive, Row, text
from saleor_loyalty.transfer.exporting import rows_of
from saleor_loyalty.transfer.rows import Rows
from saleor_loyalty.transfer.sections import BY_NAME, SECTIONS

AT_ONCE = 1000  # rows in one statement
SHOWN = 5  # differences in a message
ONLY_ADDED = ("version", "terms", "reward_version", "reward_terms", "entry")


def import_archive(
    shop: Shop, archive: Archive, *, from_api_url: str = "", dry_run: bool = False
) -> bool:
    """Give the shop what the file holds; False when it has all of it already, and nothing changed.

    The shop has no history yet, or exactly the file's: nothing is ever added up. `from_api_url`
    allows a file of that shop instead of this one's. With `dry_run` all is done, proved, undone.
    Raises TransferRefused, and then nothing is changed.
    """
    _check_shop(shop, archive, from_api_url)
    try:
        with transaction.atomic():
            Shop.objects.select_for_update().get(pk=shop.pk)
            if _has_history(shop):
                _check_same(shop, archive)
                return False
            _add(shop, archive)
            _prove(shop)
            transaction.set_rollback(dry_run)
    except (IntegrityError, DataError, ValidationError) as error:
        message = (
            f"The database refuses what the file holds, so nothing was taken in: {_why(error)}"
        )
        raise TransferRefused(message) from error
    return True


def _check_shop(shop: Shop, archive: Archive, from_api_url: str) -> None:
    expected = from_api_url or shop.api_url
    if archive.api_url != expected:
        message = f"The file is of the shop {archive.api_url}, not of {expected}."
        hint = f"If it is the same shop under another address, add --from-api-url {archive.api_url}"
        raise TransferRefused(f"{message} {hint}")


def _has_history(shop: Shop) -> bool:
    """Members and devices may have come before the file; points and rules may not."""
    return any(
        model._default_manager.filter(shop=shop).exists()
        for model in (Program, SettledOrder, Entry, Coupon)
    )


def _check_same(shop: Shop, archive: Archive) -> None:
    """What is only ever added tells whether the file was taken in before."""
    unseen = {_digest(section, row) for section, row in archive.rows() if section in ONLY_ADDED}
    for section in ONLY_ADDED:
        for row in rows_of(shop, BY_NAME[section]):
            if (digest := _digest(section, row)) not in unseen:
                raise TransferRefused(_stranger(shop, section, row))
            unseen.remove(digest)
    if unseen:
        message = f"{shop.api_url} has a history already, and {len(unseen):,} rows of the file are"
        hint = "It came from an older file; take this one in where there is no history yet."
        raise TransferRefused(f"{message} not in it. {hint}")


def _digest(section: str, row: Row) -> bytes:
    """Stands for what cannot change of a row: what is left of points can, and what staff wrote."""
    fixed = {name: value for name, value in row.items() if name not in {"lot", "note"}}
    return blake2b(f"{section}{text(fixed)}".encode(), digest_size=16).digest()


def _stranger(shop: Shop, section: str, row: Row) -> str:
    if section == "entry":
        what = f"an entry that is not in the file ({row['kind']} {row['points']:+d} of customer"
        what = f"{what} {row['member']})"
    else:
        number = row.get("number") or row["version"]
        what = f"rules that are not in the file (version {number})"
    return (
        f"{shop.api_url} has {what}. Nothing was taken in: the file would be added to a history "
        "that is not its own. Take it in where there is none yet."
    )


def _add(shop: Shop, archive: Archive) -> None:
    rows = Rows(shop)
    for section, group in groupby(archive.rows(), key=lambda each: each[0]):
        for batch in _batches(row for _, row in group):
            rows.add(BY_NAME[section], batch)
    rows.finish()


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    rest = iter(rows)
    while batch := list(islice(rest, AT_ONCE)):
        yield batch


def _prove(shop: Shop) -> None:
    """What came must agree with itself, or it does not stay."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        # The planner knows nothing yet of rows that came in this transaction.
        tables = [Lot._meta.db_table, *(section.model._meta.db_table for section in SECTIONS)]
        cursor.execute(f"ANALYZE {', '.join(tables)}")
    found = list(islice(proof.differences(shop=shop), SHOWN))
    if found:
        message = "What the file holds does not agree with itself, so nothing was taken in. Repair"
        listed = "\n".join(map(str, found))
        raise TransferRefused(f"{message} it where it came from (loyalty_check):\n{listed}")


def _why(error: DatabaseError | ValidationError) -> str:
    """Which law refused, without the row: that may hold an address or a code."""
    diagnosis = getattr(error.__cause__, "diag", None)
    return getattr(diagnosis, "message_primary", None) or type(error).__name__
