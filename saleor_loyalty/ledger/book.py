"""The only writer of points.

`open_book` locks members and gives a `Book`; each `Posting` to it becomes an entry, with the lots
that it makes or takes from, and with the consequences that who opened the book has handed in. The
book is written at the end of the `with`, in the caller's transaction.
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import chain, islice
from operator import attrgetter
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from saleor_loyalty.database.statements import Writing, read
from saleor_loyalty.ledger.accounts import OpenAccount
from saleor_loyalty.ledger.postings import Posting
from saleor_loyalty.ledger.signals import entry_posted
from saleor_loyalty.members import enrolment
from saleor_loyalty.models import (
    PART_FIELDS,
    Account,
    Debt,
    Entry,
    EntryKind,
    EntryNote,
    Lot,
    LotUse,
    Member,
    MemberStatus,
    OrderPart,
    ProgramVersion,
)
from saleor_loyalty.rules.parts import Part

PARTS = OrderPart._meta.get_field("entry")

# Of accounts, lots, debts and what was taken of lots: what a book changes.
CHANGES = (
    ["balance", "lifetime_points", "expires_at", "rewards_to_come"],
    ["remaining", "expires_at", "had_grace", "renewed_from", "renewed_until"],
    ["remaining"],
    ["returned"],
)


class Consequence:
    """What follows from entries in a room above: handed to a book by who opens it.

    Each says only what it has to; the book asks in this order.
    """

    def to_read(self, member_ids: Collection[int]) -> Sequence[QuerySet[Any]]:
        """What to read of the locked members, by the statement that reads their lots."""
        return ()

    def debits(self, member_ids: Collection[int]) -> QuerySet[Entry] | None:
        """Entries whose points may be given back; they are the book's `entries` then."""
        return None

    def begin(self, book: "Book", *rows: Sequence[Any]) -> None:
        """The book is open; `rows` are those of `to_read`, in its order."""

    def after(self, entry: Entry) -> None:
        """An entry was posted; more may be appended to the book."""

    def along(self, writing: Writing) -> None:
        """What to write by the statement that writes the entries."""

    def finish(self) -> None:
        """All that is written; what needs the entries' ids is written now."""


@contextmanager
def open_book(
    member_ids: Collection[int],
    *,
    newcomers: Sequence[Member] = (),
    version: ProgramVersion,
    now: datetime,
    consequences: Sequence[Consequence] = (),
    reversing: QuerySet[Entry] | None = None,
    writing: Writing | None = None,
) -> Iterator["Book"]:
    """Members of one shop, locked in id order until the caller's transaction ends.

    `newcomers` are members not saved yet, and are enrolled. `version` is the shop's current one: it
    decides when new points end. `consequences` follow from each entry, one after the other.
    `reversing` are the credits of which something may be taken back. What is collected in `writing`
    is written along, before the entries. Nothing is written when the `with` is left by an
    exception.

    Three statements, and those of the consequences, however much is posted. Raises IntegrityError
    when a cause was posted before; then nothing is posted.
    """
    with transaction.atomic(savepoint=False):
        locked = enrolment.lock(member_ids, newcomers)
        book = Book(locked, consequences, version=version, now=now)
        book.begin(Entry.objects.none() if reversing is None else reversing)
        yield book
        book.write(Writing() if writing is None else writing)


class Book:
    """What one transaction posts to its members. Made by `open_book`."""

    def __init__(
        self,
        members: Sequence[Member],
        consequences: Sequence[Consequence],
        *,
        version: ProgramVersion,
        now: datetime,
    ) -> None:
        self.now = now
        self._members = members
        self._accounts: dict[int, OpenAccount] = {}  # by the member's id
        self._version = version
        self._consequences = consequences
        self._entries: list[Entry] = []
        self.entries: dict[int, Entry] = {}  # those that may be reversed, by id
        self._parts: list[tuple[Entry, Part]] = []
        self._notes: list[EntryNote] = []

    def member(self, member_id: int) -> Member:
        """A locked member, as the book leaves them so far."""
        return self.account(member_id).member

    def account(self, member_id: int) -> Account:
        """A locked member's account, likewise."""
        return self._accounts[member_id].account

    def takes_points(self, member_id: int) -> bool:
        """False for a member who is blocked or closed."""
        return self.member(member_id).status == MemberStatus.ACTIVE

    def leave_rewards(self, member_id: int, cause: str) -> None:
        """Note what brought more coupons than there was room for; empty: nothing did."""
        self._accounts[member_id].leave_rewards(cause)

    def post(self, posting: Posting) -> Entry:
        """Append one posting, and what follows from it.

        What ended of the points that it takes back is undone before.
        """
        account = self._accounts[posting.member_id]
        for use, points in account.to_undo(posting) if posting.points < 0 else ():
            self._undo(posting, use, points)
        entry = self.append(posting)
        for consequence in self._consequences:
            consequence.after(entry)
        return entry

    def append(self, posting: Posting) -> Entry:
        """Append one posting from which nothing follows: a consequence itself."""
        entry = self._entry(posting)
        self._accounts[posting.member_id].apply(entry, posting)
        return entry

    def _undo(self, posting: Posting, use: LotUse, points: int) -> None:
        expiry = self.entries[use.entry_id]
        undone = Posting(
            member_id=posting.member_id,
            kind=EntryKind.REVERSAL,
            points=points,
            source=f"{posting.source}:expired:{use.pk}",
            version=posting.version,
            reverses=expiry,
            ended_at=expiry.ended_at,
        )
        self._accounts[posting.member_id].undo(self._entry(undone), use)

    def _entry(self, posting: Posting) -> Entry:
        account = self._accounts[posting.member_id]
        entry = Entry(
            shop_id=account.member.shop_id,
            account=account.account,
            kind=posting.kind,
            source=posting.source,
            points=posting.points,
            balance_after=account.account.balance + posting.points,
            created_at=self.now,
            version=posting.version,
            order=posting.order,
            reverses=posting.reverses,
            ended_at=posting.ended_at,
            currency=posting.basis.currency if posting.basis else "",
            unpaid=posting.basis.unpaid if posting.basis else None,
            entitled=posting.entitled,
        )
        self._entries.append(entry)
        if posting.basis:
            self._parts += ((entry, part) for part in posting.basis.parts)
        if posting.reason or posting.actor:
            note = EntryNote(
                entry=entry,
                reason=posting.reason,
                internal_note=posting.internal_note,
                actor=posting.actor,
            )
            self._notes.append(note)
        return entry

    def begin(self, reversing: QuerySet[Entry]) -> None:
        """Read what is the members'. Called by `open_book`.

        A statement of its own, because only so it sees what those who held the members before have
        written.
        """
        ids = [member.pk for member in self._members]
        wanted = [consequence.to_read(ids) for consequence in self._consequences]
        debits = [d for c in self._consequences if (d := c.debits(ids)) is not None]
        spent = [part for entries in debits for part in _of_debits(entries)]
        accounts = Account.objects.filter(member__in=ids)
        belongings = [
            accounts,
            Lot.objects.filter(account__in=accounts, remaining__gt=0),
            Debt.objects.filter(account__in=accounts, remaining__gt=0),
            *_of_credits(reversing.filter(account__in=accounts)),
            *spent,
        ]
        rows = iter(read(*belongings, *chain(*wanted)))
        self._take_in(list(islice(rows, len(belongings))))
        for consequence, querysets in zip(self._consequences, wanted, strict=True):
            consequence.begin(self, *islice(rows, len(querysets)))

    def _take_in(self, belongings: Sequence[Sequence[Any]]) -> None:
        """Give each account what is its own."""
        accounts, lots, debts, credits, own, expired, expiries, *spent = belongings
        by_id = self._open(accounts)
        for entry in chain(credits, expiries, *spent[::3]):
            entry.account = by_id[entry.account_id].account
            self.entries[entry.pk] = entry
        for entry in credits:
            by_id[entry.account_id].brought_by[entry.pk] = entry
        owners: dict[int, OpenAccount] = {}
        for lot in chain(lots, own, *spent[2::3]):
            owners[lot.pk] = account = by_id[lot.account_id]
            account.lots.setdefault(lot.pk, lot)
        for debt in debts:
            debt.entry = Entry(pk=debt.entry_id)
            by_id[debt.account_id].debts.append(debt)
        taken = sorted(chain(*spent[1::3]), key=attrgetter("pk"))
        for use in chain(expired, taken):
            use.lot = owners[use.lot_id].lots[use.lot_id]
        for use in expired:
            owners[use.lot_id].expired.append(use)
        for use in taken:
            owners[use.lot_id].uses.append(use)

    def _open(self, accounts: Sequence[Account]) -> dict[int, OpenAccount]:
        """Open the members' accounts; those that have one by its id. A new one is not saved yet."""
        known = {account.member_id: account for account in accounts}
        for member in self._members:
            account = known.get(member.pk) or Account(
                shop_id=member.shop_id, program_id=self._version.program_id
            )
            account.member = member
            self._accounts[member.pk] = OpenAccount(account, self._version.expiry, self.now)
        return {account.pk: self._accounts[account.member_id] for account in accounts}

    def write(self, writing: Writing) -> None:
        """Write it all down. Called by `open_book`."""
        accounts = self._accounts.values()
        for consequence in self._consequences:
            consequence.along(writing)
        writing.insert(account for one in accounts for account in one.opened())
        writing.insert(self._entries)
        writing.insert_many(PARTS, self._parts, PART_FIELDS)
        writing.insert(self._notes)
        for rows in zip(*(account.rows() for account in accounts), strict=True):
            writing.insert(chain(*rows))
        changes = zip(*(account.changes() for account in accounts), strict=True)
        for rows, names in zip(changes, CHANGES, strict=True):
            writing.update(chain(*rows), names)
        writing.update((each.member for each in accounts if each.is_changed), ["last_activity_at"])
        writing.write()
        entry_posted.announce(self._entries)
        for consequence in self._consequences:
            consequence.finish()


def _of_credits(entries: QuerySet[Entry]) -> list[QuerySet[Any]]:
    """Credits, their lots, and what ended of these by which entries."""
    lots = Lot.objects.filter(entry__in=entries)
    ended = LotUse.objects.filter(lot__entry__in=entries, entry__kind=EntryKind.EXPIRY)
    expiries = Entry.objects.filter(pk__in=ended.values("entry"))
    return [entries, lots, ended.order_by("pk"), expiries]


def _of_debits(entries: QuerySet[Entry]) -> list[QuerySet[Any]]:
    """Debits, what they took, and the lots they took it from."""
    uses = LotUse.objects.filter(entry__in=entries)
    return [entries, uses, Lot.objects.filter(pk__in=uses.values("lot"))]
