"""The image and the compose file, as far as they can be read without an engine to run them."""

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.server.test_settings import variables_read

ROOT = Path(__file__).parents[2]
COMPOSE = (ROOT / "compose.yaml").read_text()
DOCKERFILE = (ROOT / "Dockerfile").read_text()
# Of the web server and of the image of PostgreSQL.
FOREIGN = {
    *("WEB_CONCURRENCY", "FORWARDED_ALLOW_IPS", "LISTEN", "PORT"),
    *("POSTGRES_USER", "POSTGRES_PASSWORD", "POSTGRES_DB"),
}


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(COMPOSE)["services"]
    return found


def test_every_variable_that_is_set_is_one_that_is_read(services):
    told = {name for service in services.values() for name in service.get("environment", ())}
    asked = set(re.findall(r"\$\{(\w+)", COMPOSE))

    assert (told | asked) - set(variables_read()) == FOREIGN


def test_every_variable_that_must_be_set_is_asked_for(services):
    required = {name for name, default in variables_read().items() if default is ...}

    assert required - set(services["web"]["environment"]) == set()


def test_the_server_is_reached_from_its_own_machine_alone_unless_asked_for_more(services):
    ports = {name: service["ports"] for name, service in services.items() if "ports" in service}

    assert ports == {"web": ["${LISTEN:-127.0.0.1}:${PORT:-8000}:8000"]}


def test_the_web_process_is_started_as_it_is_tried(services):
    [command] = re.findall(r"^CMD (\[.+?\])", DOCKERFILE.replace("\\\n", ""), re.MULTILINE)

    assert "command" not in services["web"]
    for option in ("--http", "saleor_loyalty.server.http:Punctual", "--limit-concurrency", "400"):
        assert option in json.loads(command)


@pytest.mark.parametrize("name", ["web", "worker", "beat"])
def test_nothing_runs_before_the_migrations(services, name):
    waits_for = services[name]["depends_on"]

    assert waits_for == {"migrate": {"condition": "service_completed_successfully"}}


def test_what_is_copied_is_there_and_reaches_the_build():
    copied = [
        source
        for line in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE)
        for source in shlex.split(line)[:-1]
    ]
    kept = {
        line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line[0] == "!"
    }

    assert copied
    for source in copied:
        assert (ROOT / source).exists()
        assert source in kept


def test_the_settings_to_copy_are_read_and_hold_all_that_must_be_set(services):
    offered = set(re.findall(r"^(\w+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    made_here = {"DATABASE_URL", "CELERY_BROKER_URL"}  # of the engines in the compose file
    required = {name for name, default in variables_read().items() if default is ...}

    assert offered - set(variables_read()) == {"POSTGRES_PASSWORD"}
    assert required - offered == made_here & required
