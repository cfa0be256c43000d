"""The demo's four programs: what to run, with which settings, and when each is ready."""

import socket
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import httpx

from sandbox import keys
from sandbox.addresses import HOST, Addresses

Settings = Mapping[str, str]

# What the app's server is told in production too (docs/operations.md).
AS_IN_PRODUCTION = (
    *("--http", "saleor_loyalty.server.http:Punctual"),
    *("--limit-concurrency", "400"),
)


class Program(NamedTuple):
    """A Python module with its arguments and environment; `is_ready` asks the running program."""

    module: Sequence[str]
    env: Settings
    is_ready: Callable[[], bool]


class Stores(NamedTuple):
    """Where the programs keep things."""

    app_database: str
    sandbox_database: str
    broker: str
    data_dir: Path

    @property
    def service_account(self) -> Path:
        return self.data_dir / "service-account.json"


def programs(at: Addresses, stores: Stores, *, worker_log: Path) -> dict[str, Program]:
    """The programs by their names, with the secrets of this data folder."""
    secrets = keys.kept_in(stores.data_dir)
    keys.write_service_account(
        stores.service_account,
        key=secrets.service_account_key,
        token_uri=f"{at.sandbox_url}/fcm/token",
    )
    app, sandbox = _app_settings(at, stores, secrets), _sandbox_settings(at, stores, secrets)
    worker = ("celery", "--app", "saleor_loyalty.server", "worker", "--loglevel", "INFO")
    beat = ("--concurrency", "2", "--beat", "--schedule", str(stores.data_dir / "beat-schedule"))
    smtp, web = at.ports.smtp, at.ports.sandbox
    return {
        "sandbox": Program(
            _server("sandbox.asgi", web),
            sandbox,
            lambda: _answers(f"http://{HOST}:{web}/mail/messages.json"),
        ),
        "app": Program(
            _server("saleor_loyalty.server.asgi", at.ports.app) + AS_IN_PRODUCTION,
            app,
            lambda: _answers(at.manifest_url),
        ),
        "worker": Program((*worker, *beat), app, lambda: b" ready." in worker_log.read_bytes()),
        "smtp": Program(("django", "smtpd", "--port", str(smtp)), sandbox, lambda: _greets(smtp)),
    }


def _app_settings(at: Addresses, stores: Stores, secrets: keys.Keys) -> Settings:
    return {
        "DJANGO_SETTINGS_MODULE": "saleor_loyalty.server.settings",
        "DATABASE_URL": stores.app_database,
        "CELERY_BROKER_URL": stores.broker,
        "LOYALTY_QUEUE": f"demo-{at.ports.app}",  # a given broker may serve several demos
        "SECRET_KEY": secrets.app_secret,
        "ALLOWED_HOSTS": HOST,
        "LOYALTY_PUBLIC_URL": at.app_url,
        "LOYALTY_ALLOWED_API_URLS": at.shop_url,
        "LOYALTY_ALLOWED_ORIGINS": ",".join((at.sandbox_url, *at.storefronts)),
        "LOYALTY_TOKEN_KEYS": secrets.token_key,
        "LOYALTY_FCM_SERVICE_ACCOUNT_FILE": str(stores.service_account),
        "LOYALTY_FCM_URL": f"{at.sandbox_url}/fcm",
        "LOYALTY_DISCOUNTS_URL": at.discounts_url,
        "LOYALTY_WORK_INTERVAL": "1",
        "EMAIL_HOST": HOST,
        "EMAIL_PORT": str(at.ports.smtp),
        "DEFAULT_FROM_EMAIL": "The shop <shop@example.com>",
    }


def _sandbox_settings(at: Addresses, stores: Stores, secrets: keys.Keys) -> Settings:
    return {
        "DJANGO_SETTINGS_MODULE": "sandbox.settings",
        "SANDBOX_DATABASE_URL": stores.sandbox_database,
        "SANDBOX_URL": at.sandbox_url,
        "SANDBOX_ALLOWED_ORIGINS": ",".join(at.storefronts),
        "SANDBOX_SECRET_KEY": secrets.sandbox_secret,
        "LOYALTY_APP_URL": at.app_url,
        "FCM_SERVICE_ACCOUNT_FILE": str(stores.service_account),
    }


def _server(module: str, port: int) -> tuple[str, ...]:
    listen = ("--host", HOST, "--port", str(port), "--lifespan", "off")
    return ("uvicorn", f"{module}:application", *listen, "--timeout-graceful-shutdown", "3")


def _answers(url: str) -> bool:
    with suppress(httpx.TransportError):
        return httpx.get(url, timeout=5, trust_env=False).is_success
    return False


def _greets(port: int) -> bool:
    with suppress(OSError), socket.create_connection((HOST, port), timeout=5) as server:
        return server.recv(3) == b"220"
    return False
