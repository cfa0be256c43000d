"""The server under uvicorn and gunicorn: events arrive, and a stop loses none on its way."""

import json
import signal
import socket
import time

import httpx
import pytest

from saleor_loyalty.models import Change, Shop
from tests.server.conftest import PATIENCE
from tests.signing import SigningKey

UVICORN = (
    "uvicorn",
    "--http=saleor_loyalty.server.http:Punctual",
    "--limit-concurrency=400",
    "--port=PORT",
    "saleor_loyalty.server.asgi:application",
)
GUNICORN = (
    "gunicorn",
    "--bind=127.0.0.1:PORT",
    "--workers=2",
    "--worker-class=saleor_loyalty.server.gunicorn.Worker",
    "saleor_loyalty.server.asgi:application",
)
COMMANDS = pytest.mark.parametrize("command", [UVICORN, GUNICORN], ids=lambda parts: parts[0])
ORDER_ID = "T3JkZXI6MQ=="
BODY = json.dumps({"__typename": "OrderUpdated", "order": {"id": ORDER_ID}}).encode()


def headers_of(shop: Shop, key: SigningKey) -> dict[str, str]:
    return {
        "Host": "testserver",
        "Content-Type": "application/json",
        "Saleor-Event": "order_updated",
        "Saleor-Api-Url": shop.api_url,
        "Saleor-Signature": key.sign(BODY),
    }


@COMMANDS
def test_a_webhook_is_taken(serve, shop, key, command):
    server = serve(*command)

    response = httpx.post(f"{server.url}/app/webhooks", content=BODY, headers=headers_of(shop, key))

    assert response.status_code == 200, server.log
    assert Change.objects.get().subject_id == ORDER_ID


def test_browsers_are_told_to_come_by_https_where_the_address_is_one(serve, shop):
    secured = serve(*UVICORN, LOYALTY_PUBLIC_URL="https://loyalty.example.com")
    header = httpx.get(f"{secured.url}/app/manifest", headers={"Host": "testserver"}).headers
    open_ = serve(*UVICORN, LOYALTY_PUBLIC_URL="http://127.0.0.1:8000")
    without = httpx.get(f"{open_.url}/app/manifest", headers={"Host": "testserver"}).headers

    assert header["Strict-Transport-Security"] == "max-age=31536000"
    assert "Strict-Transport-Security" not in without


def test_several_processes_count_refusals_together(serve, shop, tmp_path):
    counts = tmp_path / "counts"
    counts.mkdir()
    server = serve(*GUNICORN, PROMETHEUS_MULTIPROC_DIR=str(counts), METRICS_TOKEN="secret")

    with httpx.Client(headers={"Connection": "close", "Host": "testserver"}) as client:
        refused = 0
        while len(list(counts.glob("counter_*.db"))) < 2 and refused < 2000:
            # Each on a connection of its own, until both processes had some.
            assert client.post(f"{server.url}/app/webhooks").status_code == 400
            refused += 1
        figures = client.get(f"{server.url}/metrics", headers={"Authorization": "Bearer secret"})

    assert len(list(counts.glob("counter_*.db"))) == 2
    assert (
        f'saleor_loyalty_refusals_total{{door="webhooks",reason="HEADER_MISSING"}} {refused}.0'
        in figures.text
    )


@COMMANDS
def test_a_stop_waits_for_the_webhook_that_is_on_its_way(serve, shop, key, command):
    server = serve(*command)
    headers = {**headers_of(shop, key), "Content-Length": str(len(BODY))}
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())

    with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as connection:
        connection.sendall(f"POST /app/webhooks HTTP/1.1\r\n{head}\r\n".encode() + BODY[:10])
        time.sleep(0.5)  # for the server to have read that much
        server.process.send_signal(signal.SIGTERM)
        wait_until_refused(server.port)
        connection.sendall(BODY[10:])
        answer = connection.recv(4096)

    assert answer.startswith(b"HTTP/1.1 200 "), server.log
    assert Change.objects.get().subject_id == ORDER_ID
    assert server.process.wait(timeout=PATIENCE) in {0, -signal.SIGTERM}


def wait_until_refused(port: int) -> None:
    """Until the server takes no new connections: then it has understood that it is to stop."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            return
        time.sleep(0.05)
    raise AssertionError("The server still takes connections.")
