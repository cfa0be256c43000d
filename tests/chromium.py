"""Chromium for the tests of pages; where it or what drives it does not start, the reason why not.

`python -m tests.chromium` says that reason and exits with 1; it says nothing where all is well.
"""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

import pytest
from django.db import connections

if TYPE_CHECKING:
    from playwright.sync_api import Browser

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
# A frame of another site gets no process of its own: Playwright now and then loses one that is sent
# to a second address while its process starts, as the Dashboard does with each frame of an app.
ARGUMENTS = ["--no-sandbox", "--disable-site-isolation-trials"]
PATIENCE = 60_000  # milliseconds; a machine that is busy otherwise is no fault of a page


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    """Chromium. Tests ask the database though its event loop runs in their thread."""
    if reason := why_not():
        pytest.skip(f"Pages in Chromium, not tried: {reason}")
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE)
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()
        connections.close_all()  # beside that loop the thread has connections of their own


@cache
def why_not() -> str | None:
    """What keeps this machine from testing pages; asked of the programs themselves, once."""
    if CHROMIUM is None:
        return "there is none (sudo apt-get install chromium)"
    for name, program in (
        ("it", [CHROMIUM]),
        ("Playwright's driver", [sys.executable, "-m", "playwright"]),  # a Node.js of its own
    ):
        try:
            subprocess.run([*program, "--version"], capture_output=True, text=True, check=True)
        except (OSError, subprocess.CalledProcessError) as error:
            said = getattr(error, "stderr", "").strip() or str(error)
            return f"{name} does not start: {said.splitlines()[-1]}"
    return None


if __name__ == "__main__":
    sys.exit(why_not())
