"""System checks: what would fail later, said at start-up, with the setting to change."""

from base64 import urlsafe_b64decode
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet
from django.apps import apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import connections, router

from saleor_loyalty.conf import ORIGIN, Conf, conf
from saleor_loyalty.models import Entry

OLDEST_POSTGRESQL = 15
SHORTEST_SECRET, DIFFERENT = 32, 8  # characters or bytes of a secret, and how many kinds of them


@register(Tags.security)
def check_allowed_api_urls(**kwargs: Any) -> list[CheckMessage]:
    """W001: an app door in production that no shop may use."""
    if settings.DEBUG or not _has_app_door() or conf.allowed_api_urls:
        return []
    return [
        Warning(
            "LOYALTY_ALLOWED_API_URLS is empty: every installation will be refused.",
            hint="List the API URLs of your shops, for example https://shop.example.com/graphql/.",
            id="saleor_loyalty.W001",
        )
    ]


@register(Tags.security)
def check_token_keys(**kwargs: Any) -> list[CheckMessage]:
    """E001: an app door without a key for the shops' tokens. E002: a key Fernet does not accept."""
    if _has_app_door() and not conf.token_keys:
        return [
            Error(
                "LOYALTY_TOKEN_KEYS is empty: the shops' tokens cannot be encrypted.",
                hint=(
                    "Make one: python -c 'from cryptography.fernet import Fernet; "
                    "print(Fernet.generate_key().decode())'"
                ),
                id="saleor_loyalty.E001",
            )
        ]
    return [
        Error(
            f"LOYALTY_TOKEN_KEYS: key number {number} is not a Fernet key.",
            hint="A key is 32 random bytes in URL-safe base64, 44 characters long.",
            id="saleor_loyalty.E002",
        )
        for number, key in enumerate(conf.token_keys, start=1)
        if not _is_fernet_key(key)
    ]


@register(Tags.security)
def check_secrets(**kwargs: Any) -> list[CheckMessage]:
    """E008: a secret of the server that can be guessed. Inside Saleor the key is Saleor's."""
    if not _has_app_door():
        return []
    secrets = {"SECRET_KEY": settings.SECRET_KEY} | {
        f"LOYALTY_TOKEN_KEYS: key number {number}": urlsafe_b64decode(key)
        for number, key in enumerate(conf.token_keys, start=1)
        if _is_fernet_key(key)
    }
    return [
        Error(
            f"{name} can be guessed: it is too short, or always the same.",
            hint="Make one: openssl rand -hex 32, for LOYALTY_TOKEN_KEYS as docs/install-app.md.",
            id="saleor_loyalty.E008",
        )
        for name, secret in secrets.items()
        if len(secret) < SHORTEST_SECRET or len(set(secret)) < DIFFERENT
    ]


@register(Tags.security)
def check_allowed_origins(**kwargs: Any) -> list[CheckMessage]:
    """E009: an origin that is none: browsers would read it as something else, or as all."""
    return [
        Error(
            f"LOYALTY_ALLOWED_ORIGINS: {origin!r} is no origin.",
            hint="Write scheme and host, with no path: https://www.example.com.",
            id="saleor_loyalty.E009",
        )
        for origin in conf.allowed_origins
        if not ORIGIN.fullmatch(origin)
    ]


@register(Tags.database)
def check_database(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """E003: the database that holds the ledger is not PostgreSQL, or too old.

    Django runs it where the database is needed anyway (`migrate`, `check --database`).
    """
    alias = router.db_for_write(Entry)
    if alias not in (databases or ()):
        return []
    connection = connections[alias]
    if connection.vendor != "postgresql":
        found = connection.display_name
    elif (version := connection.get_database_version())[0] < OLDEST_POSTGRESQL:
        found = "PostgreSQL " + ".".join(map(str, version))
    else:
        return []
    return [
        Error(
            f"The database {alias!r} is {found}, "
            f"but the ledger needs PostgreSQL {OLDEST_POSTGRESQL} or newer.",
            hint="Point DATABASE_URL at such a server.",
            id="saleor_loyalty.E003",
        )
    ]


@register(Tags.files)
def check_fcm_service_account(**kwargs: Any) -> list[CheckMessage]:
    """E004: push is configured with a file that is not there."""
    path = conf.fcm_service_account_file
    if not path or Path(path).is_file():
        return []
    return [
        Error(
            f"LOYALTY_FCM_SERVICE_ACCOUNT_FILE names a file that does not exist: {path}",
            hint=(
                "Download the service account's key from the Firebase console, "
                "or unset the setting to send no push."
            ),
            id="saleor_loyalty.E004",
        )
    ]


@register()
def check_reminder_hour(**kwargs: Any) -> list[CheckMessage]:
    """E005: reminders are set to an hour that no day has."""
    if conf.reminder_hour in range(24):
        return []
    return [
        Error(
            f"LOYALTY_REMINDER_HOUR is {conf.reminder_hour}: no day has such an hour.",
            hint="Set it to a whole hour from 0 to 23.",
            id="saleor_loyalty.E005",
        )
    ]


@register()
def check_rates(**kwargs: Any) -> list[CheckMessage]:
    """E006: a rate that is none. Only the app door counts."""
    if not _has_app_door():
        return []
    return [
        Error(
            f"{setting.name} is {rate!r}: that is no rate.",
            hint="Write it as '600/minute', or leave it empty for no limit.",
            id="saleor_loyalty.E006",
        )
        for name, setting in vars(Conf).items()
        if name.startswith("rate_") and name != "rate_store"
        if (rate := getattr(conf, name)) and not _is_rate(rate)
    ]


@register(Tags.files)
def check_documents(**kwargs: Any) -> list[CheckMessage]:
    """E007: documents that cannot be read, or that alone are answered and are none."""
    from saleor_loyalty.graphql import documents  # reads no models, which are not ready before

    try:
        are_missing = not documents.read(conf.documents) and conf.documents_only
    except documents.NoDocuments as error:
        problem = f"LOYALTY_DOCUMENTS: {error}."
    else:
        if not are_missing:
            return []
        problem = "LOYALTY_DOCUMENTS_ONLY is on, but LOYALTY_DOCUMENTS has none."
    return [
        Error(
            problem,
            hint="Name a JSON file of hashes and documents, or a folder of such files.",
            id="saleor_loyalty.E007",
        )
    ]


@register(Tags.security)
def check_mail_reports(**kwargs: Any) -> list[CheckMessage]:
    """W002: mail goes through a provider whose reports of bounces and complaints cannot come in."""
    anymail = getattr(settings, "ANYMAIL", {})
    if not settings.EMAIL_BACKEND.startswith("anymail.") or anymail.get("WEBHOOK_SECRET"):
        return []
    return [
        Warning(
            "ANYMAIL has no WEBHOOK_SECRET: bounces and complaints do not come in.",
            hint=(
                "Set it to a random 'user:password', and give the provider the address "
                "https://user:password@your-server/anymail/<provider>/tracking/."
            ),
            id="saleor_loyalty.W002",
        )
    ]


def _has_app_door() -> bool:
    """Inside Saleor the address is that of our pages: no shop hands us a token."""
    return bool(conf.public_url) and not apps.is_installed("saleor.core")


def _is_rate(text: str) -> bool:
    import limits  # of the app door: not installed inside Saleor

    try:
        limits.parse(text)
    except ValueError:
        return False
    return True


def _is_fernet_key(key: str) -> bool:
    try:
        Fernet(key)
    except ValueError:
        return False
    return True
