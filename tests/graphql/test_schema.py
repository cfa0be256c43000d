"""The schema as it is printed."""

import io
import re
from pathlib import Path

from django.core.management import call_command
from graphql import parse, print_ast

from saleor_loyalty.graphql.federation import own_schema, sdl, subgraph_sdl

PRINTED = Path(__file__).parents[2] / "docs" / "schema.graphql"
OWN = {"Query", "Mutation", "User", "Order"}


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


EVERYTHING = """{ __schema { types {
  name description
  fields { name description args { name description } }
  inputFields { name description }
} } }"""


def test_every_type_field_and_argument_of_ours_says_what_it_is():
    types = own_schema.execute(EVERYTHING).data["__schema"]["types"]
    ours = [t for t in types if t["name"].startswith("Loyalty") or t["name"] in OWN]

    silent = [name for type_ in ours for name, text in described(type_) if not text]

    assert len(ours) > 30
    assert silent == []


def described(type_):
    """Each name of a type, its own first, with its description."""
    yield type_["name"], type_["description"]
    for field in (type_["fields"] or []) + (type_["inputFields"] or []):
        yield f"{type_['name']}.{field['name']}", field["description"]
        for argument in field.get("args", ()):
            place = f"{type_['name']}.{field['name']}({argument['name']})"
            yield place, argument["description"]
