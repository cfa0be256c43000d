"""Django settings of the sandbox, from environment variables; only the database has no default."""

import os

import dj_database_url

PUBLIC_URL = os.environ.get(
    "SANDBOX_URL", f"http://127.0.0.1:{os.environ.get('SANDBOX_PORT', '8000')}"
)
LOYALTY_APP_URL = os.environ.get(
    "LOYALTY_APP_URL", f"http://127.0.0.1:{os.environ.get('APP_PORT', '8001')}"
)
# Storefronts that ask the API from the browser.
CORS_ALLOWED_ORIGINS = list(filter(None, os.environ.get("SANDBOX_ALLOWED_ORIGINS", "").split(",")))
CORS_URLS_REGEX = r"^/graphql/$"
# Seconds before the second attempt to deliver a webhook; each further wait is twice as long.
WEBHOOK_BACKOFF = float(os.environ.get("SANDBOX_WEBHOOK_BACKOFF", "10"))
# Made by the demo: the FCM stand-in checks pyfcm's requests against it.
FCM_SERVICE_ACCOUNT_FILE = os.environ.get("FCM_SERVICE_ACCOUNT_FILE", "")

DEBUG = False
# Signs the browsers' cookies on one machine, where there is nothing to gain by forging them.
SECRET_KEY = os.environ.get(
    "SANDBOX_SECRET_KEY", "the sandbox runs on one machine and guards nothing"
)
ALLOWED_HOSTS = ["*"]
DATABASES = {"default": dj_database_url.parse(os.environ["SANDBOX_DATABASE_URL"])}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "corsheaders",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "sandbox.shop",
    "sandbox.inboxes",
]
MIDDLEWARE = [
    "corsheaders.middleware.CorsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "sandbox.shop.pages.frame.frame",
            ]
        },
    }
]
ROOT_URLCONF = "sandbox.urls"
ASGI_APPLICATION = "sandbox.asgi.application"
# Carts and sign-ins live in the browser: nothing to clean up, and the loyalty app next door has
# cookies of its own.
SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
SESSION_COOKIE_NAME = "sandbox_session"
CSRF_COOKIE_NAME = "sandbox_csrf"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
STATIC_URL = "static/"
WHITENOISE_USE_FINDERS = True

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
USE_THOUSAND_SEPARATOR = False

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {
        "stdout": {
            "class": "logging.StreamHandler",
            "stream": "ext://sys.stdout",
            "formatter": "line",
        }
    },
    "root": {"handlers": ["stdout"], "level": os.environ.get("LOG_LEVEL", "INFO")},
    "loggers": {"httpx": {"level": "WARNING"}},
}
