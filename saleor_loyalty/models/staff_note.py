"""What staff wrote beside a row that can never be changed, and who they are."""

from django.db import models


class StaffNote(models.Model):
    """Apart from that row, because a person may be named here: erased by emptying its fields."""

    actor = models.CharField(max_length=255, blank=True, help_text="Who did it.")
    reason = models.CharField(max_length=500, blank=True, help_text="What staff wrote.")
    internal_note = models.CharField(
        max_length=500,
        blank=True,
        default="",
        db_default="",
        help_text="What staff wrote for each other; the member never reads it.",
    )

    class Meta:
        abstract = True
