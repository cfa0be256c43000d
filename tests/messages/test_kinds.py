"""Kinds of messages: what each states about itself, and that nothing stated is missing."""

from pathlib import Path

import pytest
from babel import Locale

from saleor_loyalty.messages import kinds
from saleor_loyalty.messages.kinds import EMAILS, KINDS, PUSHES
from saleor_loyalty.messages.kinds.kind import MessageContext
from saleor_loyalty.messages.variables import COMMON
from saleor_loyalty.models import Message, MessageKind


def test_every_kind_has_its_name_in_the_models_and_its_file():
    files = {path.stem for path in Path(str(kinds.__file__)).parent.glob("[a-z]*_*.py")}

    assert files == {name.lower() for name in MessageKind}


@pytest.mark.parametrize("name", MessageKind)
def test_a_kind_goes_by_the_name_of_its_file(name):
    assert KINDS[name].name == name
    assert type(KINDS[name]).__module__.endswith(f".{name.lower()}")


def test_every_kind_has_one_channel():
    assert not EMAILS & PUSHES
    assert set(MessageKind) == EMAILS | PUSHES


@pytest.mark.parametrize("name", MessageKind)
def test_a_kind_s_own_variables_are_none_of_those_that_all_have(name):
    own = [variable.name for variable in KINDS[name].variables]

    assert not {variable.name for variable in COMMON} & set(own)
    assert len(own) == len(set(own))


@pytest.mark.parametrize("name", MessageKind)
def test_a_kind_has_values_for_exactly_its_variables(version, name):
    kind, reward = KINDS[name], version.reward
    context = MessageContext(
        shop_name="Nordlys",
        first_name="",
        balance=9,
        version=version,
        channels=list(version.channels.all()),
        reward=reward,
        terms=list(reward.terms.all()),
    )

    filled = kind.values(kind.samples(context, "en").shown, context, Locale("en"))

    assert filled.keys() == {variable.name for variable in kind.variables}


def test_what_comes_by_the_thousand_is_what_the_index_of_reminders_holds():
    (condition,) = (
        index.condition
        for index in Message._meta.indexes
        if index.name == "saleor_loyalty_reminder_due"
    )
    indexed = dict(condition.children)["kind"]

    assert [name for name, kind in KINDS.items() if kind.comes_by_the_thousand] == [indexed]
