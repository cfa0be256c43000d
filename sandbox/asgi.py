"""What an ASGI server runs: the sandbox's pages and API, and the thread that sends webhooks."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sandbox.settings")
application = get_asgi_application()

from sandbox.shop import delivery  # noqa: E402  # needs Django to be set up

delivery.start()
