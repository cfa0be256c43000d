"""The server's settings, with all they require. Linters read them too, with no engine running."""

import os

WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))

os.environ |= {
    "ALLOWED_HOSTS": "testserver,loyalty.example.com",
    "LOYALTY_PUBLIC_URL": "https://loyalty.example.com",
    "LOYALTY_ALLOWED_API_URLS": "https://*.example.com/graphql/,http://127.0.0.1:*/graphql/",
    "LOYALTY_ALLOWED_ORIGINS": "https://store.example.com",
    "LOYALTY_TOKEN_KEYS": "dGVzdHMtb25seS1rZXktb2YtMzItYnl0ZXMtbG9uZyE=",
    "SECRET_KEY": "for tests only",
}
os.environ.setdefault("DATABASE_URL", "postgresql://no-server/postgres")
os.environ.setdefault("CELERY_BROKER_URL", "redis://no-server:6379/0")

from saleor_loyalty.server.settings import *  # noqa: E402, F403
from saleor_loyalty.server.settings import CELERY_BROKER_URL as _BROKER_URL  # noqa: E402
from saleor_loyalty.server.settings import INSTALLED_APPS as _INSTALLED_APPS  # noqa: E402

INSTALLED_APPS = [*_INSTALLED_APPS, "django_linear_migrations"]
# A queue for each worker of pytest-xdist; its database comes from pytest-django.
CELERY_BROKER_URL = f"{_BROKER_URL.rpartition('/')[0]}/{WORKER}"
# pytest captures the logs itself.
LOGGING_CONFIG = None
