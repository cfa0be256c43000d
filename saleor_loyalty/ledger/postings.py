"""What is asked of the ledger: points for a member, and their cause."""

from dataclasses import dataclass
from datetime import datetime

from saleor_loyalty.models import Entry, EntryKind, ProgramVersion, SettledOrder
from saleor_loyalty.rules.entitlement import Entitlement


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """A signed number of points for one member, and its cause.

    `source` names the cause and must be new for the member and kind. `version` is the rule it
    follows from. With an order's points come `order`, what it is `entitled` to then, and the
    `basis` that was computed from, unless they are given up with the order; `reason`, `actor` and
    `internal_note` with those that staff give. `renews` is True for a newly paid order: it starts
    the period of a ROLLING programme anew. `reverses` is the one entry whose points it gives or
    takes back, and `is_all` tells that nothing is left of the order that brought them. `ended_at`
    comes with what gives back points that had ended.
    """

    member_id: int
    kind: EntryKind
    points: int
    source: str
    version: ProgramVersion
    order: SettledOrder | None = None
    entitled: int | None = None
    basis: Entitlement | None = None
    reason: str = ""
    internal_note: str = ""
    actor: str = ""
    renews: bool = False
    reverses: Entry | None = None
    is_all: bool = False
    ended_at: datetime | None = None
