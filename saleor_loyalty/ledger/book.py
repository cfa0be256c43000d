"""The only writer of points.

`open_book` locks members and gives a `Book`; each `Posting` to it becomes an entry, with the lots
that it makes or takes from, and with the consequences that who opened the book has handed in. The
book is written at the end of the `with`, in the caller's transaction.
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import transaction

from saleor_loyalty.database.statements import Writing, read
from saleor_loyalty.ledger.accounts import Account
from saleor_loyalty.ledger.consequences import Consequence
from saleor_loyalty.ledger.postings import Posting
from saleor_loyalty.members import enrolment
from saleor_loyalty.models import Entry, EntryNote, Lot, Member, MemberStatus, ProgramVersion


@contextmanager
def open_book(
    member_ids: Collection[int],
    *,
    newcomers: Sequence[Member] = (),
    version: ProgramVersion,
    now: datetime,
    consequences: Sequence[Consequence] = (),
    writing: Writing | None = None,
) -> Iterator["Book"]:
    """Members of one shop, locked in id order until the caller's transaction ends.

    `newcomers` are members not saved yet, and are enrolled. `version` is the shop's current one: it
    decides when new points end. `consequences` follow from each entry, one after the other. What is
    collected in `writing` is written along, before the entries. Nothing is written when the `with`
    is left by an exception.

    Three statements, and those of the consequences, however much is posted. Raises IntegrityError
    when a cause was posted before; then nothing is posted.
    """
    with transaction.atomic(savepoint=False):
        locked = enrolment.lock(member_ids, newcomers)
        accounts = {member.pk: Account(member, version.expiry, now) for member in locked}
        book = Book(accounts, consequences, now=now)
        book.begin()
        yield book
        book.write(Writing() if writing is None else writing)


class Book:
    """What one transaction posts to its members. Made by `open_book`."""

    def __init__(
        self, accounts: dict[int, Account], consequences: Sequence[Consequence], *, now: datetime
    ) -> None:
        self.now = now
        self._accounts = accounts
        self._consequences = consequences
        self._entries: list[Entry] = []
        self._notes: list[EntryNote] = []
        self._changed = {"balance", "lifetime_points", "last_activity_at", "expires_at"}

    def member(self, member_id: int) -> Member:
        """A locked member, as the book leaves them so far."""
        return self._accounts[member_id].member

    def takes_points(self, member_id: int) -> bool:
        """False for a member who is blocked or closed."""
        return self.member(member_id).status == MemberStatus.ACTIVE

    def change(self, member_id: int, **values: Any) -> None:
        """Have more of a member's fields written as they are to be."""
        for name, value in values.items():
            setattr(self.member(member_id), name, value)
        self._accounts[member_id].changed = True
        self._changed.update(values)

    def post(self, posting: Posting) -> Entry:
        """Append one posting, and what follows from it."""
        entry = self.append(posting)
        for consequence in self._consequences:
            consequence.after(entry)
        return entry

    def append(self, posting: Posting) -> Entry:
        """Append one posting from which nothing follows: a consequence itself."""
        account = self._accounts[posting.member_id]
        entry = Entry(
            shop_id=account.member.shop_id,
            member=account.member,
            kind=posting.kind,
            source=posting.source,
            points=posting.points,
            balance_after=account.member.balance + posting.points,
            created_at=self.now,
            version=posting.version,
            order=posting.order,
            **(Entry.basis_columns(posting.basis) if posting.basis else {}),
        )
        account.apply(entry, renews=posting.renews)
        self._entries.append(entry)
        if posting.reason or posting.actor:
            note = EntryNote(entry=entry, reason=posting.reason, actor=posting.actor)
            self._notes.append(note)
        return entry

    def begin(self) -> None:
        """Read what is the members'. Called by `open_book`.

        A statement of its own, because only so it sees what those who held the members before have
        written.
        """
        wanted = [consequence.to_read(self._accounts) for consequence in self._consequences]
        lots, *rows = read(
            Lot.objects.filter(member__in=self._accounts, remaining__gt=0),
            *(queryset for querysets in wanted for queryset in querysets),
        )
        for lot in lots:
            self._accounts[lot.member_id].lots.append(lot)
        for consequence, querysets in zip(self._consequences, wanted, strict=True):
            consequence.begin(self, *rows[: len(querysets)])
            del rows[: len(querysets)]

    def write(self, writing: Writing) -> None:
        """Write it all down. Called by `open_book`."""
        accounts = self._accounts.values()
        for account in accounts:
            account.close()
        for consequence in self._consequences:
            consequence.along(writing)
        writing.insert(self._entries)
        writing.insert(self._notes)
        writing.insert(lot for account in accounts for lot in account.new_lots())
        writing.update(
            (lot for account in accounts for lot in account.changed_lots()), ["remaining"]
        )
        writing.update((account.member for account in accounts if account.changed), self._changed)
        writing.write()
        for consequence in self._consequences:
            consequence.finish()
