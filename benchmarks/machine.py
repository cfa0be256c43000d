"""What was measured on: the facts that go beside every figure."""

import os
import platform
from importlib.metadata import version
from pathlib import Path

from django.db import connection


def facts() -> dict[str, str]:
    """The machine and the versions, in words."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('server_version'), current_setting('shared_buffers')"
        )
        server, buffers = cursor.fetchone()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "cores": str(len(os.sched_getaffinity(0))),
        "CPU": _cpu(),
        "memory": f"{memory:.0f} GiB",
        "load before": f"{os.getloadavg()[0]:.1f}",
        "PostgreSQL": f"{server} (shared_buffers {buffers})",
        "Python": platform.python_version(),
        "Django": version("django"),
        "graphql-core": version("graphql-core"),
    }


def _cpu() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
