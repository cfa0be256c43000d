"""The schema as it is printed."""

import io
import re
from pathlib import Path

from django.core.management import call_command
from graphql import parse, print_ast

from saleor_loyalty.graphql.federation import sdl, subgraph_sdl

PRINTED = Path(__file__).parents[2] / "docs" / "schema.graphql"


def definitions(text: str) -> dict[str, list[str]]:
    """Each definition by name, its lines in any order. Not descriptions: graphene 2 has none."""
    bare = re.sub(r'""".*?"""', "", text, flags=re.DOTALL)
    return {
        definition.name.value: sorted(print_ast(definition).splitlines())
        for definition in parse(bare).definitions
        if hasattr(definition, "name")
    }


def test_every_graphene_serves_the_documented_schema():
    assert definitions(sdl()).keys() - {"schema"} == definitions(PRINTED.read_text()).keys()
    for name, lines in definitions(PRINTED.read_text()).items():
        assert definitions(sdl())[name] == lines


def test_the_command_prints_the_schema():
    printed = io.StringIO()

    call_command("loyalty_schema", stdout=printed)

    assert printed.getvalue() == sdl()


def test_the_command_prints_what_a_gateway_composes():
    printed = io.StringIO()

    call_command("loyalty_schema", subgraph=True, stdout=printed)

    assert printed.getvalue() == subgraph_sdl()
