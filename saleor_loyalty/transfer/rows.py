"""Rows of a file as rows of this database: names become ids, and rows are only inserted."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Model

from saleor_loyalty.members import addresses
from saleor_loyalty.messages import bounces
from saleor_loyalty.models import (
    Account,
    AddressTrust,
    AuditNote,
    Channel,
    Debt,
    Device,
    Entry,
    EntryKind,
    EntryNote,
    Lot,
    LotUse,
    Member,
    OrderPart,
    Program,
    Shop,
)
from saleor_loyalty.transfer import TransferRefused
from saleor_loyalty.transfer.archive import Row
from saleor_loyalty.transfer.sections import ADDRESS, Section, columns_of

# Coupons name the reward they were bought with, messages the gift they tell of.
AnyModel = TypeVar("AnyModel", bound=Model)

NAMED = frozenset({EntryKind.REWARD, EntryKind.GIFT})
# By what the file calls a row, and where it says a row that belongs to one.
GOES_BY = {
    "version": "number",
    "member": "customer_id",
    "order": "order_id",
    "reward": "uid",
    "coupon": "uid",
}
SAID_IN = {Account: "account", Lot: "lot", EntryNote: "note", AuditNote: "note"}
NEXT_IDS = "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)"


class Names(dict[Any, int]):
    """The ids of rows by what the file calls them. Raises TransferRefused for one it lacks."""

    def __init__(self, what: str) -> None:
        super().__init__()
        self._what = what

    def __missing__(self, name: Any) -> int:
        message = f"The file speaks of {self._what} {name}, which it does not hold."
        raise TransferRefused(f"{message} Run loyalty_check where it was exported.")


class Rows:
    """Inserts a file's rows in the file's order. Holds maps of names to ids."""

    def __init__(self, shop: Shop) -> None:
        self._shop = shop
        self._program: Program | None = None
        self._current: int | None = None
        self._rewards = Names("reward")
        self._reward_versions = Names("version of a reward")  # by its uid and their numbers
        self._versions = Names("version")
        self._members = Names("member")
        self._accounts = Names("the account of member")  # by the member's id
        self._orders = Names("order")
        self._entries = Names("entry")  # those that others name, by customer and source
        self._coupons = Names("coupon")
        self._devices: dict[str, int] = {}
        self._named = {
            "version": self._versions,
            "member": self._members,
            "order": self._orders,
            "reward": self._rewards,
            "coupon": self._coupons,
        }

    def add(self, section: Section, rows: Sequence[Row]) -> None:
        """Insert some rows of a section."""
        self._find_entries(section, rows)
        if section.devices:
            self._find_devices(section, rows)
        made = [self._made(section, row) for row in rows]
        if section.model is Member:
            self._insert_members(rows, made)
            self._note_addresses(rows)
        else:
            # A device can be there before, registered anew, or a channel, seen since: it stays.
            section.model._default_manager.bulk_create(
                made, ignore_conflicts=section.model in (Device, Channel)
            )
        self._note(section, rows, made)

    def finish(self) -> None:
        """Set what could not be named before it was there."""
        if self._program is not None and self._current is not None:
            self._program.current_id = self._versions[self._current]
            self._program.save(update_fields=["current"])

    def _made(self, section: Section, row: Row) -> Model:
        values = _columns(section.model, row)
        for column in section.devices:
            values[column] = [self._devices[t] for t in row[column] if t in self._devices]
        return section.model(**values, **self._ids(section, row))

    def _ids(self, section: Section, row: Row) -> dict[str, Any]:
        """The ids of the rows that a row names, by the attributes that hold them."""
        ids = self._shop_ids(section)
        if section.model in (Entry, Debt):
            ids["account_id"] = self._accounts[self._members[row["member"]]]
        elif section.model not in (OrderPart, LotUse) and "member" in row:
            ids["member_id"] = row["member"] and self._members[row["member"]]
        for name in {"version", "reward"} & row.keys():
            ids[f"{name}_id"] = self._rule(row[name])
        ids |= self._named_entries(section, row)
        return ids

    def _named_entries(self, section: Section, row: Row) -> dict[str, Any]:
        """The ids of entries that a row is, or names, and of what those stand for."""
        ids: dict[str, Any] = {}
        if section.model is Entry:
            ids["order_id"] = row["order"] and self._orders[row["order"]]
            ids["reverses_id"] = row["reverses"] and self._entry(row, "reverses")
            ids["pk"] = self._found[self._key(row["member"], row["kind"], row["source"])]
        elif "entry" in section.entries:
            ids["entry_id"] = self._entry(row, "entry")
        elif "entry" in row:
            ids["entry_id"] = row["entry"] and self._entries[row["member"], row["entry"]]
        if "lot" in section.entries:
            ids["lot_id"] = self._lots[self._entry(row, "lot")]
        if "paid_by" in row:
            ids["paid_by_id"] = row["paid_by"] and self._entry(row, "paid_by")
        if "coupon" in row:
            ids["coupon_id"] = row["coupon"] and self._coupons[row["coupon"]]
        return ids

    def _rule(self, named: int | str | list[Any]) -> int:
        """A version by its number, a reward by its uid, a version of one by both."""
        if isinstance(named, list):
            return self._reward_versions[tuple(named)]
        return self._versions[named] if isinstance(named, int) else self._rewards[named]

    def _shop_ids(self, section: Section) -> dict[str, Any]:
        if section.shop == "shop":
            return {"shop_id": self._shop.pk}
        return {"program": self._program} if section.shop == "program__shop" else {}

    def _find_entries(self, section: Section, rows: Sequence[Row]) -> None:
        """The ids of entries that these rows are, or name; and of the lots that they brought."""
        self._found = Names("entry")
        if section.model is Entry:
            keys = [self._key(row["member"], row["kind"], row["source"]) for row in rows]
            self._found |= zip(keys, _next_ids(Entry, len(rows)), strict=True)
        named = {
            self._key(row["member"], *row[name])
            for row in rows
            for name in section.entries
            if row[name]
        } - self._found.keys()
        if not named:
            return
        members, kinds, sources = zip(*named, strict=True)
        entries = Entry.objects.filter(
            account__member__in=set(members), kind__in=set(kinds), source__in=set(sources)
        )
        found = list(entries.values_list("pk", "account__member", "kind", "source", "lot"))
        self._found |= {(member, kind, source): pk for pk, member, kind, source, _lot in found}
        self._lots = Names("the lot of entry")
        self._lots |= {pk: lot for pk, *_, lot in found if lot}

    def _entry(self, row: Row, name: str) -> int:
        return self._found[self._key(row["member"], *row[name])]

    def _key(self, customer_id: str, kind: str, cause: str) -> tuple[int, str, str]:
        return self._members[customer_id], kind, cause

    def _find_devices(self, section: Section, rows: Sequence[Row]) -> None:
        tokens = {token for row in rows for column in section.devices for token in row[column]}
        found = Device.objects.filter(shop=self._shop, token__in=tokens)
        self._devices = dict(found.values_list("token", "pk"))

    def _insert_members(self, rows: Sequence[Row], made: Sequence[Any]) -> None:
        """A member without points may have come before the file: the file's standing is theirs."""
        Member.objects.bulk_create(
            made,
            update_conflicts=True,
            unique_fields=["shop", "customer_id"],
            update_fields=[c.name for c in columns_of(Member) if c.name != "customer_id"],
        )
        accounts = _beside(Account, zip(rows, made, strict=True), owner="member")
        for account in accounts:
            account.shop = self._shop
            account.program = self._program  # type: ignore[assignment]  # None is refused
        Account.objects.bulk_create(
            accounts,
            update_conflicts=True,
            unique_fields=["member"],
            update_fields=[column.name for column in columns_of(Account)],
        )
        self._accounts |= {account.member_id: account.pk for account in accounts}

    def _note_addresses(self, rows: Sequence[Row]) -> None:
        """By the hash of this installation. What was reported here meanwhile stays."""
        for row in rows:
            if not row[ADDRESS]:
                continue
            fault, reported_at, trusted_at = row[ADDRESS]
            address = addresses.keys(row["email"])[0]
            bounces.note(address, fault, _moment(reported_at))
            if trusted_at:
                AddressTrust.objects.get_or_create(
                    shop=self._shop,
                    address=address,
                    defaults={"trusted_at": _moment(trusted_at)},
                )

    def _note(self, section: Section, rows: Sequence[Row], made: Sequence[Any]) -> None:
        """Remember the new ids by the names that later rows have for them."""
        pairs = list(zip(rows, made, strict=True))
        match section.name:
            case "program":
                ((row, self._program),) = pairs
                self._current = row["current"]
            case "reward_version":
                self._reward_versions |= {
                    (row["reward"], row["number"]): new.pk for row, new in pairs
                }
            case "entry":
                self._note_entries(pairs)
            case "audit":
                AuditNote.objects.bulk_create(_beside(AuditNote, pairs, owner="record"))
            case name if name in GOES_BY:
                self._named[name] |= {row[GOES_BY[name]]: new.pk for row, new in pairs}

    def _note_entries(self, pairs: Sequence[tuple[Row, Entry]]) -> None:
        lots = _beside(Lot, pairs, owner="entry")
        for lot in lots:
            lot.shop, lot.account_id = self._shop, lot.entry.account_id
        Lot.objects.bulk_create(lots)
        EntryNote.objects.bulk_create(_beside(EntryNote, pairs, owner="entry"))
        for row, entry in pairs:
            if entry.kind in NAMED:
                self._entries[row["member"], row["source"]] = entry.pk


def _next_ids(model: type[Model], count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(NEXT_IDS, [model._meta.db_table, count])
        return [pk for (pk,) in cursor.fetchall()]


def _moment(text: str) -> datetime:
    """Raises ValidationError."""
    moment: datetime = AddressTrust._meta.get_field("trusted_at").to_python(text)
    return moment


def _columns(model: type[Model], row: Row) -> dict[str, Any]:
    """The values of a row's own columns, as Python has them. Raises ValidationError."""
    return {column.name: column.to_python(row[column.name]) for column in columns_of(model)}


def _beside(
    model: type[AnyModel], pairs: Iterable[tuple[Row, Any]], *, owner: str
) -> list[AnyModel]:
    """The rows of a model that stand in the file within those of their owners, not saved yet."""
    names, place = [column.name for column in columns_of(model)], SAID_IN[model]
    return [
        model(**{owner: of}, **_columns(model, dict(zip(names, row[place], strict=True))))
        for row, of in pairs
        if row[place]
    ]
