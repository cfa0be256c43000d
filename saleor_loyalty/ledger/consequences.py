"""What follows from entries in rooms above the ledger: handed to a book by who opens it."""

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet

from saleor_loyalty.database.statements import Writing
from saleor_loyalty.models import Entry

if TYPE_CHECKING:
    from saleor_loyalty.ledger.book import Book


class Consequence:
    """One thing that follows. Each says only what it has to; the book asks in this order."""

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
