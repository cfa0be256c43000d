"""A call that leaves our machine ends when its time is up, however its answer is served."""

import time

import httpx
import pytest

from saleor_loyalty.saleor_api.outgoing import Client
from saleor_loyalty.saleor_api.transport import HttpTransport, SaleorUnavailable
from tests.doors.dripping import HEAD, dripping

SECONDS = 2.5
LONG = 15  # what httpx alone would wait, for ever that is, is far beyond

WAYS = pytest.mark.parametrize(
    "at_once", [b"", b"HTTP/1.1 200 OK\r\nX: ", HEAD + b"\r\n"], ids=["status", "header", "body"]
)


@WAYS
def test_a_server_that_drips_is_left_when_the_time_is_up(at_once):
    begun = time.monotonic()

    with (
        dripping(at_once=at_once) as address,
        Client(seconds=SECONDS) as client,
        pytest.raises(httpx.TimeoutException),
    ):
        client.get(address)

    assert time.monotonic() - begun < LONG


def test_a_saleor_that_drips_does_not_answer():
    with (
        dripping(at_once=HEAD + b"\r\n") as address,
        HttpTransport(f"{address}/graphql/", token="x", timeout=SECONDS) as transport,
        pytest.raises(SaleorUnavailable, match="did not answer: ReadTimeout"),
    ):
        transport.execute("{ shop { name } }", {})


def test_each_call_on_a_kept_connection_has_its_time_anew(saleor):
    with Client(seconds=SECONDS) as client:
        for _ in range(3):
            assert client.get(f"http://{saleor.domain}/.well-known/jwks.json").status_code == 200
            time.sleep(1)


def test_a_host_of_which_one_address_is_dead_is_reached_by_another(saleor, monkeypatch):
    monkeypatch.setattr(
        "saleor_loyalty.saleor_api.outgoing._addresses", lambda *_: ["127.0.0.9", "127.0.0.1"]
    )
    port = saleor.domain.rpartition(":")[2]

    with Client(seconds=SECONDS) as client:
        answer = client.get(f"http://shop.example.com:{port}/.well-known/jwks.json")

    assert answer.status_code == 200


def test_proxies_of_the_environment_are_used_and_bounded_too(monkeypatch):
    begun = time.monotonic()

    with dripping(at_once=HEAD + b"\r\n") as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy)
        with Client(seconds=SECONDS) as client, pytest.raises(httpx.TimeoutException):
            client.get("http://shop.example.com/")

    assert time.monotonic() - begun < LONG
