"""The web process: `uvicorn saleor_loyalty.server.asgi:application`."""

from django.core.asgi import get_asgi_application

# Also sets DJANGO_SETTINGS_MODULE; tasks that a request sends go to the server's own broker.
import saleor_loyalty.server.celery  # noqa: F401
from saleor_loyalty.doors.app.body import BodyLimit

application = BodyLimit(get_asgi_application())
