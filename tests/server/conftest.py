"""The server's own commands as processes, on the test's database, and a shop that knows them."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from django.db import connection

from saleor_loyalty.models import Shop
from tests.saleor_over_http import Saleor
from tests.shops import installed

PATIENCE = 40  # seconds; a machine under load starts a Python slowly


class Server:
    """A running web server. `log` is what it wrote so far."""

    def __init__(self, process: subprocess.Popen[bytes], port: int, log: Path) -> None:
        self.process = process
        self.port = port
        self._log = log
        self.url = f"http://127.0.0.1:{port}"

    @property
    def log(self) -> str:
        return self._log.read_text()

    def wait_until_live(self) -> None:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until and self.process.poll() is None:
            with suppress(httpx.TransportError):
                if httpx.get(f"{self.url}/health/live").status_code == 200:
                    return
            time.sleep(0.1)
        raise AssertionError(f"The server does not answer:\n{self.log}")


def environment(**variables: str) -> dict[str, str]:
    """What a process of the server is told: the test's database, and our own environment."""
    address = urlsplit(os.environ["DATABASE_URL"])
    database = address._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "saleor_loyalty.server.settings",  # not those of the tests
        "DATABASE_URL": database,
        "WEB_THREADS": "4",
        **variables,
    }


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Starts `python -m …` with an output file; ends it after the test if it still runs."""
    running: list[subprocess.Popen[bytes]] = []

    def run(log: Path, *command: str, **variables: str) -> subprocess.Popen[bytes]:
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", *command],
                env=environment(**variables),
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        running.append(process)
        return process

    yield run
    for process in running:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@pytest.fixture
def serve(run, tmp_path: Path) -> Callable[..., Server]:
    """Starts a web server by its command, in which PORT stands for a free port."""

    def serve(*command: str, **variables: str) -> Server:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        log = tmp_path / "web.log"
        process = run(log, *(part.replace("PORT", str(port)) for part in command), **variables)
        server = Server(process, port, log)
        server.wait_until_live()
        return server

    return serve


@pytest.fixture
def shop(transactional_db: None, saleor: Saleor) -> Shop:
    return installed(saleor)
