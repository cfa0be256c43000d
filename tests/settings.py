"""The server's settings, with all they require. Linters read them too, with no engine running."""

import os

WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))

os.environ |= {
    "ALLOWED_HOSTS": "testserver,loyalty.example.com",
    "LOYALTY_PUBLIC_URL": "https://loyalty.example.com",
    "LOYALTY_ALLOWED_API_URLS": "https://*.example.com/graphql/,http://127.0.0.1:*/graphql/",
    "LOYALTY_ALLOWED_ORIGINS": "https://store.example.com",
    "LOYALTY_TOKEN_KEYS": "dGVzdHMtb25seS1rZXktb2YtMzItYnl0ZXMtbG9uZyE=",
    "SECRET_KEY": "for tests only: nobody is to believe what it signs",
}
os.environ.setdefault("DATABASE_URL", "postgresql://no-server/postgres")
# A queue for each worker of pytest-xdist; its database comes from pytest-django. Celery believes
# the environment more than the settings.
_broker = os.environ.get("CELERY_BROKER_URL", "redis://no-server:6379/0").rpartition("/")[0]
os.environ["CELERY_BROKER_URL"] = f"{_broker}/{WORKER}"

from saleor_loyalty.server.settings import *  # noqa: E402, F403
from saleor_loyalty.server.settings import INSTALLED_APPS as _INSTALLED_APPS  # noqa: E402

INSTALLED_APPS = [*_INSTALLED_APPS, "django_linear_migrations"]
# pytest captures the logs itself.
LOGGING_CONFIG = None
# A task that a test runs is to end its work, on however busy a machine.
LOYALTY_TURN_SECONDS = float(os.environ.get("LOYALTY_TURN_SECONDS", "600"))
