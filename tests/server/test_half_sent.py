"""Half-sent requests, and shops that drip: what they keep of a running web process is bounded."""

import json
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path

import httpx
import pytest

from saleor_loyalty.models import Change
from tests.doors.dripping import HEAD, dripping
from tests.server.test_web_servers import BODY, GUNICORN, UVICORN, headers_of

CONNECTIONS = 60
PIECE = 900_000  # bytes of each body, below the limit of one
WAITS = {"REQUEST_SECONDS": "3"}
PATIENT = 30  # seconds in which all of it is over on the busiest machine


def half_sent(port: int, start: bytes) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), timeout=PATIENT)
    connection.sendall(start)
    return connection


BODIES = b"POST /app/webhooks HTTP/1.1\r\nHost: testserver\r\nContent-Length: 1000000\r\n\r\n" + (
    b"x" * PIECE
)
HEADERS = b"POST /app/webhooks HTTP/1.1\r\nHost: testserver\r\nX: " + b"x" * 30_000
NOTHING = b""


def is_closed(connection: socket.socket) -> bool:
    try:
        while connection.recv(65_536):
            pass
    except ConnectionResetError:
        pass
    except TimeoutError:
        return False
    return True


@pytest.mark.parametrize("start", [BODIES, HEADERS, NOTHING], ids=["bodies", "headers", "nothing"])
@pytest.mark.parametrize("command", [UVICORN, GUNICORN], ids=lambda parts: parts[0])
def test_half_sent_requests_are_ended_and_others_go_on(serve, shop, key, command, start):
    server = serve(*command, **WAITS)
    with ExitStack() as stack:
        connections = [
            stack.enter_context(half_sent(server.port, start)) for _ in range(CONNECTIONS)
        ]
        event = httpx.post(
            f"{server.url}/app/webhooks", content=BODY, headers=headers_of(shop, key), timeout=20
        )

        assert event.status_code == 200, server.log
        assert Change.objects.get().marks == 1
        assert all(is_closed(connection) for connection in connections)


def test_half_sent_bodies_keep_a_bounded_part_of_memory(serve, shop):
    server = serve(*UVICORN)
    resident = Path(f"/proc/{server.process.pid}/status")

    def megabytes() -> int:
        line = next(line for line in resident.read_text().splitlines() if "VmRSS" in line)
        return int(line.split()[1]) // 1024

    before = megabytes()
    with ExitStack() as stack:
        for _ in range(CONNECTIONS * 2):
            with_it = half_sent(server.port, b"")
            stack.enter_context(with_it)
            with_it.setblocking(False)
            with suppress(BlockingIOError):
                with_it.send(BODIES)
        time.sleep(2)
        grown = megabytes() - before

    assert grown < 80, f"{grown} MB"  # of which the bodies would be 108


def test_headers_without_end_are_refused(serve, shop):
    server = serve(*UVICORN)
    with half_sent(server.port, b"GET /health/live HTTP/1.1\r\nX: " + b"x" * 200_000) as connection:
        answer = connection.recv(4096)

    assert answer.startswith(b"HTTP/1.1 431 ")


def test_more_connections_than_a_process_may_have_are_told_to_come_again(serve, shop):
    server = serve(*UVICORN, "--limit-concurrency=10")
    with ExitStack() as stack:
        for _ in range(12):
            stack.enter_context(half_sent(server.port, NOTHING))
        time.sleep(0.5)

        assert httpx.get(f"{server.url}/health/live").status_code == 503


def test_shops_that_drip_hold_few_threads_and_not_for_long(serve, shop, key):
    with dripping(at_once=HEAD + b"\r\n", every=1) as address:
        server = serve(*UVICORN, LOYALTY_HTTP_TIMEOUT="3", LOYALTY_ALLOWED_API_URLS=f"{address}/*")

        def install(number: int) -> int:
            return httpx.post(
                f"{server.url}/app/register",
                content=json.dumps({"auth_token": "x"}),
                headers={
                    "Host": "testserver",
                    "Content-Type": "application/json",
                    "Saleor-Domain": "x",
                    "Saleor-Api-Url": f"{address}/graphql/{number}",
                },
                timeout=PATIENT,
            ).status_code

        with ThreadPoolExecutor(8) as pool:
            tries = [pool.submit(install, number) for number in range(8)]
            event = httpx.post(
                f"{server.url}/app/webhooks",
                content=BODY,
                headers=headers_of(shop, key),
                timeout=PATIENT,
            )
            answers = sorted(one.result() for one in tries)

    assert event.status_code == 200
    assert answers == [429] * 6 + [503] * 2
