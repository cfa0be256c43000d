"""Which kinds of messages there are: each is told of in the file that is called like it.

A kind is a class of its own in `reward_email.py` for REWARD_EMAIL, with an instance KIND. What is
about one kind stands there and nowhere else; whoever needs it asks KINDS.
"""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from saleor_loyalty.messages.kinds.kind import Kind
from saleor_loyalty.models import MessageKind


def _kind(name: MessageKind) -> Kind[Any]:
    kind: Kind[Any] = import_module(f"{__name__}.{name.lower()}").KIND
    return kind


KINDS: Mapping[str, Kind[Any]] = {name: _kind(name) for name in MessageKind}
EMAILS = frozenset(name for name, kind in KINDS.items() if kind.is_email)
PUSHES = KINDS.keys() - EMAILS
