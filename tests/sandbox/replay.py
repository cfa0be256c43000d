"""Exchanges recorded from a real Saleor 3.23, said again to the sandbox."""

import json
from pathlib import Path
from typing import Any

from tests.sandbox.running import Sandbox

RECORDINGS = Path(__file__).parents[1] / "recordings" / "graphql" / "shop"


OWN = RECORDINGS.parent  # of the documents that saleor_loyalty sends


def replay(
    sandbox: Sandbox, name: str, token: str | None, *, folder: Path = RECORDINGS, **variables: Any
) -> dict[str, Any]:
    """The sandbox's answer to a recorded request, once it is known to be of the recorded shape.

    `variables` replace those that name rows of the recorded shop. What was refused must be refused
    with the same words and codes, about the same variable; data must have the same fields, with
    values of the same types.
    """
    recorded = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    said = recorded["variables"] | variables
    answer = sandbox.answer(recorded["query"], token, **said)
    ours, real = answer.json(), recorded["answer"]
    assert answer.status_code == recorded.get("status", 200)
    assert _refusals(ours, said) == _refusals(real, recorded["variables"])
    assert_same_shape(ours["data"], real["data"])
    return ours["data"]


def assert_same_shape(ours: Any, real: Any, path: str = "data") -> None:
    """Same fields, same types; a list's items are like one of the other's. null fits everything."""
    if ours is None or real is None:
        return
    if isinstance(real, dict):
        assert isinstance(ours, dict), path
        assert list(ours) == list(real), path
        for key in real:
            assert_same_shape(ours[key], real[key], f"{path}.{key}")
    elif isinstance(real, list):
        assert isinstance(ours, list), path
        assert bool(ours) == bool(real), path
        for item in ours:
            assert_same_shape(item, real[0], f"{path}[]")
    else:
        assert type(ours) is type(real), f"{path}: {ours!r} is not like {real!r}"


def _refusals(answer: dict[str, Any], variables: dict[str, Any]) -> list[Any]:
    """Everything an answer refuses: errors of GraphQL, and those in mutations' payloads.

    Where a message repeats the value of a variable, it has the variable's name.
    """

    def named(message: str) -> str:
        for name, value in variables.items():
            message = message.replace(value, f"${name}") if isinstance(value, str) else message
        return message

    top = [
        (named(error["message"]), error.get("path"), error["extensions"]["exception"]["code"])
        for error in answer.get("errors", [])
    ]
    payloads = [
        (error["field"], error["code"], named(error["message"]))
        for field in (answer["data"] or {}).values()
        if isinstance(field, dict)
        for error in field.get("errors", [])
    ]
    return top + payloads
