"""The way out: a shop's rows, read as they stood at one moment, in a form any database can take."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from operator import attrgetter
from typing import Any

from django.db import connection, transaction

from saleor_loyalty.members import addresses
from saleor_loyalty.models import AddressFault, AddressTrust, Device, Shop
from saleor_loyalty.transfer.archive import Row, Writer
from saleor_loyalty.transfer.sections import ADDRESS, SECTIONS, Section

AT_ONCE = 2000  # rows in memory


def export(shop: Shop, write: Callable[[str], object]) -> Counter[str]:
    """Write the shop's file; the number of rows of each section. Memory does not grow with it."""
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        file = Writer(write, api_url=shop.api_url)
        for section in SECTIONS:
            for row in rows_of(shop, section):
                file.row(section.name, row)
    return file.end()


def rows_of(shop: Shop, section: Section) -> Iterator[Row]:
    """The shop's rows of a section, as they are in the file, in the order of their ids."""
    paths = [path for names in section.names.values() for path in names]
    values = (
        section.model._default_manager.filter(**{section.shop: shop})
        .order_by("pk")
        .values_list(*section.columns, *paths)
        .iterator(chunk_size=AT_ONCE)
    )
    while batch := [_row(section, each) for each in islice(values, AT_ONCE)]:
        if section.devices:
            _name_devices(shop, section, batch)
        if ADDRESS in section.names:
            _tell_of_addresses(shop, batch)
        yield from batch


def _row(section: Section, values: Sequence[Any]) -> Row:
    """Columns by name, then what names another row: one value, or a list of several."""
    row = dict(zip(section.columns, values, strict=False))
    rest = iter(values[len(section.columns) :])
    for name, paths in section.names.items():
        named = list(islice(rest, len(paths)))
        row[name] = named[0] if len(paths) == 1 else _named(named)
    return row


def _named(values: list[Any]) -> list[Any] | None:
    return None if all(value is None for value in values) else values


def _name_devices(shop: Shop, section: Section, rows: Sequence[Row]) -> None:
    """Devices by their tokens; those that are gone are of no use any more."""
    ids = {pk for row in rows for column in section.devices for pk in row[column]}
    tokens = dict(Device.objects.filter(shop=shop, pk__in=ids).values_list("pk", "token"))
    for row in rows:
        for column in section.devices:
            row[column] = [tokens[pk] for pk in row[column] if pk in tokens]


def _tell_of_addresses(shop: Shop, rows: Sequence[Row]) -> None:
    """What providers reported of each member's address, newest first, and since when it is trusted.

    None where nothing was reported.
    """
    keys = {row["email"]: addresses.keys(row["email"]) for row in rows}
    every = [key for some in keys.values() for key in some]
    faults = {fault.address: fault for fault in AddressFault.objects.filter(address__in=every)}
    trusts = AddressTrust.objects.filter(shop=shop, address__in=every)
    trusted = dict(trusts.values_list("address", "trusted_at"))
    for row in rows:
        of_it = [faults[key] for key in keys[row["email"]] if key in faults]
        fault = max(of_it, key=attrgetter("reported_at"), default=None)
        since = max((trusted[key] for key in keys[row["email"]] if key in trusted), default=None)
        row[ADDRESS] = fault and [fault.fault, fault.reported_at, since]
