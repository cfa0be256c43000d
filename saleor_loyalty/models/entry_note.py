"""What staff wrote beside an entry, and who they are."""

from django.db import models

from saleor_loyalty.models.entry import Entry
from saleor_loyalty.models.staff_note import StaffNote


class EntryNote(StaffNote):
    """Of an entry that staff made, or that came of what they did in Saleor.

    Emptied, that there is one still says that staff did it.
    """

    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="note")

    def __str__(self) -> str:
        return f"note on entry {self.entry_id}"
