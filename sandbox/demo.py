"""The demo: engines, databases and programs, started in order and stopped again."""

import fcntl
import os
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import IO
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from saleor_loyalty.server.engines import engines
from sandbox import tables
from sandbox.addresses import HOST, Addresses, Ports
from sandbox.processes import REPOSITORY, Processes
from sandbox.programs import Program, Stores, programs
from sandbox.waiting import Broken

DATA_DIR = REPOSITORY / ".demo"

Say = Callable[[str], None]


@dataclass(frozen=True)
class Demo:
    """A running demo."""

    at: Addresses
    stores: Stores
    processes: Processes
    programs: Mapping[str, Program]

    def start(self, *names: str) -> None:
        """Start these programs side by side and wait until all are ready."""
        for name in names:
            self.processes.start(name, self.programs[name].module, self.programs[name].env)
        for name in names:
            self.processes.until(name, self.programs[name].is_ready)


@contextmanager
def running(
    data_dir: Path,
    *,
    stop: Event,
    say: Say,
    ports: Ports | None = None,
    saleor_url: str | None = None,
    sandbox_url: str | None = None,
    storefronts: Sequence[str] = (),
    temporary: bool = False,
    without: Collection[str] = (),
) -> Iterator[Demo]:
    """Everything started and answering for the length of a `with`, on the usual ports unless given.

    The app serves the sandbox's shop, or the real Saleor at `saleor_url`. `sandbox_url` is the
    sandbox's address when something is in front of it; `storefronts` are the origins of others that
    may ask both. A `temporary` demo drops its databases. The programs in `without` are not started.
    """
    with ExitStack() as stack:
        stack.enter_context(_only_one(data_dir))
        tables.check(data_dir)
        ports = ports or Ports.usual(say)
        sandbox_url = sandbox_url or f"http://{HOST}:{ports.sandbox}"
        shop_url = saleor_url or f"{sandbox_url}/graphql/"
        at = Addresses(ports, sandbox_url, shop_url, tuple(storefronts))
        say("Starting PostgreSQL and Valkey")
        servers = stack.enter_context(engines(data_dir))
        suffix = f"_{ports.app}" if temporary else ""
        names = [f"loyalty_demo{suffix}", f"sandbox_demo{suffix}"]
        databases = _databases(servers.database_url, names, temporary=temporary)
        stores = Stores(*stack.enter_context(databases), servers.broker_url, data_dir)
        processes = stack.enter_context(Processes(data_dir / "log", stop))
        demo = Demo(at, stores, processes, programs(at, stores, worker_log=processes.log("worker")))
        stack.callback(say, "Stopping")
        say("Preparing the databases")
        _prepare(demo)
        say("Starting the shop, the app, its worker and the mailbox")
        demo.start(*(name for name in demo.programs if name not in without))
        yield demo


def _prepare(demo: Demo) -> None:
    """Bring both databases to the current schema, side by side, and fill the shop's shelves."""
    migrate = ("django", "migrate", "--no-input")
    for name in ("app", "sandbox"):
        demo.processes.start(f"migrate-{name}", migrate, demo.programs[name].env)
    for name in ("app", "sandbox"):
        demo.processes.finish(f"migrate-{name}", seconds=300)
    tables.note(demo.stores.data_dir)
    demo.processes.start("seed", ("django", "seed"), demo.programs["sandbox"].env)
    demo.processes.finish("seed", seconds=300)


@contextmanager
def _only_one(data_dir: Path) -> Iterator[None]:
    """Refuse to start while another demo uses this folder. Its process id is in `demo.pid`."""
    data_dir.mkdir(parents=True, exist_ok=True)
    path = data_dir / "demo.pid"
    with path.open("a+") as file:
        if not _locked(file):
            file.seek(0)
            raise Broken(
                f"A demo is running already with its data in {data_dir}: "
                f"process {file.read().strip()}. Stop it with Ctrl-C in its terminal."
            )
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        try:
            yield
        finally:
            path.unlink()


def _locked(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def _databases(server: str, names: Sequence[str], *, temporary: bool) -> Iterator[list[str]]:
    """The addresses of these databases, made now where they do not exist."""
    with psycopg.connect(server, autocommit=True) as connection:
        for name in names:
            with suppress(psycopg.errors.DuplicateDatabase):
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    try:
        yield [urlsplit(server)._replace(path=f"/{name}").geturl() for name in names]
    finally:
        if temporary:
            with psycopg.connect(server, autocommit=True) as connection:
                for name in names:
                    drop = sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name))
                    connection.execute(drop)


def clock(print_line: Callable[[str], None]) -> Say:
    """A `say` that puts the seconds since now before each line."""
    start = time.monotonic()
    return lambda line: print_line(f"{time.monotonic() - start:6.1f} s  {line}")
