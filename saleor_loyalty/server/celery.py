"""The workers: `celery --app saleor_loyalty.server worker --beat` settles, mints and sends."""

import os

from celery import Celery

from saleor_loyalty.server import broker

broker.use()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "saleor_loyalty.server.settings")

app = Celery("saleor_loyalty")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["saleor_loyalty"])
