"""What machines ask about this server: is it alive, is it ready, how is it doing.

They call it by whatever address they reach it at, so they are answered before ALLOWED_HOSTS counts.
"""

import hmac
import time
from collections.abc import Callable

from celery import current_app
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from saleor_loyalty.server.metrics import exposition
from saleor_loyalty.server.watch import Watch

View = Callable[[HttpRequest], HttpResponseBase]
PATIENCE = 0.9  # seconds that a probe may keep a thread

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
    Anybody may ask, so neither is waited for longer than a moment: what hangs is told as such.
    """
    until = time.monotonic() + PATIENCE
    database = DATABASE.answer(until)
    migrations = MIGRATIONS.answer(until) if database == "ok" else "unknown"
    broker = BROKER.answer(until)
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
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    connection.close()  # of this thread alone, which ends
    return "ok"


def _migrations() -> str:
    global _is_migrated
    if _is_migrated:  # for good: this code needs no more than it was started with
        return "ok"
    executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
    missing = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    connection.close()
    _is_migrated = not missing
    return f"{missing} not applied" if missing else "ok"


def _broker() -> str:
    with current_app.connection_for_write() as broker:
        broker.ensure_connection(max_retries=1, interval_start=0, timeout=1)
    return "ok"


DATABASE = Watch(_database, late="unreachable")
MIGRATIONS = Watch(_migrations, late="unknown")
BROKER = Watch(_broker, late="unreachable")
