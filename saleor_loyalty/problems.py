"""Input that is not taken: what is wrong, where, and what to do, in the words of the contract."""

import enum
from dataclasses import dataclass


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


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with an input. `field` is its snake_case name; None: the whole."""

    field: str | None
    message: str
    code: ErrorCode


class Refused(Exception):
    """The input was refused; nothing was changed. Carries every problem found."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("; ".join(problem.message for problem in problems))
        self.problems = problems


class EditConflict(Exception):
    """Somebody else saved since the form was opened; nothing was changed.

    `number` names what they saved, as the next form says it was opened at; `actor` is who.
    """

    def __init__(self, *, number: int, actor: str) -> None:
        super().__init__("Somebody saved meanwhile.")
        self.number = number
        self.actor = actor
