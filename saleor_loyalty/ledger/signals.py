"""The signal by which others hear of entries; see docs/extending.md."""

from collections.abc import Sequence

from django.db import transaction
from django.dispatch import Signal

from saleor_loyalty.models import Entry

# Sent with each new `entry`, once its transaction is committed. What a receiver raises is logged.
entry_posted = Signal()


def announce(entries: Sequence[Entry]) -> None:
    """Have receivers called with entries once they are committed."""
    if entry_posted.has_listeners(Entry):
        transaction.on_commit(lambda: [entry_posted.send_robust(Entry, entry=e) for e in entries])
