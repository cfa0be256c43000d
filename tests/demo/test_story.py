"""The whole path, end to end, from nothing: `make demo ARGS=--story`."""

import os
import subprocess
import sys

from sandbox.processes import REPOSITORY


def test_the_story_goes_as_it_should() -> None:
    engines_of_tests = {"DATABASE_URL", "CELERY_BROKER_URL"}
    env = {name: value for name, value in os.environ.items() if name not in engines_of_tests}

    story = subprocess.run(
        [sys.executable, "-m", "sandbox", "--story"],
        cwd=REPOSITORY,
        env=env,
        capture_output=True,
        text=True,
        timeout=500,
        check=False,
    )

    assert story.returncode == 0, story.stdout + story.stderr
    assert story.stdout.count("✓") == 13
    assert "✗" not in story.stdout
    assert "debt 3,720" in story.stdout
    assert "+6,000, balance 2,280" in story.stdout
    assert "-600, balance 1,680" in story.stdout
