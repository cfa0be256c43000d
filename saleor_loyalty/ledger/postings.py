"""What is asked of the ledger: points for a member, and their cause."""

from dataclasses import dataclass

from saleor_loyalty.models import EntryKind, ProgramVersion, SettledOrder
from saleor_loyalty.rules.entitlement import Entitlement


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """A signed number of points for one member, and its cause.

    `source` names the cause and must be new for the member and kind. `version` is the rule it
    follows from; `order` and `basis` come with an order's points, `reason` and `actor` with those
    that staff give. `renews` is True for a newly paid order: it starts the period of a ROLLING
    programme anew.
    """

    member_id: int
    kind: EntryKind
    points: int
    source: str
    version: ProgramVersion
    order: SettledOrder | None = None
    basis: Entitlement | None = None
    reason: str = ""
    actor: str = ""
    renews: bool = False
