"""Alive, ready, and how it is doing: what is told, to whom, and what a trouble turns it into."""

import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from asgiref.sync import async_to_sync
from celery import current_app
from django.db import connection
from django.db.utils import OperationalError
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from saleor_loyalty.doors.app.body import WholeBody
from saleor_loyalty.models import Shop
from saleor_loyalty.orders import inbox
from saleor_loyalty.server import metrics, probes

pytestmark = pytest.mark.django_db

OPERATIONS = Path(__file__).parents[2] / "docs" / "operations.md"
ALL_WELL = {"status": "ready", "database": "ok", "migrations": "ok", "broker": "ok"}
TOKEN = {"Authorization": "Bearer secret"}


@pytest.fixture(autouse=True)
def _nothing_is_known_yet(monkeypatch):
    monkeypatch.setattr(probes, "_is_migrated", False)
    for watch in (probes.DATABASE, probes.MIGRATIONS, probes.BROKER):
        watch.forget()


@pytest.fixture
def client() -> Client:
    """A probe, which names the server by whatever address it found it at."""
    return Client(headers={"Host": "10.0.0.7:8000"})


@pytest.fixture
def no_database(monkeypatch):
    def fail(*_: object) -> None:
        raise OperationalError("connection to server at 'db' as user 'shop' failed")

    monkeypatch.setattr(connection, "cursor", fail)
    monkeypatch.setattr(probes, "connection", SimpleNamespace(cursor=fail))


@pytest.fixture
def figures(client, settings):
    """All figures by name and labels, as Prometheus reads them."""
    settings.METRICS_TOKEN = "secret"

    def figures() -> dict[tuple[str, ...], float]:
        text = client.get("/metrics", headers=TOKEN).text
        return {
            (sample.name.removeprefix("saleor_loyalty_"), *sample.labels.values()): sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        }

    return figures


def test_a_process_that_answers_is_alive_whatever_else_is_wrong(client, no_database):
    response = client.get("/health/live")

    assert (response.status_code, response.json()) == (200, {"status": "live"})


def test_a_server_that_has_all_it_needs_is_ready(client):
    response = client.get("/health/ready")

    assert (response.status_code, response.json()) == (200, ALL_WELL)


def test_without_its_database_it_is_not_ready_and_tells_no_secret(client, no_database):
    response = client.get("/health/ready")

    assert response.status_code == 503
    assert response.json() == {
        "status": "not ready",
        "database": "unreachable",
        "migrations": "unknown",
        "broker": "ok",
    }


def test_before_its_migrations_it_is_not_ready(client, monkeypatch):
    migrated = probes.MigrationExecutor.migration_plan
    monkeypatch.setattr(
        probes.MigrationExecutor,
        "migration_plan",
        lambda *given: [*migrated(*given), ("one more", False)],
    )

    response = client.get("/health/ready")

    assert response.status_code == 503
    assert response.json() == ALL_WELL | {"status": "not ready", "migrations": "1 not applied"}


def test_however_often_it_is_asked_it_looks_at_migrations_and_broker_once(client, monkeypatch):
    client.get("/health/ready")
    monkeypatch.setattr(probes.MigrationExecutor, "migration_plan", None)
    monkeypatch.setattr(current_app, "connection_for_write", None)

    assert client.get("/health/ready").json() == ALL_WELL


def test_without_its_broker_it_still_takes_events_and_says_so(client, monkeypatch):
    nowhere = current_app.connection_for_write("redis://127.0.0.1:1/0")
    monkeypatch.setattr(current_app, "connection_for_write", lambda: nowhere)

    response = client.get("/health/ready")

    assert response.status_code == 200
    assert response.json() == ALL_WELL | {"status": "degraded", "broker": "unreachable"}


@pytest.mark.parametrize("address", ["/health/live", "/health/ready", "/metrics"])
def test_probes_are_read_only(client, address):
    assert client.post(address).status_code == 405


def test_without_a_token_in_the_settings_nobody_reads_the_figures(client, settings):
    settings.METRICS_TOKEN = ""

    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


@pytest.mark.parametrize("given", ["", "Bearer", "Bearer ", "Bearer Secret", "Basic secret", "é"])
def test_without_the_token_nobody_reads_the_figures(client, settings, given):
    settings.METRICS_TOKEN = "secret"

    response = client.get("/metrics", headers={"Authorization": given})

    assert (response.status_code, response.content) == (401, b"")


def test_the_figures_of_a_quiet_server(figures):
    found = figures()

    assert {
        name: found[name] for name in found if name[0] not in {"refusals_total", "refusals_created"}
    } == {
        ("database_up",): 1,
        ("inbox_depth", "ORDER"): 0,
        ("inbox_depth", "CUSTOMER"): 0,
        ("inbox_oldest_seconds", "ORDER"): 0,
        ("inbox_oldest_seconds", "CUSTOMER"): 0,
        ("coupons_pending",): 0,
        ("codes_to_retire",): 0,
        ("messages_pending",): 0,
        ("messages_failed",): 0,
        ("changes_settled_total",): found["changes_settled_total",],
        ("entries_posted_total",): found["entries_posted_total",],
    }


def test_every_figure_is_explained_and_no_other(figures, shop, saleor):
    Shop.objects.update(orders_walked_to=timezone.now())
    text = OPERATIONS.read_text()

    told = set(re.findall(r"^\| `saleor_loyalty_(\w+)", text, re.MULTILINE))

    assert {name for name, *_ in figures()} - {"refusals_created"} | {"refusals_total"} == told


def test_what_waits_is_counted_with_how_long_the_oldest_does(figures, shop, saleor):
    inbox.mark(shop=shop, order_ids=["a", "b"], customer_ids=["c"])

    found = figures()

    assert found["inbox_depth", "ORDER"] == 2
    assert found["inbox_depth", "CUSTOMER"] == 1
    assert 0 < found["inbox_oldest_seconds", "ORDER"] < 60


def test_refusals_are_counted_by_their_reason(figures, client):
    def counted(*labels: str) -> float:
        return figures().get(("refusals_total", *labels), 0)

    before = counted("webhooks", "HEADER_MISSING"), counted("graphql", "BODY_MALFORMED")

    here = Client()
    here.post("/app/webhooks", "{}", content_type="application/json")
    here.post("/app/webhooks", "{}", content_type="application/json")
    here.post("/graphql/", "{", content_type="application/json")

    after = counted("webhooks", "HEADER_MISSING"), counted("graphql", "BODY_MALFORMED")
    assert (after[0] - before[0], after[1] - before[1]) == (2, 1)


def test_a_body_that_is_not_read_to_its_end_is_counted_too(figures, settings):
    settings.LOYALTY_MAX_BODY_BYTES = 3
    labels = ("refusals_total", "webhooks", "BODY_TOO_LARGE")
    before = figures().get(labels, 0)

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b"long"}

    async def send(_message: object) -> None:
        """Nobody reads the answer."""

    async def read(*_: object) -> None:
        raise AssertionError("Nobody is to be bothered with it.")

    async_to_sync(WholeBody(read))({"type": "http", "path": "/app/webhooks"}, receive, send)

    assert figures()[labels] == before + 1


def test_a_refusal_at_an_unknown_address_adds_no_figure_for_the_address(figures):
    metrics.refused.send(None, path="/what/ever", reason="BODY_TOO_LARGE")

    assert figures()["refusals_total", "", "BODY_TOO_LARGE"] >= 1


def test_without_its_database_the_figures_say_so(figures, no_database):
    found = figures()

    assert found["database_up",] == 0
    assert ("inbox_depth", "ORDER") not in found
