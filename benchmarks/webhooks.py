"""How fast the web server takes webhooks: signed ones, at a steady rate, until all are settled.

Everything is real but Saleor: uvicorn, PostgreSQL, Valkey, a worker, RSA signatures over bodies as
Saleor sends them. Requests start on a clock, whether or not earlier ones were answered, so that a
slow server cannot slow down the asking. In Saleor's place a process answers as slowly as a real one
and counts what it is asked. Afterwards every order must have its points, and `loyalty_check` must
agree.
"""

import asyncio
import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import psutil

from benchmarks import fresh
from benchmarks.race import Row, Run
from benchmarks.webhook_shop import Shop
from sandbox.addresses import Ports

PROCESSES = 2  # of the web server
EVENTS = ("order_created", "order_fully_paid", "order_updated")  # as of one order placed and paid


def rows(run: Run) -> Iterator[Row]:
    rate, seconds = run.of(50, 50, 10), run.of(60, 6, 2)
    fresh.empty()
    with _saleor() as domain, _app(f"http://{domain}/graphql/") as app_url:
        yield from _measured(Shop(f"http://{domain}/graphql/", app_url), domain, rate, seconds)


def _measured(shop: Shop, domain: str, rate: int, seconds: int) -> Iterator[Row]:
    orders = rate * seconds // len(EVENTS)
    requests = [shop.request(event, _order_id(n)) for n in range(orders) for event in EVENTS]
    asyncio.run(_warm_up(shop))
    before, started = _cpu_seconds(), datetime.now(UTC)
    answers = asyncio.run(_send(requests, rate))
    outcomes = Counter(outcome for _, outcome in answers)
    assert outcomes == {"200": len(requests)}, outcomes
    cpu = {
        f"ms of CPU each, {name}": round((used - before.get(name, 0)) * 1000 / len(answers), 1)
        for name, used in _cpu_seconds().items()
    }
    yield _row(f"webhook, {rate} a second of {len(answers)}", [took for took, _ in answers], cpu)
    shop.wait_until_settled(orders)
    paid = EVENTS.index("order_fully_paid")
    told = {
        _order_id(n): started + timedelta(seconds=(n * len(EVENTS) + paid) / rate)
        for n in range(orders)
    }
    asked = httpx.get(f"http://{domain}/asked").json()
    notes = {f"{name} asked of Saleor": count for name, count in asked.items()}
    yield _row(f"from paid to points, {orders} orders", shop.seconds_to_points(told), notes)
    subprocess.run([*SERVER, "loyalty_check"], env=_environment(), check=True)


def _row(name: str, seconds: list[float], notes: Mapping[str, Any]) -> Row:
    seconds = sorted(seconds)
    shares = {"p95": 0.95, "p99": 0.99, "longest": 1}
    shown = {
        f"{name} ms": round(seconds[min(len(seconds) - 1, int(len(seconds) * share))] * 1000, 1)
        for name, share in shares.items()
    }
    return Row(name, seconds, notes={**shown, **notes})


SERVER = (sys.executable, "-m", "saleor_loyalty.server")


def _environment(**variables: str) -> dict[str, str]:
    """Of the server's processes: its own settings, on the benchmark's database."""
    return {
        **os.environ,
        "ALLOWED_HOSTS": "127.0.0.1",
        "DATABASE_URL": fresh.database_url(),
        "DJANGO_SETTINGS_MODULE": "saleor_loyalty.server.settings",
        "EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend",
        "LOG_LEVEL": "WARNING",
        "PYTHONWARNINGS": "ignore",  # of a worker that runs as root
        **variables,
    }


@contextlib.contextmanager
def _running(*command: str, **options: Any) -> Iterator["subprocess.Popen[str]"]:
    process = subprocess.Popen(command, text=True, **options)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(120)


@contextlib.contextmanager
def _saleor() -> Iterator[str]:
    """Where it listens."""
    command = (sys.executable, "-m", "benchmarks.webhook_saleor")
    with _running(*command, stdout=subprocess.PIPE) as process:
        assert process.stdout
        yield process.stdout.readline().strip()


@contextlib.contextmanager
def _app(api_url: str) -> Iterator[str]:
    """A web server and a worker; the server's address."""
    port = str(Ports.any().app)
    url = f"http://127.0.0.1:{port}"
    environment = _environment(LOYALTY_ALLOWED_API_URLS=api_url, LOYALTY_PUBLIC_URL=url)
    web = ("uvicorn", "--lifespan", "off", "--port", port, "--workers", str(PROCESSES))
    web += (
        "--log-level",
        "warning",
        "--no-access-log",
        "--http",
        "saleor_loyalty.server.http:Punctual",
    )
    worker = ("celery", "--app", "saleor_loyalty.server", "--quiet", "worker", "--concurrency", "1")
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        beat = ("--beat", "--schedule", f"{folder}/beat")
        for command in (
            (sys.executable, "-m", *web, "saleor_loyalty.server.asgi:application"),
            ("nice", "-n", "10", sys.executable, "-m", *worker, *beat),
        ):
            stack.enter_context(_running(*command, env=environment))
        _wait_for(f"{url}/app/manifest")
        yield url


def _wait_for(url: str) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with contextlib.suppress(httpx.TransportError):
            httpx.get(url)
            return
        time.sleep(0.2)
    raise AssertionError("The server does not answer.")


def _cpu_seconds() -> dict[str, float]:
    """What each kind of process has used of the CPU so far."""
    me = psutil.Process()
    used: Counter[str] = Counter()
    for process in [me, *me.children(recursive=True)]:
        with contextlib.suppress(psutil.NoSuchProcess):
            line = " ".join(process.cmdline())
            kinds = ("celery", "valkey", "postgres", "webhook_saleor", "uvicorn")
            name = next((kind for kind in kinds if kind in line), "web")
            used["this program" if process == me else name] += sum(process.cpu_times()[:2])
    return dict(used)


def _order_id(number: int) -> str:
    return f"T3JkZXI6{number:08d}"


async def _warm_up(shop: Shop) -> None:
    """Have each process open its connections; a server is measured after that."""
    request = shop.request("product_created", "")
    # Each on a connection of its own: one that is kept reaches one process alone.
    limits = httpx.Limits(max_connections=4, max_keepalive_connections=0)
    async with httpx.AsyncClient(limits=limits, timeout=60) as client:
        await asyncio.gather(*(client.post(**request) for _ in range(100)))


async def _send(requests: list[dict[str, Any]], rate: int) -> list[tuple[float, str]]:
    """Seconds and outcome of each request, started one after another at this rate."""
    limits = httpx.Limits(max_connections=200, max_keepalive_connections=200)
    async with httpx.AsyncClient(limits=limits, timeout=30) as client:
        start = time.perf_counter()

        async def one(number: int, request: dict[str, Any]) -> tuple[float, str]:
            due = start + number / rate
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            try:
                response = await client.post(**request)
                outcome = str(response.status_code)
            except httpx.HTTPError as error:
                outcome = type(error).__name__
            return time.perf_counter() - due, outcome  # what waiting for the start cost counts too

        return await asyncio.gather(*(one(n, request) for n, request in enumerate(requests)))
