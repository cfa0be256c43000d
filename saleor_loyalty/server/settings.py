"""Django settings of the server, read from environment variables alone.

All are in docs/settings.md. One that is missing and has no default, or that cannot be read, raises
ImproperlyConfigured with what to set.
"""

import json
import os
from typing import TypeVar
from urllib.parse import urlsplit

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

from saleor_loyalty.conf import Conf
from saleor_loyalty.workers.schedule import schedule

_Number = TypeVar("_Number", int, float)


def _required(name: str, meaning: str) -> str:
    if value := os.environ.get(name):
        return value
    raise ImproperlyConfigured(
        f"Set {name} to {meaning}, or try the product with `make demo`, which sets everything."
    )


def _flag(name: str, default: str = "") -> bool:
    return os.environ.get(name, default).lower() in {"1", "true", "yes", "on"}


def _number(name: str, default: _Number) -> _Number:
    """A whole number where the default is one."""
    value = os.environ.get(name) or default
    try:
        return type(default)(value)
    except ValueError:
        kind = {int: "a whole number", float: "a number"}[type(default)]
        raise ImproperlyConfigured(f"{name} must be {kind}, not {value!r}.") from None


def _list(name: str) -> list[str]:
    return [item.strip() for item in os.environ.get(name, "").split(",") if item.strip()]


DEBUG = _flag("DEBUG")
SECRET_KEY = _required("SECRET_KEY", "a long random string")
SECRET_KEY_FALLBACKS = _list("SECRET_KEY_FALLBACKS")
# What the package reads; the meaning and the default of each are in saleor_loyalty/conf.py.
LOYALTY_PUBLIC_URL = _required(
    "LOYALTY_PUBLIC_URL", "the address at which browsers and Saleor reach this server"
).rstrip("/")
ALLOWED_HOSTS = _list("ALLOWED_HOSTS") or [urlsplit(LOYALTY_PUBLIC_URL).hostname or ""]
LOYALTY_ALLOWED_API_URLS = _list("LOYALTY_ALLOWED_API_URLS")
LOYALTY_ALLOWED_ORIGINS = _list("LOYALTY_ALLOWED_ORIGINS")
LOYALTY_TOKEN_KEYS = _list("LOYALTY_TOKEN_KEYS")
LOYALTY_TRUST_UNCONFIRMED_EMAILS = _flag("LOYALTY_TRUST_UNCONFIRMED_EMAILS")
LOYALTY_FCM_SERVICE_ACCOUNT_FILE = os.environ.get("LOYALTY_FCM_SERVICE_ACCOUNT_FILE", "")
LOYALTY_FCM_URL = os.environ.get("LOYALTY_FCM_URL", Conf.fcm_url)
LOYALTY_DISCOUNTS_URL = os.environ.get("LOYALTY_DISCOUNTS_URL", "")
LOYALTY_APP_SCHEMES = _list("LOYALTY_APP_SCHEMES")
LOYALTY_REMINDER_HOUR = _number("LOYALTY_REMINDER_HOUR", Conf.reminder_hour)
LOYALTY_MAX_BODY_BYTES = _number("LOYALTY_MAX_BODY_BYTES", Conf.max_body_bytes)
LOYALTY_DOCUMENTS = os.environ.get("LOYALTY_DOCUMENTS", "")
LOYALTY_DOCUMENTS_ONLY = _flag("LOYALTY_DOCUMENTS_ONLY")
LOYALTY_INTROSPECTION = _flag("LOYALTY_INTROSPECTION", "1")
LOYALTY_COUPONS_AT_ONCE = _number("LOYALTY_COUPONS_AT_ONCE", Conf.coupons_at_once)
LOYALTY_TURN_SECONDS = _number("LOYALTY_TURN_SECONDS", Conf.turn_seconds)
LOYALTY_HTTP_TIMEOUT = _number("LOYALTY_HTTP_TIMEOUT", Conf.http_timeout)

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.staticfiles",
    "anymail",
    "corsheaders",
    "saleor_loyalty",
]
MIDDLEWARE = [
    "saleor_loyalty.server.transport.strict_transport",
    "saleor_loyalty.server.probes.probes",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]
ROOT_URLCONF = "saleor_loyalty.server.urls"
ASGI_APPLICATION = "saleor_loyalty.server.asgi.application"
STATIC_URL = "static/"
STATIC_ROOT = os.environ.get("STATIC_ROOT")
# The pages' files are in the package: served from there, no collectstatic needed.
WHITENOISE_USE_FINDERS = True

DATABASES = {
    "default": dj_database_url.parse(
        _required(
            "DATABASE_URL",
            "the address of a PostgreSQL database, as postgresql://user:password@host/name",
        ),
        # Threads keep their connections; whether one still stands is looked at before each request.
        conn_max_age=600,
        conn_health_checks=True,
    )
}
# Requests that a web process works on at once. Others wait for their turn.
WEB_THREADS = _number("WEB_THREADS", 8)
# Seconds in which the head of a request, and then its body, have to arrive.
REQUEST_SECONDS = _number("REQUEST_SECONDS", 15.0)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True

# EMAIL_BACKEND may name one of Anymail's; ANYMAIL then holds its options, as JSON.
EMAIL_BACKEND = os.environ.get("EMAIL_BACKEND", "django.core.mail.backends.smtp.EmailBackend")
EMAIL_HOST = os.environ.get("EMAIL_HOST", "localhost")
EMAIL_PORT = _number("EMAIL_PORT", 25)
EMAIL_HOST_USER = os.environ.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = _flag("EMAIL_USE_TLS")
EMAIL_USE_SSL = _flag("EMAIL_USE_SSL")
EMAIL_TIMEOUT = LOYALTY_HTTP_TIMEOUT
DEFAULT_FROM_EMAIL = os.environ.get("DEFAULT_FROM_EMAIL", "loyalty@localhost")
ANYMAIL = json.loads(os.environ.get("ANYMAIL", "{}"))

CELERY_BROKER_URL = _required(
    "CELERY_BROKER_URL", "the address of a Valkey or Redis server, as redis://host:6379/0"
)
LOYALTY_RATE_EVENTS = os.environ.get("LOYALTY_RATE_EVENTS", Conf.rate_events)
LOYALTY_RATE_REQUESTS = os.environ.get("LOYALTY_RATE_REQUESTS", Conf.rate_requests)
LOYALTY_RATE_VISITORS = os.environ.get("LOYALTY_RATE_VISITORS", Conf.rate_visitors)
LOYALTY_RATE_CUSTOMER = os.environ.get("LOYALTY_RATE_CUSTOMER", Conf.rate_customer)
LOYALTY_RATE_MUTATIONS = os.environ.get("LOYALTY_RATE_MUTATIONS", Conf.rate_mutations)
LOYALTY_RATE_STORE = os.environ.get("LOYALTY_RATE_STORE", CELERY_BROKER_URL)
# A name of our own: a broker may serve other programs, and their workers know none of our tasks.
CELERY_TASK_DEFAULT_QUEUE = os.environ.get("LOYALTY_QUEUE", "saleor_loyalty")
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# Who cannot reach the broker hears so soon: probes say it, and the next round finds the work.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_connect_timeout": 0.5,
    # One that hangs must not keep whoever asks; longer than the second a worker waits for a task.
    "socket_timeout": 3,
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0,
}
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SERIALIZER = "json"
CELERY_TASK_IGNORE_RESULT = True
# A worker that dies hands its task to another one: every task may run twice.
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
# Seconds between two rounds of work. A round that no worker took in that time is dropped.
LOYALTY_WORK_INTERVAL = _number("LOYALTY_WORK_INTERVAL", 5.0)
# Seconds between two walks over what changed in Saleor.
LOYALTY_RECONCILE_INTERVAL = _number("LOYALTY_RECONCILE_INTERVAL", 300.0)
CELERY_BEAT_SCHEDULE = schedule(work=LOYALTY_WORK_INTERVAL, reconcile=LOYALTY_RECONCILE_INTERVAL)

# Storefronts call the GraphQL API from the browser, with tokens in headers and never a cookie.
CORS_URLS_REGEX = r"^/graphql/$"
CORS_ALLOWED_ORIGINS = LOYALTY_ALLOWED_ORIGINS
CORS_ALLOW_METHODS = ["OPTIONS", "POST"]
# The last two: as Apollo's clients name themselves.
CORS_ALLOW_HEADERS = [
    *("authorization", "authorization-bearer", "content-type", "saleor-api-url"),
    *("apollographql-client-name", "apollographql-client-version"),
]

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
# The proxy where TLS ends sets this header, and must drop the client's own.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _flag("BEHIND_TLS_PROXY") else None
CSRF_COOKIE_SECURE = LOYALTY_PUBLIC_URL.startswith("https://")

# Seconds for which browsers are to come by https alone, where the public address is one.
HSTS_SECONDS = _number("HSTS_SECONDS", 31_536_000)

# Who may read /metrics; empty: nobody.
METRICS_TOKEN = os.environ.get("METRICS_TOKEN", "")

_LOG_LEVEL = os.environ.get("LOG_LEVEL", "INFO")
# Both web servers bring handlers and levels of their own: one form for all lines instead.
_AS_ALL_OTHERS = {"handlers": [], "propagate": True, "level": _LOG_LEVEL}
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"},
        "json": {"()": "saleor_loyalty.server.logs.json_formatter"},
    },
    "filters": {"without_tokens": {"()": "saleor_loyalty.server.logs.WithoutTokens"}},
    "handlers": {
        "stdout": {
            "class": "logging.StreamHandler",
            "stream": "ext://sys.stdout",
            "formatter": os.environ.get("LOG_FORMAT", "line"),
            "filters": ["without_tokens"],
        },
    },
    "root": {"handlers": ["stdout"], "level": _LOG_LEVEL},
    "loggers": {
        # One line per request it makes, with the address in full: addresses can carry secrets.
        "httpx": {"level": "WARNING"},
        "uvicorn": _AS_ALL_OTHERS,
        "uvicorn.access": _AS_ALL_OTHERS,
        "uvicorn.error": _AS_ALL_OTHERS,
        "gunicorn.error": _AS_ALL_OTHERS,
        "gunicorn.access": _AS_ALL_OTHERS,
    },
}
