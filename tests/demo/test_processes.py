"""Programs that start, die, hang and are stopped."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import psutil
import pytest

from sandbox import keys
from sandbox.addresses import HOST, Ports
from sandbox.demo import Demo, running
from sandbox.processes import REPOSITORY, Processes
from sandbox.waiting import Broken, Stopped


@pytest.fixture
def stop() -> Event:
    return Event()


@pytest.fixture
def processes(tmp_path: Path, stop: Event) -> Iterator[Processes]:
    with Processes(tmp_path / "log", stop) as processes:
        yield processes


def test_a_program_that_dies_is_reported_with_the_end_of_its_log(processes: Processes) -> None:
    processes.start("worker", ["no_such_module"], {})

    with pytest.raises(Broken, match=r"(?s)worker ended with exit code 1.*worker\.log.*No module"):
        processes.until("worker", lambda: False)


def test_a_killed_program_is_reported_with_its_signal(processes: Processes) -> None:
    processes.start("web", ["http.server", "--bind", "127.0.0.1", "0"], {})
    (web,) = (child for child in psutil.Process().children() if "http.server" in child.cmdline())
    web.kill()

    with pytest.raises(Broken, match="web was killed by SIGKILL"):
        processes.watch()


def test_a_program_that_never_answers_is_given_up(processes: Processes) -> None:
    processes.start("web", ["http.server", "--bind", "127.0.0.1", "0"], {})

    with pytest.raises(Broken, match=r"web did not answer within 0\.3 seconds"):
        processes.until("web", lambda: False, seconds=0.3)


def test_a_stop_ends_every_wait(processes: Processes, stop: Event) -> None:
    processes.start("web", ["http.server", "--bind", "127.0.0.1", "0"], {})
    stop.set()

    with pytest.raises(Stopped):
        processes.until("web", lambda: False)


def test_programs_get_nothing_from_the_terminal_that_could_lead_them_astray(
    processes: Processes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EMAIL_HOST", "smtp.example.com")
    script = "import os; print(sorted(os.environ))"
    processes.start("environment", ["timeit", "-n", "1", "-r", "1", script], {"PORT": "1"})
    processes.finish("environment", seconds=60)

    printed = processes.log("environment").read_text()
    assert "'PORT'" in printed
    assert "EMAIL_HOST" not in printed


def test_a_taken_port_is_passed_over_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        monkeypatch.setenv("SANDBOX_PORT", str(port))

        ports = Ports.usual(said.append)

    assert ports.sandbox > port
    assert any(f"Port {port} is taken" in line for line in said)


def test_keys_are_kept_for_the_next_start_and_for_their_owner_only(tmp_path: Path) -> None:
    first = keys.kept_in(tmp_path)

    assert keys.kept_in(tmp_path) == first
    assert (tmp_path / "keys.json").stat().st_mode & 0o077 == 0


def test_a_second_demo_in_the_same_folder_is_refused(demo: Demo, stop: Event) -> None:
    data_dir = demo.processes.log_dir.parent

    with (
        pytest.raises(Broken, match=f"running already .* process {os.getpid()}"),
        running(data_dir, ports=Ports.any(), stop=stop, say=lambda _: None),
    ):
        pass


def test_the_app_reads_requests_as_it_does_in_production(demo: Demo, ports: Ports) -> None:
    """With an end to its patience: uvicorn by itself takes in headers without end."""
    with socket.create_connection((HOST, ports.app), timeout=30) as connection:
        connection.sendall(b"GET /health/live HTTP/1.1\r\nX: " + b"x" * 200_000)

        assert connection.recv(4096).startswith(b"HTTP/1.1 431 ")


def test_ctrl_c_ends_the_demo_well_and_leaves_no_process(tmp_path: Path) -> None:
    with _demo_in_a_terminal(tmp_path / "d") as demo:
        family = psutil.Process(demo.pid).children(recursive=True)
        demo.send_signal(signal.SIGINT)

        assert demo.wait(90) == 0
    assert len(family) >= 4
    assert psutil.wait_procs(family, timeout=30)[1] == []
    assert not (tmp_path / "d" / "demo.pid").exists()


def test_a_demo_whose_worker_dies_says_so_and_stops(tmp_path: Path) -> None:
    with _demo_in_a_terminal(tmp_path / "d") as demo:
        family = psutil.Process(demo.pid).children(recursive=True)
        next(child for child in family if "celery" in child.cmdline()).kill()

        _, errors = demo.communicate(timeout=90)
    assert demo.returncode == 1
    assert "worker was killed by SIGKILL" in errors
    assert "worker.log" in errors
    assert psutil.wait_procs(family, timeout=30)[1] == []


@contextmanager
def _demo_in_a_terminal(data_dir: Path) -> Iterator[subprocess.Popen[str]]:
    """`make demo`, ready for use, with engines of its own."""
    env = {k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", "CELERY_BROKER_URL"}}
    env |= {"SANDBOX_PORT": "18000", "APP_PORT": "18100", "SMTP_PORT": "18200"}
    command = [sys.executable, "-m", "sandbox", "--data", str(data_dir)]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, cwd=REPOSITORY, env=env, stdout=pipe, stderr=pipe, text=True
    ) as demo:
        assert demo.stdout is not None
        assert any("Ctrl-C stops it" in line for line in demo.stdout)
        yield demo
