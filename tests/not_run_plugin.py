"""A pytest plugin that says last what was not run on this machine, and why."""

from collections import defaultdict
from pathlib import Path

import pytest


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    places = defaultdict(list)
    for report in terminalreporter.stats.get("skipped", []):
        reason = report.longrepr[2].removeprefix("Skipped: ")
        places[reason].append(Path(report.nodeid.partition("::")[0]).parent.as_posix())
    if places:
        terminalreporter.section("not run here", yellow=True)
    for reason, skipped in sorted(places.items()):
        terminalreporter.line(f"{reason}: {len(skipped)} of {', '.join(sorted(set(skipped)))}")
