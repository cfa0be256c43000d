"""What machines ask about this server: is it alive, is it ready, how is it doing.

They call it by whatever address they reach it at, so they are answered before ALLOWED_HOSTS counts.
"""

import hmac
import time
from collections.abc import Callable
from functools import lru_cache

import kombu.exceptions
from celery import current_app
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, Error, connection, connections
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from saleor_loyalty.server.metrics import exposition

View = Callable[[HttpRequest], HttpResponseBase]
BROKER_PATIENCE = 1  # seconds
BROKER_ASKED_EVERY = 5  # seconds: whoever asks, however often, costs the broker no more

_is_migrated = False


@require_safe
def live(_request: HttpRequest) -> HttpResponse:
    """200 as long as this process answers at all."""
    return JsonResponse({"status": "live"})


@require_safe
def ready(_request: HttpRequest) -> HttpResponse:
    """200 when this process can take events and answer questions, else 503; and what is missing.

    That needs the database and its migrations, not the broker: without it events are kept, and
    workers find them with their next round. So a broker in trouble is told, and turns nobody away.
    """
    database = _database()
    migrations = _migrations() if database == "ok" else "unknown"
    broker = _broker()
    if {database, migrations} != {"ok"}:
        status = "not ready"
    else:
        status = "ready" if broker == "ok" else "degraded"
    return JsonResponse(
        {"status": status, "database": database, "migrations": migrations, "broker": broker},
        status=503 if status == "not ready" else 200,
    )


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Figures for Prometheus, to whoever bears METRICS_TOKEN; without such a setting to nobody."""
    expected = settings.METRICS_TOKEN
    if not expected:
        return HttpResponse("METRICS_TOKEN is not set.\n", "text/plain", status=404)
    given = request.headers.get("Authorization", "")
    if not hmac.compare_digest(given.encode(), f"Bearer {expected}".encode()):
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
    return HttpResponse(exposition(), CONTENT_TYPE_LATEST)


VIEWS: dict[str, View] = {"/health/live": live, "/health/ready": ready, "/metrics": metrics}


def probes(get_response: View) -> View:
    """Middleware: answers the addresses in VIEWS."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        return VIEWS.get(request.path, get_response)(request)

    return answer


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return "unreachable"
    return "ok"


def _migrations() -> str:
    global _is_migrated
    if _is_migrated:  # for good: this code needs no more than it was started with
        return "ok"
    executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
    missing = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    _is_migrated = not missing
    return f"{missing} not applied" if missing else "ok"


def _broker() -> str:
    """What was found out in the last few seconds, or now."""
    return _broker_in(int(time.monotonic() // BROKER_ASKED_EVERY))


@lru_cache(maxsize=1)
def _broker_in(_moment: int) -> str:
    try:
        with current_app.connection_for_write() as broker:
            broker.ensure_connection(max_retries=1, interval_start=0, timeout=BROKER_PATIENCE)
    except (kombu.exceptions.KombuError, OSError):
        return "unreachable"
    return "ok"
