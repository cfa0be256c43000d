"""Input that is not taken: what is wrong, where, and what to do, in the words of the contract."""

import enum
from dataclasses import dataclass
from typing import NamedTuple


class ErrorCode(enum.StrEnum):
    REQUIRED = "REQUIRED"
    INVALID = "INVALID"
    NOT_FOUND = "NOT_FOUND"
    DUPLICATE = "DUPLICATE"
    INSUFFICIENT_POINTS = "INSUFFICIENT_POINTS"
    MEMBER_BLOCKED = "MEMBER_BLOCKED"
    PROGRAM_INACTIVE = "PROGRAM_INACTIVE"
    OUT_OF_RANGE = "OUT_OF_RANGE"
    TEMPLATE_INVALID = "TEMPLATE_INVALID"
    BUSY = "BUSY"
    ALREADY_USED = "ALREADY_USED"


class Item(NamedTuple):
    """Which of the items in a field: its id, how a sentence begins that is of it, its own field."""

    id: str
    begins: str
    field: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with an input. `field` is its snake_case name; None: the whole.

    `message` is a text, or a lazy one: str() has it in the language spoken then. It does not say
    of which `item` it is; a form shows it beside that, and str() of the problem says it first.
    """

    field: str | None
    message: object
    code: ErrorCode
    item: Item | None = None

    def __str__(self) -> str:
        return f"{self.item.begins}: {self.message}" if self.item else str(self.message)


class Refused(Exception):
    """The input was refused; nothing was changed. Carries every problem found."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(*problems)
        self.problems = problems

    def __str__(self) -> str:
        return " ".join(map(str, self.problems))


class EditConflict(Exception):
    """Somebody else saved since the form was opened; nothing was changed.

    `number` names what they saved, as the next form says it was opened at; `actor` is who.
    """

    def __init__(self, *, number: int, actor: str) -> None:
        super().__init__("Somebody saved meanwhile.")
        self.number = number
        self.actor = actor
