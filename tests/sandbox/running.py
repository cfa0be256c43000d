"""The sandbox's server as a process of its own, and what a test says to it."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import psycopg
from psycopg import sql

from sandbox.shop.people import SHOPPERS, STAFF, Person

REPOSITORY = Path(__file__).parents[2]
TOKEN_SECONDS = 200  # of the 300 that one lives

TOKEN_CREATE = """mutation ($email: String!, $password: String!) {
  tokenCreate(email: $email, password: $password) { token refreshToken errors { code } }
}"""


class Sandbox:
    """A running sandbox, reached over HTTP like anybody reaches it."""

    def __init__(self, url: str, environment: Mapping[str, str]) -> None:
        self.url = url
        self.api_url = f"{url}/graphql/"
        self.environment = environment
        self._client = httpx.Client(timeout=30, trust_env=False)
        self._tokens: dict[str, tuple[float, dict[str, str]]] = {}

    def close(self) -> None:
        self._client.close()

    def answer(self, document: str, token: str | None = None, **variables: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        body = {"query": document, "variables": variables}
        return self._client.post(self.api_url, json=body, headers=headers)

    def data(self, document: str, token: str | None = None, **variables: Any) -> dict[str, Any]:
        """What an operation answers; its only field, when there is one, and no errors."""
        content = self.answer(document, token, **variables).json()
        assert "errors" not in content, content
        for field in content["data"].values():
            assert not (isinstance(field, dict) and field.get("errors")), content
        return content["data"]

    def tokens(self, person: Person) -> dict[str, str]:
        made, tokens = self._tokens.get(person.email, (0.0, {}))
        if time.monotonic() - made > TOKEN_SECONDS or not tokens:
            tokens = self.data(TOKEN_CREATE, email=person.email, password=person.password)
            tokens = tokens["tokenCreate"]
            self._tokens[person.email] = (time.monotonic(), tokens)
        return tokens

    @property
    def staff(self) -> str:
        return self.tokens(STAFF)["token"]

    @property
    def shopper(self) -> str:
        return self.tokens(SHOPPERS[0])["token"]

    def run(self, *command: str) -> str:
        """What one of the sandbox's management commands prints. Raises when it fails."""
        done = subprocess.run(
            [sys.executable, "-m", "django", *command],
            cwd=REPOSITORY,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=180,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@contextmanager
def running(database: str, log: Path, **environment: str) -> Iterator[Sandbox]:
    """A sandbox with a fresh database of this name, on the tests' PostgreSQL."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    sandbox = Sandbox(
        url,
        {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "sandbox.settings",
            "SANDBOX_DATABASE_URL": _fresh_database(database),
            "SANDBOX_URL": url,
            "SANDBOX_WEBHOOK_BACKOFF": "0.1",
            **environment,
        },
    )
    sandbox.run("migrate", "--verbosity", "0")
    sandbox.run("seed")
    server = [sys.executable, "-m", "uvicorn", "sandbox.asgi:application", "--port", str(port)]
    with log.open("wb") as file:
        process = subprocess.Popen(
            server, cwd=REPOSITORY, env=sandbox.environment, stdout=file, stderr=file
        )
        try:
            _wait_for(url, process, log)
            yield sandbox
        finally:
            sandbox.close()
            process.terminate()
            process.wait(20)


def _fresh_database(name: str) -> str:
    parts = psycopg.conninfo.conninfo_to_dict(os.environ["DATABASE_URL"])
    with psycopg.connect(**parts, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    address, _, query = os.environ["DATABASE_URL"].partition("?")
    return f"{address.rpartition('/')[0]}/{name}" + (f"?{query}" if query else "")


def _wait_for(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        try:
            httpx.get(f"{url}/.well-known/jwks.json", timeout=5, trust_env=False)
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(f"The sandbox did not start:\n{log.read_text()}")
