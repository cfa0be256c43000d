"""The web process: `uvicorn saleor_loyalty.server.asgi:application`."""

from typing import Any

from a2wsgi import WSGIMiddleware
from django.conf import settings
from django.core.management.base import BaseCommand
from django.core.wsgi import get_wsgi_application

# Also sets DJANGO_SETTINGS_MODULE; tasks that a request sends go to the server's own broker.
import saleor_loyalty.server.celery  # noqa: F401
from saleor_loyalty.doors.app.body import WholeBody

_django: Any = get_wsgi_application()
# Refuses to start with what is set wrongly, and loads what the first requests would wait for.
BaseCommand().check()

# In threads that stay, with their connections: Django's own ASGI handler starts one for each
# request, and passes it to and fro, which costs more than a webhook does.
_in_threads: Any = WSGIMiddleware(_django, workers=settings.WEB_THREADS)
application = WholeBody(_in_threads, seconds=settings.REQUEST_SECONDS)
