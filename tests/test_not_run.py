"""What a machine cannot run is skipped by name, with the reason, and said at the end."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]
BROKEN = """#!/bin/sh
echo "$0: error while loading shared libraries: libatomic.so.1" >&2
exit 127
"""
SOUND = """#!/bin/sh
echo Chromium 150
"""
PAGES = """
from tests.chromium import browser

def test_one(browser): ...
def test_another(browser): ...
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where programs are looked for; it is empty."""
    folder = tmp_path / "bin"
    folder.mkdir()
    return folder


def script(file: Path, text: str) -> str:
    file.write_text(text)
    file.chmod(0o755)
    return str(file)


def run(*arguments: str, path: Path, **variables: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=REPOSITORY,
        env={**os.environ, **variables, "PATH": str(path)},
        capture_output=True,
        text=True,
    )


def test_a_machine_without_chromium_says_so(path):
    said = run("tests.chromium", path=path)

    assert (said.returncode, said.stderr.strip()) == (
        1,
        "there is none (sudo apt-get install chromium)",
    )


def test_a_chromium_that_does_not_start_says_why(path):
    chromium = script(path / "chromium", BROKEN)

    said = run("tests.chromium", path=path)

    assert (said.returncode, said.stderr.strip()) == (
        1,
        f"it does not start: {chromium}: error while loading shared libraries: libatomic.so.1",
    )


def test_a_driver_that_does_not_start_says_why(path, tmp_path):
    script(path / "chromium", SOUND)
    node = script(tmp_path / "node", BROKEN)

    said = run("tests.chromium", path=path, PLAYWRIGHT_NODEJS_PATH=node)

    assert (said.returncode, said.stderr.strip()) == (
        1,
        "Playwright's driver does not start: "
        f"{node}: error while loading shared libraries: libatomic.so.1",
    )


def test_what_is_skipped_is_listed_by_its_reason_at_the_end(path, tmp_path):
    room = tmp_path / "room"
    room.mkdir()
    (room / "test_pages.py").write_text(PAGES)
    alone = ("-c", os.devnull, "--rootdir", str(tmp_path), "-p", "tests.not_run_plugin")

    said = run("pytest", str(room), *alone, path=path)

    heading, listed, _figures = filter(None, said.stdout.splitlines()[-4:])
    assert "not run here" in heading, said.stdout
    assert listed == (
        "Pages in Chromium, not tried: there is none (sudo apt-get install chromium): 2 of room"
    )
