"""What staff wrote beside an entry, and who they are."""

from django.db import models

from saleor_loyalty.models.entry import Entry


class EntryNote(models.Model):
    """Of an entry that staff made, or that came of what they did in Saleor.

    Apart from the entry, which can never be changed, because a person may be named here: it is
    erased by emptying its fields. That there is one still says that staff did it.
    """

    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="note")
    reason = models.CharField(max_length=500, blank=True, help_text="What staff wrote.")
    internal_note = models.CharField(
        max_length=500,
        blank=True,
        default="",
        db_default="",
        help_text="What staff wrote for each other; the member never reads it.",
    )
    actor = models.CharField(max_length=255, blank=True, help_text="Who they are.")

    def __str__(self) -> str:
        return f"note on entry {self.entry_id}"
