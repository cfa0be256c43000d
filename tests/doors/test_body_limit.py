import socket
import threading
import time
from collections.abc import Iterator

import pytest
import uvicorn
from pytest_django import Settings

from saleor_loyalty.server.asgi import application

LIMIT = 1000


@pytest.fixture
def port(settings: Settings) -> Iterator[int]:
    """The server as it is run in production, with a small limit."""
    settings.LOYALTY_MAX_BODY_BYTES = LIMIT
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(application, lifespan="off", log_config=None))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield listener.getsockname()[1]
    server.should_exit = True
    thread.join()
    listener.close()


def status_after_sending(port: int, head: bytes, body: bytes) -> int:
    """The status of the answer; no more is sent before it arrives."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(
            b"POST /app/webhooks HTTP/1.1\r\nHost: testserver\r\n" + head + b"\r\n\r\n" + body
        )
        return int(connection.recv(4096).split(b" ", 2)[1])


def test_t36_a_longer_body_is_refused_before_the_rest_of_it_arrives(port: int) -> None:
    declared = b"Content-Length: 1000000000"

    assert status_after_sending(port, declared, b"x" * (LIMIT + 1)) == 413


def test_t36_a_body_without_a_declared_length_is_refused_before_it_ends(port: int) -> None:
    chunk = b"%x\r\n%b\r\n" % (LIMIT + 1, b"x" * (LIMIT + 1))

    assert status_after_sending(port, b"Transfer-Encoding: chunked", chunk) == 413


def test_a_body_of_the_allowed_length_reaches_the_door(port: int) -> None:
    declared = b"Content-Length: %d" % LIMIT

    assert status_after_sending(port, declared, b"x" * LIMIT) == 400
