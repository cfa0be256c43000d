"""Signals about new rows, for code that is not ours: see docs/extending.md."""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import Model
from django.dispatch import Signal


class RowSignal(Signal):
    """Sent with each new row of a model, by a name, once its transaction is committed.

    What a receiver raises is logged.
    """

    def __init__(self, model: type[Model], name: str) -> None:
        super().__init__()
        self._model = model
        self._name = name

    @property
    def is_heard(self) -> bool:
        """False while nobody listens, so that nothing need be read for it."""
        return self.has_listeners(self._model)

    def announce(self, rows: Sequence[Model]) -> None:
        """Have receivers called with these rows once they are committed."""
        if self.is_heard:
            transaction.on_commit(lambda: self._send(rows))

    def _send(self, rows: Sequence[Model]) -> None:
        for row in rows:
            self.send_robust(self._model, **{self._name: row})
