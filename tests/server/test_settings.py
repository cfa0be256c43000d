"""The server's settings: each is in the table of docs/settings.md, with its default."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import saleor_loyalty
from saleor_loyalty.conf import Conf, Setting

PACKAGE = Path(saleor_loyalty.__file__).parent
TABLE = PACKAGE.parent / "docs" / "settings.md"
READERS = {"_required", "_flag", "_list", "_number"}
SETTINGS = {s.name: s.default for s in vars(Conf).values() if isinstance(s, Setting)}


@pytest.fixture(scope="module")
def table() -> dict[str, str]:
    """The default of each variable, as the table has it."""
    rows = re.findall(r"^\| `([A-Z_]+)` \| (.+?) \| .+ \|$", TABLE.read_text(), re.MULTILINE)
    assert len(rows) == len(dict(rows)), "a variable stands there twice"
    return dict(rows)


def variables_read() -> dict[str, Any]:
    """Every variable that the server's code reads, with its default there; `...`: must be set."""
    found: dict[str, Any] = {}
    for path in sorted((PACKAGE / "server").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            match node:
                case ast.Call(func=ast.Name(id=reader), args=[ast.Constant(str(name)), *given]):
                    if reader in READERS:
                        found[name] = ... if reader == "_required" else (given or [None])[0]
                case ast.Call(
                    func=ast.Attribute(attr="get", value=ast.Attribute(attr="environ")),
                    args=[ast.Constant(str(name)), *given],
                ):
                    found.setdefault(name, (given or [None])[0])
                case ast.Compare(
                    left=ast.Constant(str(name)), comparators=[ast.Attribute(attr="environ")]
                ):
                    found[name] = None
    return found


def test_the_table_has_every_variable_that_is_read_and_no_other(table):
    assert set(table) == set(variables_read())


def test_every_setting_of_the_package_is_read_from_the_environment():
    assert set(SETTINGS) - set(variables_read()) == set()


def test_the_table_tells_the_defaults(table):
    for name, default in variables_read().items():
        match default:
            case ast.Constant(value) if value not in {"", "1"}:
                assert table[name] == f"`{value}`"
            case ast.Attribute():
                assert table[name] == f"`{SETTINGS[name]}`"


def run(*command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    settings = {"DJANGO_SETTINGS_MODULE": "saleor_loyalty.server.settings"}
    return subprocess.run(
        [sys.executable, *command],
        env={**os.environ, **settings, **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_value_that_is_no_number_is_refused_in_one_line():
    refused = run("-m", "saleor_loyalty.server", "check", WEB_THREADS="many")

    assert refused.stderr == "WEB_THREADS must be a whole number, not 'many'.\n"
    assert refused.returncode == 1


def test_without_anything_set_the_server_has_the_packages_defaults(monkeypatch):
    for name in SETTINGS:
        monkeypatch.delenv(name, raising=False)
    program = f"""
import saleor_loyalty.server.settings as settings
print([getattr(settings, name) for name in {sorted(SETTINGS)}])"""

    read = run("-c", program, LOYALTY_PUBLIC_URL="http://loyalty.example.com/")

    defaults = SETTINGS | {
        "LOYALTY_PUBLIC_URL": "http://loyalty.example.com",
        "LOYALTY_RATE_STORE": os.environ["CELERY_BROKER_URL"],
    }
    assert ast.literal_eval(read.stdout) == [
        list(value) if isinstance(value, tuple) else value for _, value in sorted(defaults.items())
    ]


def test_a_rate_that_is_none_stops_the_web_server_at_its_start():
    refused = run("-c", "import saleor_loyalty.server.asgi", LOYALTY_RATE_EVENTS="often")

    assert (
        "(saleor_loyalty.E006) LOYALTY_RATE_EVENTS is 'often': that is no rate." in refused.stderr
    )
    assert refused.returncode == 1
