"""Child processes: each in a group of its own with a log of its own; started, watched, ended."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Event
from types import TracebackType

from sandbox.waiting import PAUSE, Broken, look_until

REPOSITORY = Path(__file__).resolve().parent.parent
# All that children take over from the terminal: a stray EMAIL_HOST would lead mail astray.
INHERITED = ("HOME", "LANG", "PATH", "TMPDIR", "USER")
END_WITHIN = 10.0
TAIL_LINES = 12


class Processes:
    """Python programs that run until they are ended; leaving the `with` ends them all.

    They run in `directory`, by our own Python unless another is named.
    Every wait is bounded, and ends early: with Stopped when `stop` is set, with Broken when a
    process dies.
    """

    def __init__(
        self,
        log_dir: Path,
        stop: Event,
        *,
        python: str = sys.executable,
        directory: Path = REPOSITORY,
    ) -> None:
        self.log_dir = log_dir
        self.stop = stop
        self._python = python
        self._directory = directory
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        log_dir.mkdir(parents=True, exist_ok=True)

    def __enter__(self) -> "Processes":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.end()

    def start(self, name: str, module: Sequence[str], env: Mapping[str, str]) -> None:
        """Start `python -m <module> <arguments…>` under this name, with its log emptied."""
        inherited = {key: os.environ[key] for key in INHERITED if key in os.environ}
        with self.log(name).open("wb") as log:
            self._running[name] = subprocess.Popen(
                [self._python, "-m", *module],
                cwd=self._directory,
                env={**inherited, "PYTHONUNBUFFERED": "1", **env},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C in the terminal is for us alone
            )

    def finish(self, name: str, seconds: float) -> None:
        """Wait until a process that has an end of its own reaches it with success."""
        process = self._running[name]
        self._wait(name, lambda: process.poll() is not None, seconds, "was not done")
        del self._running[name]
        if process.returncode:
            raise Broken(self._obituary(name, process.returncode))

    def until(self, name: str, ready: Callable[[], bool], seconds: float = 120) -> None:
        """Wait until the process is ready."""

        def alive_and_ready() -> bool:
            self.check()
            return ready()

        self._wait(name, alive_and_ready, seconds, "did not answer")

    def check(self) -> None:
        """Raise Broken if a process has died."""
        for name, process in self._running.items():
            if process.poll() is not None:
                self.kill(name)  # its children may have outlived it
                raise Broken(self._obituary(name, process.returncode))

    def watch(self) -> None:
        """Wait until somebody asks to stop (return) or a process dies (Broken)."""
        while not self.stop.wait(PAUSE):
            self.check()

    def kill(self, name: str) -> None:
        """End a process and its children at once, as a power cut would."""
        process = self._running.pop(name)
        _kill_group(process)
        process.wait()

    def end(self) -> None:
        """End all: asked first, killed with their children when they take too long."""
        for process in self._running.values():
            process.terminate()
        deadline = time.monotonic() + END_WITHIN
        for process in self._running.values():
            with suppress(subprocess.TimeoutExpired):
                process.wait(max(0, deadline - time.monotonic()))
            _kill_group(process)
            process.wait()
        self._running.clear()

    def log(self, name: str) -> Path:
        return self.log_dir / f"{name}.log"

    def _wait(self, name: str, done: Callable[[], bool], seconds: float, complaint: str) -> None:
        if not look_until(bool, done, stop=self.stop, seconds=seconds):
            raise Broken(f"{name} {complaint} within {seconds:g} seconds. {self._tail(name)}")

    def _obituary(self, name: str, code: int) -> str:
        how = (
            f"was killed by {signal.Signals(-code).name}"
            if code < 0
            else f"ended with exit code {code}"
        )
        return f"{name} {how}. {self._tail(name)}"

    def _tail(self, name: str) -> str:
        lines = self.log(name).read_text(errors="replace").splitlines()[-TAIL_LINES:]
        return "\n  ".join([f"The end of {self.log(name)}:", *lines])


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
