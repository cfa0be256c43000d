"""System checks: one test for each message, and the case in which there is none."""

import pytest
from cryptography.fernet import Fernet
from django.core.checks import Error, Warning
from django.db import connection

from saleor_loyalty import checks


def test_a_complete_configuration_has_no_complaint(settings):
    assert checks.check_allowed_api_urls() == []
    assert checks.check_token_keys() == []
    assert checks.check_secrets() == []
    assert checks.check_allowed_origins() == []
    assert checks.check_fcm_service_account() == []
    assert checks.check_reminder_hour() == []
    assert checks.check_mail_reports() == []
    assert checks.check_documents() == []


@pytest.mark.parametrize("name", ["EVENTS", "REQUESTS", "VISITORS", "CUSTOMER", "MUTATIONS"])
def test_e006_a_rate_that_is_none(settings, name):
    setattr(settings, f"LOYALTY_RATE_{name}", "many")

    assert checks.check_rates() == [
        Error(
            f"LOYALTY_RATE_{name} is 'many': that is no rate.",
            hint="Write it as '600/minute', or leave it empty for no limit.",
            id="saleor_loyalty.E006",
        )
    ]


def test_e006_an_empty_rate_is_no_limit(settings):
    settings.LOYALTY_RATE_EVENTS = ""

    assert checks.check_rates() == []


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("{", "documents.json cannot be read: Expecting property name"),
        ('["{ a }"]', "documents.json is no JSON object of hashes and documents."),
        ('{"5ab2": 1}', "documents.json is no JSON object of hashes and documents."),
    ],
)
def test_e007_a_file_of_documents_that_is_none(settings, tmp_path, content, problem):
    (tmp_path / "documents.json").write_text(content)
    settings.LOYALTY_DOCUMENTS = str(tmp_path / "documents.json")

    [error] = checks.check_documents()

    assert problem in error.msg
    assert error.id == "saleor_loyalty.E007"


def test_e007_a_folder_without_documents(settings, tmp_path):
    settings.LOYALTY_DOCUMENTS = str(tmp_path)

    assert checks.check_documents() == [
        Error(
            f"LOYALTY_DOCUMENTS: {tmp_path} has no file *.json.",
            hint="Name a JSON file of hashes and documents, or a folder of such files.",
            id="saleor_loyalty.E007",
        )
    ]


def test_e007_no_documents_though_they_alone_are_answered(settings):
    settings.LOYALTY_DOCUMENTS_ONLY = True

    [error] = checks.check_documents()

    assert error.msg == "LOYALTY_DOCUMENTS_ONLY is on, but LOYALTY_DOCUMENTS has none."


def test_w001_no_shop_may_install_the_app(settings):
    settings.LOYALTY_ALLOWED_API_URLS = []

    assert checks.check_allowed_api_urls() == [
        Warning(
            "LOYALTY_ALLOWED_API_URLS is empty: every installation will be refused.",
            hint=(
                "List the API URLs of your shops, for example https://shop.example.com/graphql/."
            ),
            id="saleor_loyalty.W001",
        )
    ]


def test_e001_no_token_key(settings):
    settings.LOYALTY_TOKEN_KEYS = []

    assert checks.check_token_keys() == [
        Error(
            "LOYALTY_TOKEN_KEYS is empty: the shops' tokens cannot be encrypted.",
            hint=(
                "Make one: python -c 'from cryptography.fernet import Fernet; "
                "print(Fernet.generate_key().decode())'"
            ),
            id="saleor_loyalty.E001",
        )
    ]


def test_without_an_app_door_nothing_is_asked_of_it(settings):
    settings.LOYALTY_PUBLIC_URL = ""
    settings.LOYALTY_ALLOWED_API_URLS = []
    settings.LOYALTY_TOKEN_KEYS = []

    assert checks.check_allowed_api_urls() == []
    assert checks.check_token_keys() == []


def test_e002_a_token_key_that_is_none(settings):
    settings.LOYALTY_TOKEN_KEYS = [*settings.LOYALTY_TOKEN_KEYS, "secret"]

    assert checks.check_token_keys() == [
        Error(
            "LOYALTY_TOKEN_KEYS: key number 2 is not a Fernet key.",
            hint="A key is 32 random bytes in URL-safe base64, 44 characters long.",
            id="saleor_loyalty.E002",
        )
    ]


@pytest.mark.django_db
def test_the_database_of_the_tests_is_good_enough():
    assert checks.check_database(databases=["default"]) == []


def test_e003_a_postgresql_too_old(monkeypatch):
    monkeypatch.setattr(connection, "get_database_version", lambda: (14, 9))

    assert checks.check_database(databases=["default"]) == [
        Error(
            "The database 'default' is PostgreSQL 14.9, "
            "but the ledger needs PostgreSQL 15 or newer.",
            hint="Point DATABASE_URL at such a server.",
            id="saleor_loyalty.E003",
        )
    ]


def test_e003_a_database_of_another_make(monkeypatch):
    monkeypatch.setattr(connection, "vendor", "sqlite")
    monkeypatch.setattr(connection, "display_name", "SQLite")

    assert checks.check_database(databases=["default"]) == [
        Error(
            "The database 'default' is SQLite, but the ledger needs PostgreSQL 15 or newer.",
            hint="Point DATABASE_URL at such a server.",
            id="saleor_loyalty.E003",
        )
    ]


def test_a_check_without_databases_asks_none():
    assert checks.check_database() == []


def test_e004_a_service_account_file_that_is_not_there(settings):
    settings.LOYALTY_FCM_SERVICE_ACCOUNT_FILE = "/nowhere/account.json"

    assert checks.check_fcm_service_account() == [
        Error(
            "LOYALTY_FCM_SERVICE_ACCOUNT_FILE names a file that does not exist: "
            "/nowhere/account.json",
            hint=(
                "Download the service account's key from the Firebase console, "
                "or unset the setting to send no push."
            ),
            id="saleor_loyalty.E004",
        )
    ]


@pytest.mark.parametrize("hour", [-1, 24])
def test_e005_an_hour_that_no_day_has(settings, hour):
    settings.LOYALTY_REMINDER_HOUR = hour

    assert checks.check_reminder_hour() == [
        Error(
            f"LOYALTY_REMINDER_HOUR is {hour}: no day has such an hour.",
            hint="Set it to a whole hour from 0 to 23.",
            id="saleor_loyalty.E005",
        )
    ]


def test_w002_a_mail_provider_whose_reports_cannot_come_in(settings):
    settings.EMAIL_BACKEND = "anymail.backends.postmark.EmailBackend"
    settings.ANYMAIL = {}

    assert checks.check_mail_reports() == [
        Warning(
            "ANYMAIL has no WEBHOOK_SECRET: bounces and complaints do not come in.",
            hint=(
                "Set it to a random 'user:password', and give the provider the address "
                "https://user:password@your-server/anymail/<provider>/tracking/."
            ),
            id="saleor_loyalty.W002",
        )
    ]


def test_a_mail_provider_whose_reports_come_in(settings):
    settings.EMAIL_BACKEND = "anymail.backends.postmark.EmailBackend"
    settings.ANYMAIL = {"WEBHOOK_SECRET": "provider:secret"}

    assert checks.check_mail_reports() == []


@pytest.mark.parametrize("secret", ["x", "x" * 64, "for tests only", "ab" * 40])
def test_e008_a_secret_key_that_can_be_guessed(settings, secret):
    settings.SECRET_KEY = secret

    [error] = checks.check_secrets()

    assert error.id == "saleor_loyalty.E008"
    assert error.msg == "SECRET_KEY can be guessed: it is too short, or always the same."


def test_e008_a_token_key_that_can_be_guessed(settings):
    settings.LOYALTY_TOKEN_KEYS = [*settings.LOYALTY_TOKEN_KEYS, "A" * 43 + "="]

    [error] = checks.check_secrets()

    assert error.msg.startswith("LOYALTY_TOKEN_KEYS: key number 2 can be guessed")


def test_e008_secrets_made_as_the_documents_say_are_taken(settings):
    settings.SECRET_KEY = "".join(f"{n:02x}" for n in range(7, 250, 8))
    settings.LOYALTY_TOKEN_KEYS = [Fernet.generate_key().decode()]

    assert checks.check_secrets() == []


@pytest.mark.parametrize(
    "origin",
    ["*", "https://*", "https://*.example.com", "https://a.example/", "a.example", "https://a;b"],
)
def test_e009_an_origin_that_is_none(settings, origin):
    settings.LOYALTY_ALLOWED_ORIGINS = ["https://store.example.com", "http://127.0.0.1:3000"]
    fine = checks.check_allowed_origins()
    settings.LOYALTY_ALLOWED_ORIGINS = [origin]

    [error] = checks.check_allowed_origins()

    assert (fine, error.id) == ([], "saleor_loyalty.E009")
