"""Why a message was not sent, in the ways the outbox tells apart."""

from datetime import timedelta
from typing import ClassVar

from saleor_loyalty.models import MessageFault


class NotSent(Exception):
    """The message did not go out. The text says why, for the shop's staff."""

    fault: ClassVar[str] = ""  # of a message that is given up for it


class Skipped(NotSent):
    """The member is not to get it, or has nowhere to get it; nothing went wrong."""


class Rejected(NotSent):
    """Trying again cannot help: the address or the message itself is refused."""

    fault = MessageFault.REFUSED


class Unwritten(Rejected):
    """There is nothing to send: neither the shop's text nor the product's can be rendered."""

    fault = MessageFault.TEXT


class Postponed(NotSent):
    """This try failed, a later one may not. `after` is the wait the provider asked for."""

    fault = MessageFault.TRIES

    def __init__(self, reason: str, *, after: timedelta = timedelta(0)) -> None:
        super().__init__(reason)
        self.after = after


class Unavailable(Postponed):
    """As Postponed, and every other message of the kind would fail the same way now."""

    fault = MessageFault.OUTAGE
