import contextlib
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


def sending(port: int, head: bytes, body: bytes, path: bytes = b"/app/webhooks") -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), timeout=10)
    connection.sendall(
        b"POST "
        + path
        + b" HTTP/1.1\r\nHost: testserver\r\nConnection: close\r\n"
        + head
        + b"\r\n\r\n"
        + body
    )
    return connection


def answer_to(port: int, head: bytes, body: bytes, path: bytes = b"/app/webhooks") -> bytes:
    """The answer; no more is sent before it arrives."""
    with sending(port, head, body, path) as connection:
        return b"".join(iter(lambda: connection.recv(4096), b""))


def status_after_sending(port: int, head: bytes, body: bytes) -> int:
    return int(answer_to(port, head, body).split(b" ", 2)[1])


def test_t36_a_longer_body_is_refused_before_the_rest_of_it_arrives(port: int) -> None:
    declared = b"Content-Length: 1000000000"

    assert status_after_sending(port, declared, b"x" * (LIMIT + 1)) == 413


def test_t36_a_body_without_a_declared_length_is_refused_before_it_ends(port: int) -> None:
    chunk = b"%x\r\n%b\r\n" % (LIMIT + 1, b"x" * (LIMIT + 1))

    assert status_after_sending(port, b"Transfer-Encoding: chunked", chunk) == 413


def test_a_body_of_the_allowed_length_reaches_the_door(port: int) -> None:
    declared = b"Content-Length: %d" % LIMIT

    assert status_after_sending(port, declared, b"x" * LIMIT) == 400


def test_a_body_in_chunks_is_put_together(port: int, settings: Settings) -> None:
    settings.LOYALTY_ALLOWED_API_URLS = []
    head = (
        b"Saleor-Api-Url: https://shop.example.com/graphql/\r\nSaleor-Domain: shop.example.com\r\n"
        b"Transfer-Encoding: chunked"
    )
    chunks = b'10\r\n{"auth_token": "\r\n7\r\ntoken"}\r\n0\r\n\r\n'

    answer = answer_to(port, head, chunks, path=b"/app/register")

    assert b"API_URL_NOT_ALLOWED" in answer  # which is asked after the token was read


def test_t36_a_header_with_an_underscore_is_not_taken_for_one_with_hyphens(port: int) -> None:
    headers = b"Saleor_Event: order_paid\r\nContent-Length: 2"

    assert b"The header Saleor-Event is missing." in answer_to(port, headers, b"{}")


def test_slow_senders_keep_nobody_else_waiting(port: int, settings: Settings) -> None:
    with contextlib.ExitStack() as slow:
        for _ in range(settings.WEB_THREADS + 1):
            slow.enter_context(sending(port, b"Content-Length: 100", b"{"))

        assert status_after_sending(port, b"Content-Length: 2", b"{}") == 400
