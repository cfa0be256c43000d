"""A real Saleor, started from nothing for tests: its database, its web process, its worker.

Where it is comes from the environment, which `make test-saleor` sets:

SALEOR_DIR
    Saleor's source, 3.22 or newer.
SALEOR_PYTHON
    A Python that has Saleor's requirements, and this package installed.
SALEOR_DATABASE_URL
    A PostgreSQL server with its contributed extensions, and a role that may make databases.
"""

import os
import re
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from threading import Event
from typing import Any
from urllib.parse import urlsplit

import httpx
import psycopg
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from psycopg import sql

from sandbox.addresses import HOST
from sandbox.processes import INHERITED, REPOSITORY, Processes

STAFF = ("admin@example.com", "admin")  # of Saleor's sample data
DEFAULT_DATABASE_URL = "postgres://saleor:saleor@localhost:5432/postgres"
SECONDS_TO_FILL = 1800
SECONDS_TO_START = 600
# The sample data takes a random percentage off every order: no two runs would see the same points.
NO_PROMOTIONS = (
    "import django; django.setup()\n"
    "from saleor.discount.models import Promotion\n"
    "Promotion.objects.all().delete()"
)


@dataclass
class Installation:
    """Where Saleor is on this machine."""

    directory: Path
    python: str
    server_url: str  # of PostgreSQL, naming a database that is there

    @cached_property
    def filled(self) -> str:
        """The database with sample data and nothing of ours: copied for each Saleor."""
        source = (self.directory / "saleor" / "__init__.py").read_text()
        version = re.search(r'__version__ = "(.+)"', source)
        if version is None:
            raise AssertionError(f"{self.directory} holds no Saleor: it does not say its version.")
        return "loyalty_live_filled_" + re.sub(r"\W", "_", version[1])

    @classmethod
    def from_environment(cls) -> "Installation | None":
        if not os.environ.get("SALEOR_DIR"):
            return None
        directory = Path(os.environ["SALEOR_DIR"]).resolve()
        python = os.environ.get("SALEOR_PYTHON") or str(directory / ".venv/bin/python")
        return cls(directory, python, os.environ.get("SALEOR_DATABASE_URL") or DEFAULT_DATABASE_URL)


@dataclass
class LiveSaleor:
    """One Saleor with sample data. `env` is what its processes run with."""

    installation: Installation
    port: int
    env: Mapping[str, str]
    database_url: str
    processes: Processes = field(repr=False)

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def api_url(self) -> str:
        return f"{self.url}/graphql/"

    def manage(self, *arguments: str, seconds: float = 180) -> str:
        """What `manage.py <arguments…>` prints. Raises CalledProcessError."""
        return self._run("manage.py", *arguments, seconds=seconds)

    def python(self, code: str) -> str:
        """What this code prints, run where Django is set up."""
        return self._run("-c", f"import django; django.setup()\n{code}", seconds=300)

    def bare(self, port: int | None = None) -> "LiveSaleor":
        """The same database, seen by a Saleor without our package; at another port if given."""
        return replace(self.under("without_loyalty"), port=port or self.port)

    def under(self, settings: str) -> "LiveSaleor":
        """The same under a settings module of tests/live/settings."""
        return replace(self, env={**self.env, "DJANGO_SETTINGS_MODULE": settings})

    def sql(self, statement: str, *parameters: object) -> list[tuple[Any, ...]]:
        """The rows of a statement, committed."""
        with psycopg.connect(self.database_url, autocommit=True) as connection:
            cursor = connection.execute(statement, parameters)
            return cursor.fetchall() if cursor.description else []

    def start(self, *names: str, prefix: str = "") -> None:
        """Start the web process, the worker (with its beat), or both, and wait for them."""
        for name in names:
            self.processes.start(prefix + name, self._programs()[name], self.env)
        if "web" in names:
            self.processes.until(f"{prefix}web", self._answers, seconds=SECONDS_TO_START)
        if "worker" in names:
            log = self.processes.log("worker")
            self.processes.until(
                "worker", lambda: b" ready." in log.read_bytes(), seconds=SECONDS_TO_START
            )

    def stop(self, *names: str) -> None:
        for name in names:
            self.processes.kill(name)

    def _programs(self) -> dict[str, tuple[str, ...]]:
        # Tests pause longer than the usual five seconds between two requests on one connection.
        patient = ("--lifespan", "off", "--timeout-keep-alive", "120")
        listen = ("--host", HOST, "--port", str(self.port), *patient)
        beat = ("--beat", "--scheduler", "saleor.schedulers.schedulers.DatabaseScheduler")
        return {
            "web": ("uvicorn", "saleor.asgi:application", *listen),
            "worker": (
                *("celery", "--app", "saleor.celeryconf:app", "worker"),
                *("--loglevel", "INFO", "--concurrency", "1", *beat),
            ),
        }

    def _answers(self) -> bool:
        with suppress(httpx.TransportError):
            return httpx.post(
                self.api_url, json={"query": "{ shop { name } }"}, timeout=10, trust_env=False
            ).is_success
        return False

    def _run(self, *arguments: str, seconds: float) -> str:
        return _run(self.installation, self.env, *arguments, seconds=seconds)


@contextmanager
def live_saleor(
    installation: Installation,
    log_dir: Path,
    *,
    port: int,
    broker_url: str,
    extra: Mapping[str, str] | None = None,
) -> Iterator[LiveSaleor]:
    """A Saleor with sample data for the length of a `with`, migrated; nothing runs yet."""
    _fill(installation)
    database = f"loyalty_live_{port}"
    url = urlsplit(installation.server_url)._replace(path=f"/{database}").geturl()
    env = {**_settings(port, url, broker_url), **(extra or {})}
    with _copied(installation, database):
        _run(installation, env, "manage.py", "migrate", "--no-input", seconds=SECONDS_TO_FILL)
        with Processes(
            log_dir, Event(), python=installation.python, directory=installation.directory
        ) as processes:
            yield LiveSaleor(installation, port, env, url, processes)


def _settings(port: int, database_url: str, broker_url: str) -> dict[str, str]:
    return {
        "DJANGO_SETTINGS_MODULE": "saleor.settings",
        "PYTHONPATH": str(REPOSITORY / "tests" / "live" / "settings"),
        "DATABASE_URL": database_url,
        "CELERY_BROKER_URL": broker_url,
        "REDIS_URL": broker_url,
        "SECRET_KEY": "for tests only: nobody is to believe what it signs",
        "RSA_PRIVATE_KEY": _RSA_KEY,
        "PUBLIC_URL": f"http://{HOST}:{port}",
        "ALLOWED_HOSTS": HOST,
        "ALLOWED_CLIENT_HOSTS": HOST,
        "HTTP_IP_FILTER_ALLOW_LOOPBACK_IPS": "True",
        "ENABLE_RESTRICT_WRITER_MIDDLEWARE": "True",
        "EMAIL_URL": "dummy://",
        "DEFAULT_FROM_EMAIL": "shop@example.com",
        **{f"OTEL_{kind}_EXPORTER": "none" for kind in ("TRACES", "METRICS", "LOGS")},
    }


def _fill(installation: Installation) -> None:
    """Make the database that all are copied from, once: Saleor's own sample data."""
    with psycopg.connect(installation.server_url, autocommit=True) as connection:
        query = "SELECT 1 FROM pg_database WHERE datname = %s"
        if connection.execute(query, [installation.filled]).fetchone():
            return
        draft = f"{installation.filled}_draft"
        _drop(connection, draft)
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(draft)))
        url = urlsplit(installation.server_url)._replace(path=f"/{draft}").geturl()
        env = {**_settings(0, url, ""), "DJANGO_SETTINGS_MODULE": "without_loyalty"}
        for command in (["migrate", "--no-input"], ["populatedb", "--createsuperuser"]):
            _run(installation, env, "manage.py", *command, seconds=SECONDS_TO_FILL)
        _run(installation, env, "-c", NO_PROMOTIONS, seconds=300)
        rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
        connection.execute(
            rename.format(sql.Identifier(draft), sql.Identifier(installation.filled))
        )


@contextmanager
def _copied(installation: Installation, database: str) -> Iterator[None]:
    server_url = installation.server_url
    with psycopg.connect(server_url, autocommit=True) as connection:
        _drop(connection, database)
        copy = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        connection.execute(
            copy.format(sql.Identifier(database), sql.Identifier(installation.filled))
        )
    try:
        yield
    finally:
        with psycopg.connect(server_url, autocommit=True) as connection:
            _drop(connection, database)


def _drop(connection: psycopg.Connection, database: str) -> None:
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
    connection.execute(drop.format(sql.Identifier(database)))


def _run(
    installation: Installation, env: Mapping[str, str], *arguments: str, seconds: float
) -> str:
    inherited = {key: os.environ[key] for key in INHERITED if key in os.environ}
    done = subprocess.run(
        [installation.python, *arguments],
        cwd=installation.directory,
        env={**inherited, **env},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
    if done.returncode:
        raise AssertionError(f"{' '.join(arguments)[:200]} failed:\n{done.stderr[-4000:]}")
    return done.stdout


def _new_key() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    ).decode()


_RSA_KEY = _new_key()
