"""How fast the web server takes webhooks: signed ones, at a steady rate, until all are settled.

Everything is real but Saleor: uvicorn, PostgreSQL, Valkey, a worker, RSA signatures over bodies as
Saleor sends them. Requests start on a clock, whether or not earlier ones were answered, so that a
slow server cannot slow down the asking. In Saleor's place a process answers as slowly as a real one
and counts what it is asked. Afterwards every order must have its points, and `loyalty_check` must
agree.
"""

import argparse
import asyncio
import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import psutil

from saleor_loyalty.server.engines import engines

PORT = 8790
SALEOR = 8789
API_URL = f"http://127.0.0.1:{SALEOR}/graphql/"
EVENTS = ("order_created", "order_fully_paid", "order_updated")  # as of one order placed and paid


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=int, default=50, help="requests a second")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--processes", type=int, default=2, help="of the web server")
    parser.add_argument("--without-worker", action="store_true", help="take, settle nothing")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, engines(Path(folder)) as started:
        os.environ |= {**started.environment(), **SETTINGS}
        run(sys.executable, "-m", "saleor_loyalty.server", "migrate", "--verbosity=0")
        saleor = running(sys.executable, "-m", "benchmarks.webhook_saleor", str(SALEOR))
        with saleor, server(options.processes), worker(not options.without_worker):
            measure(options)


SETTINGS = {
    "ALLOWED_HOSTS": "127.0.0.1",
    "DJANGO_SETTINGS_MODULE": "saleor_loyalty.server.settings",
    "EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend",
    "LOG_LEVEL": "WARNING",
    "LOYALTY_ALLOWED_API_URLS": API_URL,
    "LOYALTY_PUBLIC_URL": f"http://127.0.0.1:{PORT}",
    "LOYALTY_TOKEN_KEYS": "dGVzdHMtb25seS1rZXktb2YtMzItYnl0ZXMtbG9uZyE=",
    "SECRET_KEY": "for measuring only: nobody is to believe what it signs",
}


def run(*command: str) -> None:
    subprocess.run(command, check=True)


@contextlib.contextmanager
def running(*command: str) -> Iterator[None]:
    process = subprocess.Popen(command)
    try:
        yield
    finally:
        process.terminate()
        process.wait(120)


@contextlib.contextmanager
def server(processes: int) -> Iterator[None]:
    application = "saleor_loyalty.server.asgi:application"
    options = ("--port", str(PORT), "--workers", str(processes), "--no-access-log")
    options += ("--http", "saleor_loyalty.server.http:Punctual")
    with running(sys.executable, "-m", "uvicorn", "--lifespan", "off", application, *options):
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            with contextlib.suppress(httpx.TransportError):
                httpx.get(f"http://127.0.0.1:{PORT}/app/manifest")
                break
            time.sleep(0.2)
        yield


@contextlib.contextmanager
def worker(wanted: bool) -> Iterator[None]:
    with contextlib.ExitStack() as stack:
        if wanted:
            app = ("-m", "celery", "--app", "saleor_loyalty.server", "--quiet")
            beat = ("--beat", "--schedule", f"{tempfile.mkdtemp()}/beat")
            niced = ("nice", "-n", "10", sys.executable)
            stack.enter_context(running(*niced, *app, "worker", "--concurrency", "1", *beat))
        yield


def measure(options: argparse.Namespace) -> None:
    import django

    django.setup()
    from benchmarks.webhook_shop import Shop

    shop = Shop(API_URL)
    orders = options.rate * options.seconds // len(EVENTS)
    requests = [shop.request(event, order_id(n)) for n in range(orders) for event in EVENTS]
    print(f"{len(requests):,} requests about {orders:,} orders are signed.", flush=True)
    asyncio.run(warm_up(shop))
    before = cpu_seconds()
    started = datetime.now(UTC)
    answers = asyncio.run(send(requests, options.rate))
    print(table(answers, options))
    for name, used in cpu_seconds().items():
        milliseconds = (used - before.get(name, 0)) * 1000 / len(answers)
        print(f"{name}: {milliseconds:.1f} ms of CPU for each request")
    if not options.without_worker:
        shop.wait_until_settled(orders)
        paid = EVENTS.index("order_fully_paid")
        told = {
            order_id(n): started + timedelta(seconds=(n * len(EVENTS) + paid) / options.rate)
            for n in range(orders)
        }
        print(f"from paid to points: {percentiles(shop.seconds_to_points(told))}")
        print(f"asked of Saleor: {httpx.get(API_URL).json()} for {orders} orders")
        run(sys.executable, "-m", "saleor_loyalty.server", "loyalty_check")


def cpu_seconds() -> dict[str, float]:
    """What each kind of process has used of the CPU so far."""
    me = psutil.Process()
    used: Counter[str] = Counter()
    for process in [me, *me.children(recursive=True)]:
        with contextlib.suppress(psutil.NoSuchProcess):
            line = " ".join(process.cmdline())
            names = (
                name for name in ("celery", "valkey", "postgres", "webhook_saleor") if name in line
            )
            name = "this program" if process == me else next(names, "web")
            used[name] += sum(process.cpu_times()[:2])
    return dict(used)


def order_id(number: int) -> str:
    return f"T3JkZXI6{number:08d}"


def percentiles(seconds: list[float]) -> str:
    seconds = sorted(seconds)
    shares = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
    return ", ".join(f"{name} {seconds[int(len(seconds) * s)]:.2f} s" for name, s in shares.items())


async def warm_up(shop: Any) -> None:
    """Have each process open its connections; a server is measured after that."""
    request = shop.request("product_created", "")
    # Each on a connection of its own: one that is kept reaches one process alone.
    limits = httpx.Limits(max_connections=4, max_keepalive_connections=0)
    async with httpx.AsyncClient(limits=limits, timeout=60) as client:
        await asyncio.gather(*(client.post(**request) for _ in range(100)))


async def send(requests: list[dict[str, Any]], rate: int) -> list[tuple[float, str]]:
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


def table(answers: list[tuple[float, str]], options: argparse.Namespace) -> str:
    milliseconds = sorted(seconds * 1000 for seconds, _ in answers)
    outcomes = Counter(outcome for _, outcome in answers)
    errors = len(answers) - outcomes["200"]

    def percentile(share: float) -> str:
        return f"{milliseconds[min(len(milliseconds) - 1, int(len(milliseconds) * share))]:.1f}"

    cells = [percentile(share) for share in (0.5, 0.95, 0.99, 1)]
    return "\n".join(
        [
            f"load average {os.getloadavg()[0]:.1f}, {os.cpu_count()} CPUs, "
            f"{options.processes} web processes, outcomes {dict(outcomes)}",
            "| requests/s | requests | p50 ms | p95 ms | p99 ms | longest ms | errors |",
            "|---|---|---|---|---|---|---|",
            f"| {options.rate} | {len(answers)} | {' | '.join(cells)} | {errors} |",
        ]
    )


if __name__ == "__main__":
    main()
