"""Benchmarks are run before a release; that they can be is seen here, each on very little."""

import os
import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    "command",
    [
        ("settlement", "20", "5", "1"),
        ("expiry", "50", "1"),
        ("reminders", "50", "1"),
        ("staff_pages", "50", "1"),
    ],
    ids=lambda command: command[0],
)
def test_a_benchmark_runs_to_its_end(command: tuple[str, ...]) -> None:
    """Whether it meets its goal is for a machine that does nothing else."""
    name, *numbers = command
    own_database = {k: v for k, v in os.environ.items() if k != "DATABASE_URL"}
    done = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{name}", *numbers],
        env=own_database,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr
    assert "goal" in done.stdout
