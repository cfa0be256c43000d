"""The signal by which others hear of entries; see docs/extending.md."""

from saleor_loyalty.database.signals import RowSignal
from saleor_loyalty.models import Entry

entry_posted = RowSignal(Entry, "entry")
