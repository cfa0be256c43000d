"""What staff write beside what they do to a member: why, and a note for each other."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from saleor_loyalty.problems import ErrorCode, Problem
from saleor_loyalty.sentences import sentence

LONGEST = 500  # characters, of either
NO_REASON = Problem("reason", _("Say why; the customer will read it."), ErrorCode.REQUIRED)


def too_long(*, reason: str = "", internal_note: str = "") -> Iterator[Problem]:
    """What there is no room for: nothing of it is cut off."""
    for field, text, words in (
        ("reason", reason, _("Keep the reason to {most} characters.")),
        ("internal_note", internal_note, _("Keep the note to {most} characters.")),
    ):
        if len(text) > LONGEST:
            yield Problem(field, sentence(words, most=LONGEST), ErrorCode.OUT_OF_RANGE)
