"""Benchmarks are run before a release; that they can be is seen here, each on very little."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROWS = {
    "orders": 3,
    "member_page": 1,
    "expiry": 2,
    "reminders": 2,
    "staff_pages": 23,
    "webhooks": 2,
}


def run(name: str, report: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    """On engines of its own: it empties its database."""
    others = {k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", "CELERY_BROKER_URL"}}
    return subprocess.run(
        [sys.executable, "-m", "benchmarks", name, "--size", "tiny", "--json", str(report)],
        env={**others, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("name", ROWS)
def test_a_benchmark_runs_to_its_end(name: str, tmp_path: Path) -> None:
    """Whether it meets its goals is for a machine that does nothing else."""
    done = run(name, tmp_path / "report.json")

    assert (tmp_path / "report.json").exists(), done.stdout + done.stderr
    report: dict[str, Any] = json.loads((tmp_path / "report.json").read_text())
    assert len(report["rows"]) == ROWS[name]
    assert done.returncode == (0 if all(row["is_met"] for row in report["rows"]) else 1)


def test_a_benchmark_without_what_it_measures_says_what_to_set(tmp_path: Path) -> None:
    done = run("plugin", tmp_path / "report.json", SALEOR_DIR="")

    assert "Set SALEOR_DIR" in done.stderr
    assert done.returncode == 1
